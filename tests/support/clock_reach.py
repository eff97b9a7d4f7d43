"""Which tests reach the clock: those whose code leads to ``app.py``, an operator command or a program that is started.

Read from the source. A test leads to every name that it writes, to its fixtures in the same module, and to what those
write in turn. A helper module of ``tests`` reaches the clock as a whole or not at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tests

ROOT = Path(tests.__file__).parent.parent


def reaches_clock(source: str) -> bool:
    """Whether anything in a module reaches the clock, itself or through a helper."""
    tree = ast.parse(source)
    return any(_starts_program(node) or any(_imported(node)) for node in ast.walk(tree))


def reaching_tests(source: str) -> frozenset[str]:
    """Return the names of a module's tests that reach the clock."""
    tree = ast.parse(source)
    reaching = {name for node in ast.walk(tree) for name in _imported(node)}
    leads: dict[str, set[str]] = {}
    for node in tree.body:
        names, used = set(_defined(node)), set(_used(node))
        if any(map(_starts_program, ast.walk(node))) or any(True for inner in ast.walk(node) for _ in _imported(inner)):
            reaching |= names
        for name in names:
            leads.setdefault(name, set()).update(used)
    while more := {name for name, used in leads.items() if name not in reaching and used & reaching}:
        reaching |= more
    return frozenset(name for name in leads if name.startswith("test_") and name in reaching)


def _imported(node: ast.AST) -> Iterator[str]:
    """Yield the names that an import binds to something that reaches the clock."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return
    for alias in node.names:
        of = [node.module, f"{node.module}.{alias.name}"] if isinstance(node, ast.ImportFrom) else [alias.name]
        if any(name in {"app", "bot.__main__"} or name.endswith(".operator") or _helps(name) for name in of if name):
            yield alias.asname or alias.name.partition(".")[0]


@cache
def _helps(module: str) -> bool:
    """Whether this is a helper module of the tests that reaches the clock."""
    path = ROOT / f"{module.replace('.', '/')}.py"
    return module.startswith("tests.") and path.exists() and reaches_clock(path.read_text("utf-8"))


def _starts_program(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and (getattr(node.value, "id", ""), node.attr) == ("sys", "executable")


def _defined(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a module defines."""
    match node:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case _:
            yield from (it.id for it in ast.walk(node) if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store))


def _used(node: ast.stmt) -> Iterator[str]:
    """Yield everything written in a statement that may name something: fixtures are named by arguments and strings."""
    for inner in ast.walk(node):
        match inner:
            case ast.Name(id=name) | ast.arg(arg=name) | ast.Constant(value=str(name)):
                yield name
