"""CPU or CUDA: by measurement, quietly. The GPU is a double, for the machine that runs this may have none."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from descant_daemon.families import load_model
from descant_daemon.model import onnx_session as sessions
from descant_daemon.model import provider
from descant_daemon.model.provider import CPU, CUDA, fastest
from descant_daemon.settings.preset import load_preset, model_stem
from descant_daemon.settings.shelf import find


class Graph:
    """A session that takes so many ms."""

    def __init__(self, providers: list[str], ms: float) -> None:
        self.providers = providers
        self.ms = ms

    def get_providers(self) -> list[str]:
        return self.providers


def run(graph: Graph) -> None:
    until = time.perf_counter() + graph.ms / 1000
    while time.perf_counter() < until:
        pass


class Shop:
    """Makes sessions, and remembers what it was asked for."""

    def __init__(self, cpu: float, cuda: float | Exception | None) -> None:
        self.cpu, self.cuda = cpu, cuda
        self.asked: list[list[str]] = []

    def make(self, providers: list[str]) -> Graph:
        self.asked.append(providers)
        if providers == [CPU]:
            return Graph([CPU], self.cpu)
        if isinstance(self.cuda, Exception):
            raise self.cuda
        return Graph([CPU], self.cpu) if self.cuda is None else Graph([CUDA, CPU], self.cuda)


@pytest.fixture
def driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "driver_is_there", lambda: True)


@pytest.mark.parametrize(
    ("cuda", "chosen"),
    [(0.1, CUDA), (0.9, CPU), (3.0, CPU), (None, CPU), (RuntimeError("no libcublas"), CPU)],
    ids=["clearly faster", "hardly faster", "slower", "falls back without a word", "does not load"],
)
def test_cuda_is_used_only_where_it_is_clearly_faster(
    driver: None, cuda: float | Exception | None, chosen: str
) -> None:
    shop = Shop(1.0, cuda)
    assert fastest(shop.make, run, [CUDA, CPU]).get_providers()[0] == chosen


def test_without_a_driver_cuda_is_not_even_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provider, "driver_is_there", lambda: False)
    shop = Shop(1.0, 0.1)
    assert fastest(shop.make, run, [CUDA, CPU]).get_providers() == [CPU]
    assert shop.asked == [[CPU]]


def test_the_driver_is_looked_for_where_the_system_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = tmp_path / "nvidiactl"
    monkeypatch.setattr(provider, "_DRIVERS", {"linux": device})
    assert not provider.driver_is_there("linux")
    device.touch()
    assert provider.driver_is_there("linux")
    assert not provider.driver_is_there("darwin")


def test_the_shipped_time_axis_is_tried_out_where_there_is_a_driver(
    driver: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With real sessions: the double of CUDA is the processor itself, so nothing may be gained, nor break."""
    tried: list[str] = []
    real = sessions.session

    def make(model: bytes, name: str, providers: list[str] | None = None) -> Any:
        tried.append(f"{name} {(providers or [CPU])[0]}")
        return real(model, name, [CPU])

    monkeypatch.setattr(sessions, "session", make)
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: [CUDA, CPU])
    path = find("bach-chorale")
    network = load_model(model_stem(path, load_preset(path)))
    network.warm()
    assert tried == [f"time axis {each}" for each in (CPU, CUDA)]
