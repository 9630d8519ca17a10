"""Everything that a command says goes out by one module, which knows what a terminal can take."""

import pytest
from tests.house.source import imports_of, modules

CONSOLE = "descant_daemon.console"


@pytest.mark.parametrize("name", [name for name, _ in modules() if name != CONSOLE])
def test_nobody_else_writes_to_the_terminal(name: str) -> None:
    source = dict(modules())[name]
    text = source.read_text(encoding="utf-8")
    assert "typer.echo(" not in text, "descant_daemon.console.say"
    found = imports_of(name, text, is_package=source.name == "__init__.py")
    assert "rich.console" not in {each.module for each in found}, "descant_daemon.console.make_console"
