"""Run dialogs. The position is the first step without an answer, so steps can be added while people are mid-way.

A written message that would be an answer but looks like a new question is asked about (:func:`doubted`). After the
answer to something else, the dialog says once that it is still open (:func:`left_open`); *Fortsätt* shows its step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from microsoft_teams.cards import Action

from bot import routes as registry
from bot.cards import button, card, heading, markdown, plain
from bot.message import NOTHING, Json, Kind, Message, Reply, UserError, in_place, say, state
from bot.routes import Answers, Role, Routes
from bot.turn import KANSLI_ONLY, Turn
from storage import dialogs
from storage.dialogs import OpenDialog

Step = registry.Step[Turn]
Dialog = registry.Dialog[Turn]


class Special(Enum):
    """A result of ``accept`` other than an answer."""

    NOT_MINE = "this was no answer to my question: let the knowledge bank answer, and ask again"


@dataclass(frozen=True, slots=True)
class Again:
    """A result of ``accept`` that is no answer yet: ask the step again, with a hint for its ``ask``."""

    hint: Any
    """JSON, such as the places that a name may mean. :func:`hint` gives it."""


NOT_MINE = Special.NOT_MINE
OVER = "Det där är redan klart eller avbrutet. Skriv **hjälp** för att se hur du börjar om."
CANCELLED = "Avbrutet. Inget är sparat."
OLDER = "Det kortet hör inte till det vi håller på med nu. Svara på den senaste frågan."
SKIPPED = None
"""The stored answer of a skipped step."""
_TOLD = "_told"
"""Among the answers: the dialog has said that it is still open since the last answer."""
_HINT = "_hint"
"""Among the answers: the hint of an :class:`Again`, by its step."""
_WAS = "_was"
"""Among the answers: what steps that are asked again had as their answers, by step."""
_CHANGED = "_changed"
"""Among the answers: the step that is being changed, while later ones keep their answers."""


routes = Routes[Turn]()


def controls(*, back: bool = True, skip: str = "") -> list[Action]:
    """Return the buttons under every step: skip the step named ``skip``, go back, and cancel."""
    shown = [button("Hoppa över", "dialog.skip", alone=True, step=skip)] if skip else []
    shown += [button("Tillbaka", "dialog.back", alone=True)] if back else []
    return [*shown, button("Avbryt", "dialog.cancel", alone=True)]


def hint(answers: Answers, step: str) -> Any:
    """Return the hint with which the step is asked again; None the first time."""
    return answers.get(_HINT, {}).get(step)


def earlier(answers: Answers, step: str) -> Any:
    """Return the answer that the step had before somebody went back to it, to fill in its form; None for none."""
    return answers.get(_WAS, {}).get(step)


def start(turn: Turn, name: str, answers: Answers | None = None) -> Reply:
    """Start the dialog ``name`` for this person here and ask its first question. It replaces an open dialog.

    ``answers`` are for steps that are answered already. Raise KeyError if ``dialogs`` has no such name.
    """
    return _go_on(turn, turn.app.dialogs[name], dict(answers or {}))


def opened(turn: Turn) -> tuple[Dialog, OpenDialog] | None:
    """Return the dialog that this person had open here when the turn began, with its answers so far."""
    row = turn.found.dialog
    if row is None:
        return None
    dialog = turn.app.dialogs.get(row.name)
    if dialog is None:  # an upgrade removed it, so nothing can be answered any more
        dialogs.close(turn.session, row)
        return None
    if dialog.role is Role.KANSLI and not turn.kansli:  # started while they were the kansli
        dialogs.close(turn.session, row)
        return None
    return dialog, row


def resume(turn: Turn, dialog: Dialog, row: OpenDialog) -> Reply | None:
    """Take a message as the answer to the open question. Return None if the step says that it is not one."""
    step = dialog.position(row.answers)
    return None if step is None else _accept(turn, dialog, row.answers, step, turn.incoming.text)


def doubted(turn: Turn, dialog: Dialog, row: OpenDialog) -> Reply | None:
    """Ask whether a message is the answer to the open step or a new question. Return None if it can't be the answer."""
    text, step = turn.incoming.text, dialog.position(row.answers)
    try:
        if step is None or step.question or step.accept(turn, row.answers, text) is NOT_MINE:
            return None
    except UserError:
        return None
    actions = [
        button(dialog.takes, "dialog.answer", style="positive", step=step.name, answer=text),
        button("Jag frågar dig", "chat.ask", text=text),
    ]
    return say(card=card(heading(dialog.unsure), plain(text), actions=actions, summary=dialog.unsure))


