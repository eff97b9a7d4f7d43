"""Parts of the cards and reports of an import. The words are the feature's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from microsoft_teams.cards import Action, CardElement

from bot.cards import button, label, markdown
from bot.imports.plans import ImportLine, ImportOutcome, ImportPlan
from bot.swedish import count, listed

K = TypeVar("K")


def tally(counts: Mapping[K, int], names: Mapping[K, tuple[str, str]]) -> str:
    """Return how many rows went each way: "2 nya och 1 stoppad". ``names`` has the words for one and for many."""
    return listed([count(counts[outcome], *words) for outcome, words in names.items() if counts.get(outcome)])


def listing(items: Sequence[str], most: int) -> CardElement:
    """Return the first ``most`` Markdown texts as a list that says how many are left out."""
    rest = [f"och {len(items) - most} till"] if len(items) > most else []
    return markdown("\n".join(f"- {item}" for item in [*items[:most], *rest]))


def rows(
    plan: ImportPlan[Any], shown: Mapping[ImportOutcome, tuple[str, int]], written: Callable[[ImportLine], str]
) -> list[CardElement]:
    """Return the rows of each kind under its title, as Markdown by ``written``: those with doubts first.

    ``shown`` also says the most rows of a kind.
    """
    body: list[CardElement] = []
    for outcome, (title, most) in shown.items():
        if lines := sorted(plan.of(outcome), key=lambda line: not line.doubts):
            body += [label(title), listing([written(line) for line in lines], most)]
    return body


def save(title: str, plan: ImportPlan[Any]) -> list[Action]:
    """Return the button that carries out the plan as it is shown; none for a plan that changes nothing."""
    go = button(title, "dialog.answer", style="positive", step="sure", answer=plan.fingerprint)
    return [go] if plan.useful else []


def report(head: Sequence[str], lines: Iterable[ImportLine], names: Mapping[ImportOutcome, tuple[str, str]]) -> str:
    """Return rows as text for an operator, below the lines of ``head``."""
    return "\n".join([*head, *(f"{line.where}: {names[line.outcome][0]}: {line.about}: {line.what}" for line in lines)])
