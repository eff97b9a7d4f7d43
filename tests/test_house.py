"""Rules of the house. Each rule is a function of source text, and each is seen to fail on a bad line."""

from __future__ import annotations

import ast
import io
import re
import tokenize
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import microsoft_teams.cards
import pytest

from bot import settings
from bot.conversation import ROUTES
from storage import content, migrate
from tests.support.paths import ROOT

SOURCES = sorted(
    path
    for folder in ("bot", "dialogs", "storage", "manifest")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts
)
ALL = [*SOURCES, ROOT / "app.py"]

CLOCK_AND_ENVIRONMENT = {"app.py", "bot/settings/__init__.py"}
"""Where the time and the environment may be read."""
LAPTOP_TOOLS = "bot/local/"
"""Programs of their own that are no part of the serving bot: they may read the time and the environment too."""
FEATURES = sorted(
    path.parent.name
    for path in SOURCES
    if path.match("bot/*/__init__.py") and re.search("^(routes|DUE) = ", path.read_text("utf-8"), re.MULTILINE)
)
"""Folders of ``bot`` that say in their ``__init__`` what people can say and press."""
KINDS = ("operator", "commands", "dialog", "reminders", "notices", "cards", "mails")
"""A feature module's kind is the last word of its name. Imports go down this list only; anything else holds rules."""
BROAD_EXCEPTS = {"bot/teams/turns.py", "bot/teams/core.py", "bot/delivery/faults.py"}
"""The edge and the delivery loop: a fault there is logged and told, and the process lives."""
LONGEST_MODULE = 300
LONGEST_FUNCTION = 40
NOUNS = {"feed", "living", "matching", "meeting", "onboarding", "outgoing", "spelling"}
"""Names of modules that end like a verb form and are none."""
MOST_MODULES = 15
"""Of a feature: more is more than one subject."""
OBJECTS = {
    "question",
    "entry",
    "gap",
    "proposal",
    "contact",
    "person",
    "group",
    "which",
    "offer",
    "code",
    "announcement",
    "event",
    "duty",
    "instead",
}
"""What a press may name by number. Only a module of rules (``access.py``) looks it up, and says who may."""
BANNED = re.compile(
    r"\b(?:whoever|anew|beside|shall|one['’]s own|who is not|what is not(?= \w)|(?<!there )(?-i:is none))\b"
    r"|\bmeanwhile(?=[.;]|\Z)"
    r"|(?:\A|(?<=[.?!]\s)|(?<=\n\n))(?-i:What is|Who)\b(?![^.]*\?)",
    re.IGNORECASE,
)
"""Words and openings that a newcomer reads twice. Plain English says "people who …" and "the row that …"."""
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def reads_clock_or_environment(tree: ast.AST) -> Iterator[str]:
    """Every place that asks what time it is, or reads the environment."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            owner = node.value.id if isinstance(node.value, ast.Name) else getattr(node.value, "attr", "")
            if (owner, node.attr) in {
                ("datetime", "now"),
                ("datetime", "utcnow"),
                ("datetime", "today"),
                ("date", "today"),
                ("time", "time"),
                ("os", "environ"),
                ("os", "getenv"),
            }:
                yield f"{node.lineno}: {owner}.{node.attr}"


def broad_excepts(tree: ast.AST) -> Iterator[str]:
    """Every handler that catches whatever there is."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            if any(kind is None or getattr(kind, "id", "") in {"Exception", "BaseException"} for kind in caught):
                yield str(node.lineno)


def unknown_card_fields(tree: ast.AST) -> Iterator[str]:
    """Every argument to a card element that Microsoft's model does not have: it would pass unnoticed."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            model = getattr(microsoft_teams.cards, node.func.id, None)
            fields = getattr(model, "model_fields", None)
            for keyword in node.keywords if fields else ():
                if keyword.arg and keyword.arg not in (fields or ()):
                    yield f"{node.lineno}: {node.func.id}({keyword.arg}=…)"


def verbs(tree: ast.AST) -> Iterator[str]:
    """The verb of every button that is made, and of every tile of the start page."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"button", "row", "Tile"}:
            verb = node.args[1]
            if isinstance(verb, ast.Constant):
                yield str(verb.value)


