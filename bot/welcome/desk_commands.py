"""The kansli's view of new members, and the one reminder of people who have fallen behind."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.message import Reply, say, state
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.swedish import count, next_open
from bot.turn import Turn
from bot.welcome import access, desk_cards, overview
from bot.welcome.overview import NewcomerLine, Stage
from storage import check_ins, newcomers, onboardings, outbox
from storage.outbox import Delivery
from storage.outgoing import Outgoing, Reach, ToPerson

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

SUBJECT = "resume"


@routes.command(
    "onboarding",
    help="Se var nya medlemmar är: inte accepterat, välkomnade, börjat eller klara.",
    aliases=("nya medlemmar", "introduktioner"),
    button="welcome.desk",
)
def show(turn: Turn) -> Reply:
    """Show how many are where."""
    found = overview.lines(turn)
    behind, low = len(overview.stuck(found)), check_ins.low(turn.session)
    return say(card=desk_cards.overview(overview.counts(found), behind, overview.months(turn), low))


@routes.action("welcome.list")
def show_stage(turn: Turn) -> Reply:
    """Show a page of the people in a stage."""
    return _list(turn, str(turn.data.get("stage")))


@routes.action("welcome.nudge")
def remind(turn: Turn) -> Reply:
    """*Påminn*: remind one person who has fallen behind, once."""
    _nudge(turn, [access.stuck(turn)])
    return _list(turn, desk_cards.STUCK, "Påminnelsen är på väg.")


@routes.action("welcome.nudge_all")
def remind_all(turn: Turn) -> Reply:
    """*Påminn alla*: remind everybody who has fallen behind and was not reminded."""
    behind = [line for line in overview.stuck(overview.lines(turn)) if not line.nudged]
    number = _nudge(turn, behind)
    return _list(turn, desk_cards.STUCK, f"{count(number, 'påminnelse', 'påminnelser')} är på väg.")


@routes.action("welcome.again")
def send_again(turn: Turn) -> Reply:
    """*Skicka igen*: send the welcomes that did not arrive once more."""
    lost = overview.of_stage(overview.lines(turn), Stage.UNREACHED)
    rows = overview.not_arrived(turn, [line.person.id for line in lost]).values()
    number = sum(outbox.send_again(turn.session, row, turn.now) for row in rows)
    return _list(turn, Stage.UNREACHED, f"{count(number, 'välkomst', 'välkomster')} är på väg igen.")


def still_wanted(session: Session, row: Delivery) -> bool:
    """Return whether a person has not finished by themselves."""
    begun = onboardings.of_person(session, row.person_id) if row.person_id is not None else None
    return begun is not None and begun.finished_at is None


def _nudge(turn: Turn, lines: Iterable[NewcomerLine]) -> int:
    """Remind these people, as each wants reminders. Return how many had not been reminded."""
    opens, card, mail = next_open(turn.now), desk_cards.reminder(), desk_cards.reminder_mail()
    people = [line.person.id for line in lines if newcomers.nudge(turn.session, line.person.id, turn.now)]
    rows = [
        Outgoing(
            f"{SUBJECT}:{person_id}",
            SUBJECT,
            ToPerson(person_id),
            card=card,
            not_before=opens,
            reach=Reach.REMINDER,
            mail=mail,
        )
        for person_id in people
    ]
    outbox.enqueue_all(turn.session, rows, turn.now)
    for person_id in people:
        Change.of(turn).record("Påminde om introduktionen", f"person:{person_id}", person_id)
    return len(people)


def _list(turn: Turn, stage: str, note: str = "") -> Reply:
    stage = stage if stage in desk_cards.NAMES else desk_cards.STUCK
    found = overview.of_stage(overview.lines(turn), stage)
    return state(desk_cards.listing(stage, found, turn.page, note), done=bool(note))