def left_open(turn: Turn, dialog: Dialog, row: OpenDialog) -> tuple[Message, ...]:
    """Say that the dialog is still open, to follow the answer to something else; once until it goes on."""
    if _TOLD in row.answers:
        return ()
    _save(turn, dialog, {**row.answers, _TOLD: True})
    text = f"{dialog.title} ligger kvar."
    actions = [button("Fortsätt", "dialog.continue"), button("Avbryt", "dialog.cancel")]
    return (Message(card=card(plain(text, subtle=True), actions=actions, summary=text), aside=turn.aside),)


@routes.command("avbryt", help="Avbryt det vi håller på med.", aliases=("cancel", "stopp", "sluta"))
def cancel(turn: Turn) -> Reply:
    """Cancel the open dialog. Its answers are gone, unless it keeps them."""
    return Reply(messages=(_cancel(turn),))


@routes.command("tillbaka", help="Gå tillbaka till förra frågan.", aliases=("backa", "ångra"), button="dialog.back")
def back(turn: Turn) -> Reply:
    """Ask the previous step again."""
    return say(card=_back(turn))


@routes.action("dialog.cancel")
def press_cancel(turn: Turn) -> Reply:
    """Cancel the open dialog, with its button."""
    told = _cancel(turn)
    return state(told.card or card(markdown(told.text), summary=told.text))


@routes.action("dialog.continue")
def go_on(turn: Turn) -> Reply:
    """*Fortsätt*: show the open step."""
    dialog, row = _required(turn)
    return in_place(_go_on(turn, dialog, row.answers), personal=True)


@routes.command("hoppa över", help="Hoppa över frågan.", aliases=("skippa", "hoppa över frågan"))
def skip(turn: Turn) -> Reply:
    """Skip the open step if it is optional."""
    dialog, row = _required(turn)
    step = dialog.position(row.answers)
    if step is not None and turn.data.get("step", step.name) != step.name:  # pressed twice, or on another device
        raise UserError(OLDER)
    if step is None or not step.optional:
        raise UserError("Den här frågan går inte att hoppa över. Svara på den, eller välj **Avbryt**.")
    return _go_on(turn, dialog, {**row.answers, step.name: SKIPPED})


@routes.action("dialog.skip")
def press_skip(turn: Turn) -> Reply:
    """Skip the open step, with its button."""
    return in_place(skip(turn), personal=True)


@routes.action("dialog.change")
def change(turn: Turn) -> Reply:
    """*Ändra*: ask an answered step again. The answers of the others stay."""
    dialog, row = _required(turn)
    name, answers = turn.data.get("step"), _unchanged(row.answers)
    step = next((step for step in dialog.steps if step.name == name and name in answers), None)
    if step is None:
        raise UserError(OLDER)
    return in_place(_go_on(turn, dialog, {**_reopened(answers, step.name), _CHANGED: step.name}), personal=True)


@routes.action("dialog.answer")
def press_answer(turn: Turn) -> Reply:
    """Take the answer in a step's form. A form on an older card corrects the answer of its step."""
    dialog, row = _required(turn)
    step = next((step for step in dialog.steps if step.name == turn.data.get("step")), None)
    if step is None or (step.name not in row.answers and step is not dialog.position(row.answers)):
        raise UserError(OLDER)
    reply = _accept(turn, dialog, row.answers, step, str(turn.data.get("answer") or ""))
    return NOTHING if reply is None else in_place(reply, personal=True)


