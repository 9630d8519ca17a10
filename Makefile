# One command does everything, set-up included: `make demo`, `make test`. `make` alone lists the rest.
# What is set up leaves a stamp in .venv, so that only the first run takes its time.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --constraint constraints.txt
# 3.11 comes first: it is what the pinned versions were tested with. `make PYTHON=/path/to/python3.12` wins.
PYTHONS := $(PYTHON) python3.11 python3.12 python3

.PHONY: help
help: ## List what there is to make
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

.PHONY: demo
demo: $(VENV)/.base ## Hear and see it play, without any MIDI system: demo.mid, demo.png, demo.wav
	$(BIN)/descant demo

.PHONY: test
test: programs lint types ## Check everything: style, types, tests
	$(BIN)/pytest --numprocesses auto --no-loadscope-reorder

.PHONY: lint
lint: $(VENV)/.full ## Check style and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: $(VENV)/.full ## Check types, with both checkers
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python

.PHONY: wheel
wheel: $(VENV)/.full ## Build the wheel into dist/
	$(BIN)/python -m build --wheel --no-isolation

.PHONY: clean
clean: ## Remove the environment and everything that was built or cached
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis demo.mid demo.png demo.wav
	find daemon routing export presets tests -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/.base: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) --editable .
	@touch $@

$(VENV)/.full: $(BIN)/python pyproject.toml constraints.txt
	$(PIP) --editable '.[dev,train]'
	@touch $@ $(VENV)/.base

# A name on the PATH may be a shim that runs nothing, and Debian's python3 comes without venv: both are tried.
$(BIN)/python:
	@$(call find_python); \
	if [ -z "$$python" ]; then $(call apt,python3 python3-venv); $(call find_python); fi; \
	if [ -z "$$python" ]; then \
	  echo 'Descant needs Python 3.11 or 3.12 with venv (python-rtmidi has no wheels for later ones).'; \
	  echo 'Install one, then run make again, or name it: make demo PYTHON=/path/to/python3.12'; \
	  exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$python" --version)"; \
	"$$python" -m venv --clear $(VENV)

# The live tests play through a real JACK server; without it they fail, and say so. strace watches what leaves.
.PHONY: programs
programs:
	@missing=; \
	for pair in jackd:jackd2 jack_midi_clock:jack-midi-clock strace:strace; do \
	  command -v "$${pair%%:*}" > /dev/null || missing="$$missing $${pair##*:}"; \
	done; \
	if [ -n "$$missing" ]; then $(call apt,$$missing); fi; \
	true

define find_python
python=; \
for each in $(PYTHONS); do \
  if "$$each" -c 'import ensurepip, sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
    > /dev/null 2>&1; then python=$$each; break; fi; \
done
endef

# Ask apt for packages where there is an apt and somebody who may; say what to install everywhere else.
# jackd2 would ask about realtime priority: noninteractive takes its default, no.
define apt
root=; [ "$$(id -u)" = 0 ] || root=sudo; \
if command -v apt-get > /dev/null && { [ -z "$$root" ] || command -v sudo > /dev/null; }; then \
  $$root apt-get update -qq || true; \
  $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(1) < /dev/null \
    || echo "apt-get could not install: $(1). Please install them by hand."; \
else \
  echo "Please install with your package manager: $(1)"; \
fi
endef
