"""What a source file imports, read from its syntax tree without running it."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
ROOMS = {
    "descant_daemon": ROOT / "daemon" / "descant_daemon",
    "descant_routing": ROOT / "routing" / "descant_routing",
    "descant_export": ROOT / "export" / "descant_export",
}


class Import(NamedTuple):
    """``module`` (the deepest name that is certainly a module) as imported by ``importer`` at ``line``."""

    importer: str
    module: str
    line: int
    by_name: bool
    """Through ``import_module("...")``, not an import statement."""
    at_top: bool
    """Run when the importer is imported: not inside a function."""


class ComputedImportError(Exception):
    """``import_module`` is called with something other than text, so nobody can tell what it imports."""


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of ours: its dotted name and its file."""
    for name, folder in ROOMS.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder.parent).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path
        assert (folder / "__init__.py").is_file(), name


@functools.cache
def all_imports() -> tuple[Import, ...]:
    """Every import of every module of ours. Raises ComputedImportError."""
    return tuple(
        each
        for name, path in modules()
        for each in imports_of(name, path.read_text(encoding="utf-8"), is_package=path.name == "__init__.py")
    )


def imports_of(name: str, text: str, *, is_package: bool) -> Iterator[Import]:
    """Every import of a module's text. Raises ComputedImportError."""
    package = name if is_package else name.rpartition(".")[0]
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)

    def walk(node: ast.AST, at_top: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(name, alias.name, node.lineno, False, at_top)
        elif isinstance(node, ast.ImportFrom):
            yield from _from(node, at_top)
        elif isinstance(node, ast.Call) and _called(node.func) in {"import_module", "__import__"}:
            argument = node.args[0] if node.args else None
            if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
                raise ComputedImportError(f"{name}:{node.lineno} imports a module by a computed name")
            yield Import(name, argument.value, node.lineno, True, at_top)
        for child in ast.iter_child_nodes(node):
            yield from walk(child, at_top and not isinstance(node, functions))

    def _from(node: ast.ImportFrom, at_top: bool) -> Iterator[Import]:
        base = package.rsplit(".", node.level - 1)[0] if node.level > 1 else package
        module = ".".join(filter(None, (base if node.level else "", node.module)))
        for alias in node.names:
            # ``from package import x``: x may be a module of ours, or just a name in the package.
            deeper = f"{module}.{alias.name}"
            yield Import(name, deeper if _is_ours(deeper) else module, node.lineno, False, at_top)

    yield from walk(ast.parse(text), True)


def _called(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _is_ours(module: str) -> bool:
    room, *rest = module.split(".")
    if room not in ROOMS:
        return False
    path = ROOMS[room].joinpath(*rest)
    return path.is_dir() or path.with_suffix(".py").is_file()
