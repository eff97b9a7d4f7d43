"""What a plan says of itself, and how its rows are shown."""

from __future__ import annotations

from dataclasses import replace

from bot.imports import parts
from bot.imports.plans import ImportLine, ImportOutcome, ImportPlan

NEW = ImportLine("rad 2", ImportOutcome.NEW, "Lund", "ny")
REFUSED = ImportLine("rad 3", ImportOutcome.REFUSED, "Atlantis", "finns inte")
PLAN = ImportPlan((REFUSED, NEW), ("Lund",))
NAMES = {ImportOutcome.NEW: ("ny", "nya"), ImportOutcome.REFUSED: ("stoppad", "stoppade")}


def test_a_plan_counts_its_rows_and_gives_them_in_the_order_that_is_asked_for() -> None:
    assert PLAN.counts == {ImportOutcome.NEW: 1, ImportOutcome.REFUSED: 1}
    assert PLAN.of(ImportOutcome.NEW, ImportOutcome.REFUSED) == [NEW, REFUSED]
    assert PLAN.of(ImportOutcome.CONFLICT) == []


def test_a_fingerprint_is_of_the_rows_and_of_what_is_saved() -> None:
    others = (replace(PLAN, wanted=("Eslöv",)), replace(PLAN, lines=(NEW,)), replace(PLAN, lines=()))

    assert replace(PLAN).fingerprint == PLAN.fingerprint
    assert len({PLAN.fingerprint, *(other.fingerprint for other in others)}) == len(others) + 1


def test_only_a_plan_that_changes_something_can_be_saved() -> None:
    (button,) = parts.save("Spara", PLAN)

    data = button.model_dump()["data"]
    assert (data["step"], data["answer"]) == ("sure", PLAN.fingerprint)
    assert parts.save("Spara", ImportPlan[str]((REFUSED,), ())) == []


def test_rows_are_tallied_listed_and_told() -> None:
    assert parts.tally(PLAN.counts, NAMES) == "1 ny och 1 stoppad"
    assert parts.report(["Två rader."], PLAN.lines, NAMES) == (
        "Två rader.\nrad 3: stoppad: Atlantis: finns inte\nrad 2: ny: Lund: ny"
    )
    shown = [
        part.model_dump()["text"] for part in parts.rows(PLAN, {ImportOutcome.NEW: ("Nya", 1)}, lambda row: row.about)
    ]
    assert shown == ["Nya", "- Lund"]
    assert parts.listing(["a", "b", "c"], 1).model_dump()["text"] == "- a\n- och 2 till"
