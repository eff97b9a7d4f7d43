"""No test may depend on the date on which it runs."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

import tests
from app import utc_now
from tests.support.clock_reach import reaches_clock, reaching_tests
from tests.support.dates import DATES, environment

pytestmark = pytest.mark.clock
TESTS = Path(tests.__file__).parent
MARK = re.compile(r"^pytestmark = \[?pytest\.mark\.clock\b", re.MULTILINE)


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


def test_the_rule_knows_which_tests_reach_the_clock() -> None:
    source = """
import sys
import app as program
from tests.support.local_run import made_run
from tests.support.people import person

COMMAND = [sys.executable]

@pytest.fixture
def bot(settings): return program.build(settings)

@pytest.fixture
def browser(bot): ...

def serve(): return made_run()

def test_plain(database): person(database)
def test_by_fixture(browser): ...
def test_by_fixtures_name(): request.getfixturevalue("bot")
def test_by_helper(): serve()
def test_by_constant(): subprocess.run(COMMAND)
def test_itself(): program.utc_now()
def test_inside():
    from bot.__main__ import main
"""

    plain = {"test_plain"}
    every = set(re.findall(r"def (test_\w+)", source))
    assert reaching_tests(source) == every - plain


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
