"""README and docs/ name what there is, and only that. Each rule is a function of text, seen to fail on a bad line."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import pytest

from bot import settings
from bot.conversation import ROUTES
from bot.routes import Command, Role, Where
from bot.turn import Turn
from tests.support.paths import ROOT

README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
LONGEST_README = 130
EXAMPLE = "promises"
"""The feature that docs/adding.md makes; what has its name is not there."""
BUILT = ("build/", "var/")
"""Folders that programs write."""

_FOLDERS = "bot|dialogs|storage|manifest|tests|docs|deploy"
_PATH = re.compile(rf"(?<![\w/.:-])(?:{_FOLDERS})/[\w./-]*\w/?")
_LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def read(path: Path) -> str:
    """A page as text."""
    return path.read_text(encoding="utf-8")


def row(command: Command[Turn]) -> str:
    """A command's row in "What people can write"."""
    takes = f" {command.takes}" if command.takes else ""
    who = "kansli" if command.role is Role.KANSLI else "everybody"
    where = "own chat" if command.where is Where.PERSONAL else "everywhere"
    menu = " *Menu*" if command.menu else ""
    return f"| `{command.word}`{takes} | {who} | {where} | {command.help}{menu} |"


def wrong_commands(page: str) -> Iterator[str]:
    """Every row that words.md lacks, and every row of its table that belongs to no command."""
    table = page.partition("## What people can write")[2].partition("\n## ")[0]
    rows = {line for line in table.splitlines() if line.startswith("| `")}
    yield from sorted(rows ^ {row(command) for command in ROUTES})


def missing_settings(page: str) -> Iterator[str]:
    """Every setting that the page does not name."""
    yield from (str(field.alias) for field in settings.Settings.model_fields.values() if f"`{field.alias}`" not in page)


def missing_folders(page: str) -> Iterator[str]:
    """Every folder of the program that the page does not name."""
    folders = {path.parent.relative_to(ROOT).as_posix() for path in (ROOT / "bot").glob("*/__init__.py")}
    yield from (name for name in sorted(folders | set(_FOLDERS.split("|")) - {"docs"}) if f"`{name}/`" not in page)


def unknown_paths(page: str) -> Iterator[str]:
    """Every path of the project that does not exist."""
    for path in _PATH.findall(page):
        if EXAMPLE not in path and not (ROOT / path).exists():
            yield path


def unknown_links(page: str, folder: Path = ROOT) -> Iterator[str]:
    """Every link to a page or a heading that does not exist. A bare ``#heading`` is in the page itself."""
    for name, heading in _LINK.findall(_CODE.sub("", page)):
        target = folder / name
        if name.startswith("http"):
            continue
        if not target.exists():
            yield name
        elif heading and heading not in _headings(read(target) if name else page):
            yield f"{name}#{heading}"


def unknown_targets(page: str) -> Iterator[str]:
    """Every ``make …`` and ``python -m …`` that does not exist."""
    targets = set(re.findall(r"^([a-z]+):", read(ROOT / "Makefile"), re.MULTILINE))
    operators = _operators()
    for code in re.findall(r"`[^`\n]+`|^ *[^|\n]*$", page, re.MULTILINE):
        for target in re.findall(r"(?:^|`)make ([a-z]+)", code):
            if target not in targets:
                yield f"make {target}"
        for command in re.findall(r"python -m bot ([a-z][\w-]*)", code):
            if command not in operators:
                yield f"python -m bot {command}"


def unknown_imports(page: str) -> Iterator[str]:
    """Every import of ours, in a Python example, that does not exist."""
    for block in _BLOCK.findall(page):
        for node in ast.walk(ast.parse(block)):
            if isinstance(node, ast.ImportFrom) and re.match(rf"(?:{_FOLDERS})\b", node.module or ""):
                yield from (f"{node.module}.{one.name}" for one in node.names if not _exists(node.module, one.name))


def too_long(page: str) -> Iterator[str]:
    """The README's length, where it is more than a newcomer reads."""
    if page.count("\n") > LONGEST_README:
        yield f"{page.count(chr(10))} lines"


def _operators() -> set[str]:
    calls = (node for node in ast.walk(ast.parse(read(ROOT / "bot/__main__.py"))) if isinstance(node, ast.Call))
    return {str(ast.literal_eval(call.args[0])) for call in calls if getattr(call.func, "attr", "") == "add_parser"}


def _headings(page: str) -> set[str]:
    """The anchors that GitHub gives a page's headings."""
    titles = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.casefold()).replace(" ", "-") for title in titles}


def _exists(module: str | None, name: str) -> bool:
    if module is None or EXAMPLE in module or EXAMPLE in name:
        return True
    try:
        found = import_module(module)
    except ModuleNotFoundError:
        return False
    if hasattr(found, name):
        return True
    return hasattr(found, "__path__") and (Path(found.__path__[0]) / f"{name}.py").exists()


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (wrong_commands, "## What people can write\n| `hjälp` | everybody | everywhere | Något annat. |"),
        (missing_settings, "`HOST` and `PORT`, but not the others"),
        (missing_folders, "`bot/help/` but not the others"),
        (unknown_paths, "see `bot/people/service.py`"),
        (unknown_paths, "see bot/nowhere/ for it"),
        (unknown_links, "[docs](docs/nowhere.md)"),
        (unknown_links, "[docs](README.md#nowhere)"),
        (unknown_links, "# Here\n[docs](#nowhere)"),
        (unknown_targets, "run `make nothing`"),
        (unknown_targets, "```\nmake nothing   # at all\n```"),
        (unknown_targets, "run `python -m bot nothing`"),
        (unknown_imports, "```python\nfrom bot.people import service\n```"),
        (unknown_imports, "```python\nfrom bot.cards import no_such_card\n```"),
        (too_long, "x\n" * (LONGEST_README + 1)),
    ],
)
def test_the_rule_fires_on_a_bad_line(rule: Callable[[str], Iterator[str]], bad: str) -> None:
    assert list(rule(bad))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_names_only_what_exists(page: Path) -> None:
    text = read(page)

    assert list(unknown_paths(text)) == []
    assert list(unknown_links(text, page.parent)) == []
    assert list(unknown_targets(text)) == []
    assert list(unknown_imports(text)) == []


def test_every_command_has_its_row_in_words() -> None:
    assert list(wrong_commands(read(ROOT / "docs/words.md"))) == [], "see row() for how it reads"


def test_every_setting_is_in_operating() -> None:
    assert list(missing_settings(read(ROOT / "docs/operating.md"))) == []


def test_every_operator_command_is_in_operating() -> None:
    text = read(ROOT / "docs/operating.md")

    assert [command for command in sorted(_operators()) if f"`{command}" not in text] == []


def test_every_folder_is_in_the_readme_which_is_short() -> None:
    text = read(README)

    assert list(missing_folders(text)) == []
    assert list(too_long(text)) == []
    assert [page.name for page in PAGES[1:] if f"docs/{page.name}" not in text] == []
