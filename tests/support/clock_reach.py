"""Which tests reach the clock: those whose code leads to ``app.py``, an operator command or a program that is started.

Read from the source. A test leads to every name that it writes, to its fixtures in the same module, and to what those
write in turn. A helper module of ``tests`` reaches the clock as a whole or not at all.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import tests

ROOT = Path(tests.__file__).parent.parent


def reaches_clock(source: str) -> bool:
    """Whether anything in a module reaches the clock, itself or through a helper."""
    return any(_reached(ast.walk(ast.parse(source))))


def reaching_tests(source: str) -> frozenset[str]:
    """Return the names of a module's tests that reach the clock."""
    reaching = set[str]()
    leads: dict[str, set[str]] = {}
    for statement in ast.parse(source).body:
        nodes = [*ast.walk(statement)]  # once: walking takes longer than everything else here
        names, used = set(_defined(statement, nodes)), set(_used(nodes))
        if reached := {*_reached(nodes)}:
            reaching |= reached | names
        for name in names:
            leads.setdefault(name, set()).update(used)
    while more := {name for name, used in leads.items() if name not in reaching and used & reaching}:
        reaching |= more
    return frozenset(name for name in leads if name.startswith("test_") and name in reaching)


def _reached(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names under which these nodes reach the clock: those that imports bind, and that of Python itself."""
    for node in nodes:
        if isinstance(node, ast.Attribute):
            if node.attr == "executable" and getattr(node.value, "id", "") == "sys":
                yield "sys.executable"
        elif isinstance(node, ast.Import | ast.ImportFrom):
            for alias in node.names:
                of = [node.module, f"{node.module}.{alias.name}"] if isinstance(node, ast.ImportFrom) else [alias.name]
                if any(_leads_there(name) for name in of if name):
                    yield alias.asname or alias.name.partition(".")[0]


@cache
def _leads_there(module: str) -> bool:
    """Whether this is a program, an operator command, or a helper module of the tests that reaches the clock."""
    if module in {"app", "bot.__main__"} or module.endswith(".operator"):
        return True
    path = ROOT / f"{module.replace('.', '/')}.py"
    return module.startswith("tests.") and path.exists() and reaches_clock(path.read_text("utf-8"))


def _defined(statement: ast.stmt, nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield the names that a statement of a module, which has these nodes, defines."""
    match statement:
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
        case _:
            yield from (it.id for it in nodes if isinstance(it, ast.Name) and isinstance(it.ctx, ast.Store))


def _used(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield everything written in nodes that may name something: fixtures are named by arguments and strings."""
    for node in nodes:
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
