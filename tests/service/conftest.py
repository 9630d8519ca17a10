"""A home, and service managers that write down what they are told instead of doing it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

Double = Callable[[str, str], Path]


@pytest.fixture
def double(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Double:
    """``double(name, script)``: a program on PATH that notes its arguments, a line a call, then runs the script."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    def make(name: str, script: str) -> Path:
        log = tmp_path / f"{name}.log"
        log.touch()
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "$*" >> {log}\n{script}\n')
        program.chmod(0o755)
        return log

    return make