def long_functions(tree: ast.AST) -> Iterator[str]:
    """Every function that is longer than fits in a head."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{node.lineno}: {node.name} has {lines} lines"


def objects_named(tree: ast.AST) -> Iterator[str]:
    """Find where the number of an object is read from a press, or something out of a press is looked up in storage."""
    looked_up = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "storage"
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
            told = ast.unparse(node.func.value)
            if told == "turn.data" and isinstance(node.args[0], ast.Constant) and node.args[0].value in OBJECTS:
                yield f"{node.lineno}: {node.args[0].value}"
            if told in looked_up and any("turn.data" in ast.unparse(argument) for argument in arguments):
                yield f"{node.lineno}: {told}.{node.func.attr}"
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "turn.data":
            yield f"{node.lineno}: {ast.unparse(node)}"


def prose(source: str) -> Iterator[tuple[int, str]]:
    """Yield every docstring, every text under an attribute and every comment, each with its first line."""
    for node in ast.walk(ast.parse(source)):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else ():
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                yield statement.lineno, str(statement.value.value)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string.lstrip("# ")


def banned_words(texts: Iterable[tuple[int, str]]) -> Iterator[str]:
    """Yield every use of a banned word, with its line."""
    for first, text in texts:
        for match in BANNED.finditer(text):
            yield f"{first + text[: match.start()].count(chr(10))}: {match[0]}"


def shared_names(sources: Iterable[str]) -> list[str]:
    """Return every name of a public class that more than one module defines."""
    trees = (ast.parse(source) for source in sources)
    defined = Counter(
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    return [name for name, times in defined.items() if times > 1]


def kind(module: str) -> int:
    """The floor that a module of a feature lives on; the rules live below all kinds."""
    last = module.rpartition(".")[2].rpartition("_")[2]
    return KINDS.index(last) if last in KINDS else len(KINDS)


def climbs(name: str, tree: ast.AST) -> Iterator[str]:
    """Every import in the module ``name`` of a feature that goes up the kinds of the same feature."""
    feature = name.rpartition(".")[0]
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{feature}.{alias.name}" for alias in node.names] if node.module == feature else [node.module]
            for target in inside:
                if target.startswith(f"{feature}.") and kind(target) < kind(name):
                    yield f"{node.lineno}: {target}"


@pytest.mark.parametrize(
    ("name", "bad"),
    [
        ("bot.groups.cards", "from bot.groups import commands"),
        ("bot.groups.rules", "from bot.groups.cards import tile"),
        ("bot.questions.desk_cards", "from bot.questions import details, notices"),
    ],
)
def test_the_order_of_kinds_fires_on_a_bad_line(name: str, bad: str) -> None:
    assert list(climbs(name, ast.parse(bad)))


@pytest.mark.parametrize("feature", FEATURES)
def test_imports_inside_a_feature_go_down_the_kinds(feature: str) -> None:
    paths = [path for path in (ROOT / "bot" / feature).glob("*.py") if path.name != "__init__.py"]
    found = {
        path.name: list(climbs(f"bot.{feature}.{path.stem}", ast.parse(path.read_text(encoding="utf-8"))))
        for path in paths
    }

    assert len(paths) <= MOST_MODULES
    assert found == {name: [] for name in found}


@pytest.mark.parametrize(
    "bad",
    [
        '"""Tell whoever asked."""',
        '"""The table is made anew."""',
        '"""An address that is none."""',
        '"""The mail beside the chat."""',
        '"""It shall not wait."""',
        '"""The form for one\'s own choices."""',
        '"""No name to who is not the kansli."""',
        '"""Refuse what somebody has saved meanwhile."""',
        '"""What is kept about a person."""',
        '"""Return it. Who has left gets nothing."""',
        'row = 1\n"""Whoever holds it."""',
        "x()  # what is not read",
    ],
)
def test_the_rule_of_plain_english_fires_on_a_bad_line(bad: str) -> None:
    assert list(banned_words(prose(bad)))


@pytest.mark.parametrize(
    "good",
    [
        '"""Make it if there is none."""',
        '"""Say what is wrong. ``page`` is None for all."""',
        '"""See who voted."""\nwho = "whoever shall"',
        '"""Besides that, do nothing."""',
    ],
)
def test_the_rule_of_plain_english_lets_a_good_line_be(good: str) -> None:
    assert list(banned_words(prose(good))) == []


