"""How a list is imported: the list → what it would change → done, all of it or nothing.

What was shown is what is saved: the button sends the plan's fingerprint, and a plan that does something else by then
is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from microsoft_teams.cards import Action

from bot.dialog import NOT_MINE, Dialog, Special, Step, controls
from bot.imports.plans import ImportPlan
from bot.message import Json, Reply, UserError, say
from bot.register.change import Change
from bot.routes import Answers, Role
from bot.turn import Turn

P = TypeVar("P", bound=ImportPlan[Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class ListImport(Generic[P]):
    """What the import of one kind of list has of its own."""

    name: str
    title: str
    step: str = "table"
    """The name of the step that takes the list."""
    most: int
    """Characters of a pasted list; ``too_long`` refuses a longer one."""
    too_long: str
    changed: str
    """Says that a plan does something else by now than what was shown."""
    plan: Callable[..., P]
    """Return what a list does: ``plan(change, text, lock=…)``. With ``lock``, it holds until the transaction ends."""
    carry_out: Callable[[Change, P], None]
    kept: Callable[[str], str] = str
    """Return the text to keep of a pasted list."""
    doubted: Callable[[Change, P], P] = lambda _, plan: plan
    """Return the plan with what looks wrong in its rows, to be shown."""
    ask: Callable[[Sequence[Action]], Json]
    preview: Callable[[P, Sequence[Action]], Json]
    done: Callable[[P], Json]

    def dialog(self) -> Dialog:
        """Return the dialog, for the kansli."""
        steps = (Step(self.step, self._ask_list, self._accept_list), Step("sure", self._ask_sure, self._accept_sure))
        return Dialog(name=self.name, steps=steps, finish=self._finish, role=Role.KANSLI, title=self.title)

    def _ask_list(self, turn: Turn, answers: Answers) -> Json:
        return self.ask(controls(back=False))

    def _accept_list(self, turn: Turn, answers: Answers, text: str) -> str | Special:
        if "\n" not in text.strip() and turn.incoming.text:  # a single line belongs to something else than this dialog
            return NOT_MINE
        if len(text) > self.most:
            raise UserError(self.too_long)
        text = self.kept(text)
        self._plan(turn, {self.step: text})  # refuses what is no such list
        return text

    def _ask_sure(self, turn: Turn, answers: Answers) -> Json:
        return self.preview(self.doubted(Change.of(turn), self._plan(turn, answers)), controls())

    def _accept_sure(self, turn: Turn, answers: Answers, fingerprint: str) -> str | Special:
        if turn.incoming.text:
            return NOT_MINE
        if fingerprint != self._plan(turn, answers).fingerprint:
            raise UserError(f"{self.changed} Välj Tillbaka, och visa ändringarna igen.")
        return fingerprint

    def _finish(self, turn: Turn, answers: Answers) -> Reply:
        plan = self._plan(turn, answers, lock=True)
        if answers["sure"] != plan.fingerprint:
            raise UserError(f"{self.changed} Visa ändringarna igen.")
        self.carry_out(Change.of(turn), plan)
        return say(card=self.done(plan))

    def _plan(self, turn: Turn, answers: Answers, *, lock: bool = False) -> P:
        return self.plan(Change.of(turn), str(answers[self.step]), lock=lock)
