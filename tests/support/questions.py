"""Helpers for tests of questions: asking a question, the channels, and reading the tables."""

from __future__ import annotations

from storage import municipalities, people, questions
from storage.outbox import Delivery, State
from storage.questions import Question
from tests.support.chat import Chat

VATTEN = "temagrupp-vatten"
GENERAL = "sekom-motesplats"
TEXT = "Hur renar ni pfas i kommunala brunnen?"


def ask(chat: Chat, text: str = TEXT, group: str = "Vatten", name: str = "Visa mitt namn") -> int:
    """Ask a theme group through the dialog. Return the question's id."""
    chat.say(f"fråga kollegor {text}")
    chat.click("Fortsätt", answer=text)
    if group in chat.buttons:
        chat.click(group)
    else:  # nothing in the question speaks for it
        chat.click("Välj annan grupp", other=group.casefold())
    chat.click(name)
    chat.click("Skicka")
    return newest(chat).id


def newest(chat: Chat) -> Question:
    return chat.app.database.play(lambda session: session.query(Question).order_by(Question.id.desc()).first()) or no()


def row(chat: Chat, number: int = 1) -> Question:
    return chat.app.database.play(lambda session: questions.find(session, number)) or no()


def no() -> Question:
    raise AssertionError("there is no question")


def live_in(chat: Chat, name: str) -> None:
    """Let the person speak for a municipality."""

    def work(session: object) -> None:
        person = people.find(session, chat.sender.teams_id)  # type: ignore[arg-type]
        home = next(one for one in municipalities.everyone(session) if one.name == name)  # type: ignore[arg-type]
        assert person
        person.municipality_code = home.code

    chat.app.database.play(work)


def deliveries(chat: Chat) -> dict[str, str]:
    """Return every delivery's state by key."""
    rows = chat.app.database.play(lambda session: session.query(Delivery).all())
    return {one.key: one.state for one in rows}


def all_sent(chat: Chat) -> bool:
    """Return whether nothing failed, was left, or went in doubt; older versions of a card may have been passed over."""
    rows = chat.app.database.play(lambda session: session.query(Delivery).all())
    return all(one.state == State.SENT or one.error == "superseded" for one in rows)


def texts(chat: Chat) -> list[str]:
    """Return the first line of every card in this conversation, oldest first."""
    from tests.support.chat import words  # noqa: PLC0415 - chat imports teams

    return [words(card).split("\n")[0] for one in chat.shown if (card := one.card_for(chat.sender.teams_id))]