@pytest.mark.parametrize("path", [*ALL, *DOCUMENTS], ids=lambda path: str(path.relative_to(ROOT)))
def test_docstrings_comments_and_documents_are_plain_english(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert list(banned_words(prose(text) if path.suffix == ".py" else [(1, text)])) == []


def test_the_rule_of_class_names_fires_on_a_bad_line() -> None:
    assert shared_names(["class Way: ...", "class Way: ..."]) == ["Way"]


def test_a_public_class_name_means_one_thing() -> None:
    assert shared_names(path.read_text(encoding="utf-8") for path in ALL) == []


def test_modules_are_nouns() -> None:
    verbal = {path.stem for path in SOURCES if re.search("(ing|ed)$", path.stem)}

    assert verbal == NOUNS


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (reads_clock_or_environment, "from datetime import datetime\nx = datetime.now()"),
        (reads_clock_or_environment, "import datetime\nx = datetime.datetime.now(tz)"),
        (reads_clock_or_environment, "import os\nx = os.environ['A']"),
        (objects_named, "from storage import questions\nx = questions.lock(turn.session, turn.data.get('q'))"),
        (objects_named, "wanted = turn.data.get('question')"),
        (objects_named, "wanted = turn.data['person']"),
        (broad_excepts, "try:\n    x()\nexcept Exception:\n    pass"),
        (broad_excepts, "try:\n    x()\nexcept (ValueError, BaseException):\n    pass"),
        (broad_excepts, "try:\n    x()\nexcept:\n    pass"),
        (unknown_card_fields, "TextBlock(txt='x')"),
        (long_functions, "def f():\n" + "    x()\n" * 40),
    ],
)
def test_the_rule_fires_on_a_bad_line(rule: Callable[[ast.AST], Iterator[str]], bad: str) -> None:
    assert list(rule(ast.parse(bad)))


@pytest.mark.parametrize("path", ALL, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_keeps_the_rules(path: Path) -> None:
    name = path.relative_to(ROOT).as_posix()
    source = path.read_text(encoding="utf-8")
    tree = ast.parse(source)
    free = name in CLOCK_AND_ENVIRONMENT or name.startswith(LAPTOP_TOOLS)

    assert free or list(reads_clock_or_environment(tree)) == []
    assert name in BROAD_EXCEPTS or list(broad_excepts(tree)) == []
    assert list(unknown_card_fields(tree)) == []
    assert list(long_functions(tree)) == []
    assert source.count("\n") <= LONGEST_MODULE
    assert not source.strip() or ast.get_docstring(tree)


COMMANDS = sorted(path for path in SOURCES if path.stem.endswith("commands") and path.parts[-3] == "bot")


@pytest.mark.parametrize("path", COMMANDS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_handler_loads_what_a_press_names_with_a_function_that_says_who_may(path: Path) -> None:
    assert list(objects_named(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_broad_excepts_are_where_they_are_said_to_be() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for path in ALL
        if list(broad_excepts(ast.parse(path.read_text(encoding="utf-8"))))
    }

    assert found <= BROAD_EXCEPTS
    assert "bot/teams/turns.py" in found


def test_every_button_is_routed_and_every_route_has_a_button() -> None:
    made = {verb for path in SOURCES for verb in verbs(ast.parse(path.read_text(encoding="utf-8")))}

    assert made == set(ROUTES.actions)


def test_every_command_has_one_line_of_help() -> None:
    for command in ROUTES:
        assert command.help.endswith("."), command.word
        assert len(command.help) <= 100, command.word
        assert command.word == command.word.casefold()


def test_the_menu_holds_at_most_what_teams_shows() -> None:
    assert len([command for command in ROUTES if command.menu]) <= 12


def test_every_key_to_people_says_what_erasure_does() -> None:
    keys = [
        (column, key)
        for table in migrate.metadata.sorted_tables
        for column in table.columns
        for key in column.foreign_keys
        if key.column.table.name == "people"
    ]

    assert keys
    for column, key in keys:
        rule = {"delete": "CASCADE", "anonymise": "SET NULL"}[column.info["on_erase"]]
        assert key.ondelete == rule, column


def test_published_starting_answers_promise_commands_that_exist_and_are_asked_for_in_other_words() -> None:
    entries = tomllib.loads(content._read("faq.toml"))["entry"]

    for entry in entries:
        promised = re.findall(r"(?:[Ss]kriv|skriver) (?:”([^”]+)”|\*\*([^*]+)\*\*)", entry["answer"])
        assert [word for found in promised for word in found if word and ROUTES.find(word) is None] == [], entry["code"]
        assert [text for text in entry["phrasings"] if ROUTES.find(text)] == [], entry["code"]


def test_every_module_is_in_the_import_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = re.findall(r"[\w.]+", " ".join(contracts["contracts"][0]["layers"]))
    modules = [path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".") for path in SOURCES]

    for module in modules:
        listed = any(f"{module}.".startswith(f"{layer}.") for layer in layers)
        assert listed or module.endswith(".__init__") or module.startswith("manifest."), module


def test_every_feature_is_kept_apart_from_the_others() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    downwards, no_edges, *_ = contracts["contracts"]
    apart = next(layer for layer in downwards["layers"] if "bot.help" in layer)

    assert sorted(apart.split(" | ")) == [f"bot.{name}" for name in FEATURES]
    assert set(no_edges["source_modules"]) >= {f"bot.{name}" for name in FEATURES}


def test_settings_are_described() -> None:
    for name, field in settings.Settings.model_fields.items():
        assert field.description, name