def _accept(turn: Turn, dialog: Dialog, answers: Answers, step: Step, text: str) -> Reply | None:
    try:
        answer = step.accept(turn, answers, text)
    except UserError as refusal:
        if turn.incoming.kind is Kind.ACTION:
            raise  # the form stays as it is, with the text that was filled in
        return Reply(messages=(Message(str(refusal)), Message(card=step.ask(turn, answers))))
    if answer is NOT_MINE:
        return None
    if isinstance(answer, Again):
        return _go_on(turn, dialog, {**_without(answers, step.name), _HINT: {step.name: answer.hint}})
    return _go_on(turn, dialog, {**answers, step.name: answer})


def _go_on(turn: Turn, dialog: Dialog, answers: Answers) -> Reply:
    step = dialog.position(answers)
    answers = _tidied(answers, step)
    if step is not None:
        _save(turn, dialog, answers)
        return say(card=step.ask(turn, answers))
    row = dialogs.find(turn.session, turn.person.id, turn.incoming.place.conversation_id)
    ended = turn.found.dialog is not None if row is None else not dialogs.close(turn.session, row)
    if ended:  # the last button was pressed twice at the same moment
        raise UserError(OVER)
    return replace(dialog.finish(turn, answers), done=True)


def _tidied(answers: Answers, step: Step | None) -> Answers:
    """Return the answers without notes about steps that are answered by now. ``step`` is the position."""
    kept = {name: answer for name, answer in answers.items() if name not in (_TOLD, _HINT, _WAS, _CHANGED)}
    here = step.name if step is not None else ""
    for note in (_HINT, _WAS):
        if about := {name: value for name, value in answers.get(note, {}).items() if name not in kept}:
            kept[note] = about
    return {**kept, _CHANGED: here} if here and answers.get(_CHANGED) == here else kept


def _unchanged(answers: Answers) -> dict[str, Any]:
    """Return the answers with the one that is being changed as it was."""
    rest = {name: answer for name, answer in answers.items() if name != _CHANGED}
    name = answers.get(_CHANGED)
    return rest if name is None or name in rest else {**rest, name: rest[_WAS][name]}


def _without(answers: Answers, name: str) -> dict[str, Any]:
    return {other: answer for other, answer in answers.items() if other != name}


def _save(turn: Turn, dialog: Dialog, answers: Answers) -> None:
    where = turn.person.id, turn.incoming.place.conversation_id
    alone = {dialogs.PRIVATE: True} if turn.incoming.private and not turn.personal else {}
    dialogs.save(turn.session, *where, name=dialog.name, answers={**answers, **alone}, now=turn.now)
    if dialog.keep is not None:
        dialog.keep(turn, _given(dialog, answers))


def _given(dialog: Dialog, answers: Answers) -> Answers:
    """Return the steps' own answers."""
    given, names = _unchanged(answers), {step.name for step in dialog.steps}
    return {name: answer for name, answer in given.items() if name in names}


def _cancel(turn: Turn) -> Message:
    current = opened(turn)
    if current is None:
        return Message("Vi håller inte på med något just nu.")
    dialog, row = current
    answers = row.answers
    dialogs.close(turn.session, row)
    return Message(card=dialog.left(turn, _given(dialog, answers))) if dialog.left else Message(CANCELLED)


def _back(turn: Turn) -> Json:
    dialog, row = _required(turn)
    if _CHANGED in row.answers:
        answers: Answers = _unchanged(row.answers)
    else:
        here = dialog.position(row.answers)
        names = [step.name for step in dialog.steps]
        before = names[: names.index(here.name)] if here is not None else names
        if not before:
            raise UserError("Det finns inget att gå tillbaka till.")
        answers = _reopened(row.answers, before[-1])
    step = dialog.position(answers)
    if step is None:
        raise UserError("Det finns inget att gå tillbaka till.")
    answers = _tidied(answers, step)
    _save(turn, dialog, answers)
    return step.ask(turn, answers)


def _reopened(answers: Answers, name: str) -> dict[str, Any]:
    """Return the answers without the one of a step, which is kept to fill in its form."""
    return {**_without(answers, name), _WAS: {**answers.get(_WAS, {}), name: answers[name]}}


def _required(turn: Turn) -> tuple[Dialog, OpenDialog]:
    current = opened(turn)
    if current is None:
        row = turn.found.dialog
        raise UserError(OVER if row is None or row.name not in turn.app.dialogs else KANSLI_ONLY)
    return current
