"""Everything that a command says goes out by one module, which knows what a terminal can take."""

from tests.house.source import all_imports, modules

CONSOLE = "descant_daemon.console"


def test_nobody_else_writes_to_the_terminal() -> None:
    texts = {name: path.read_text(encoding="utf-8") for name, path in modules() if name != CONSOLE}
    assert [name for name, text in texts.items() if "typer.echo(" in text] == [], "use console.say"
    making = {each.importer for each in all_imports() if each.module == "rich.console"}
    assert making == {CONSOLE}, "use console.make_console"
