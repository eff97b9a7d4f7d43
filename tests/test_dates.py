"""No test may depend on the date on which it runs."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tests
from app import utc_now
from tests.support.dates import DATES, environment

pytestmark = pytest.mark.clock
TESTS = Path(tests.__file__).parent
ROOT = TESTS.parent
MARK = re.compile(r"^pytestmark = \[?pytest\.mark\.clock\b", re.MULTILINE)


def reaches_clock(source: str) -> bool:
    """Whether a module of tests imports what reads the clock or starts a program, itself or through a helper."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Attribute):
            names = ["app"] if (getattr(node.value, "id", ""), node.attr) == ("sys", "executable") else []
        else:
            continue
        helpers = [ROOT / f"{name.replace('.', '/')}.py" for name in names if name.startswith("tests.")]
        reaches = any(name in {"app", "bot.__main__"} or name.endswith(".operator") for name in names)
        if reaches or any(reaches_clock(path.read_text("utf-8")) for path in helpers if path.exists()):
            return True
    return False


@pytest.mark.parametrize(
    ("source", "reaches"),
    [
        ("import app as program", True),
        ("from app import build", True),
        ("from bot.__main__ import main", True),
        ("from bot.privacy import operator", True),
        ("import sys\nsys.executable", True),
        ("from tests.support.playground import browse\nfrom tests.support.local_run import made_run", True),
        ("from tests.soak.stops import stop_often", True),
        ("from tests.conftest import make_app\nfrom bot import jobs", False),
    ],
)
def test_the_rule_knows_what_reaches_the_clock(source: str, reaches: bool) -> None:  # noqa: FBT001
    assert reaches_clock(source) == reaches


@pytest.mark.costly
def test_every_module_that_reaches_the_clock_runs_at_all_dates() -> None:
    modules = {path: path.read_text("utf-8") for path in TESTS.rglob("test_*.py")}

    assert [str(path) for path, source in modules.items() if reaches_clock(source) and not MARK.search(source)] == []


def test_the_bot_and_the_programs_that_a_test_starts_have_the_tests_date(request: pytest.FixtureRequest) -> None:
    date = DATES[request.node.callspec.id] or datetime.now(UTC)
    program = "from app import utc_now; print(utc_now().isoformat())"
    shown = subprocess.run(
        [sys.executable, "-c", program], env=environment(), capture_output=True, text=True, check=True
    ).stdout

    for now in (utc_now(), datetime.fromisoformat(shown.strip())):
        assert 0 <= (now - date).total_seconds() < 60
