"""Similar questions that were asked before are found by their words, and by their meaning where the encoder is used."""

from __future__ import annotations

import pytest

from bot.search.live_bank import LiveBank
from bot.search.question_meanings import EVERY, QuestionMeanings
from storage.questions import Question, Status
from storage.text_vectors import TextVector
from tests.support.chat import Chat
from tests.support.encoders import FakeEncoder
from tests.support.questions import VATTEN, ask, live_in, newest

BEFORE = "Är det dyrt med ett nytt reningsverk?"
NOW = "Vad får en ny anläggning kosta?"
"""It shares no word with the other; :class:`FakeEncoder` knows that they mean the same."""
SAME_WORDS = "Är ett nytt reningsverk dyrt att bygga?"
READ = "1 kommun har frågat om detta. Läs gärna svaren först:"


class Now:
    """A clock in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def never() -> bool:
    return False


@pytest.fixture
def encoder() -> FakeEncoder:
    encoder = FakeEncoder()
    encoder.warm()
    return encoder


@pytest.fixture
def now() -> Now:
    return Now()


@pytest.fixture
def meanings(chat: Chat, encoder: FakeEncoder, now: Now) -> QuestionMeanings:
    """The meaning of the questions as the chat's bank knows them."""
    assert isinstance(chat.app.bank, LiveBank)
    chat.app.bank._questions = QuestionMeanings(chat.app.database, encoder, now)
    return chat.app.bank._questions


@pytest.fixture
def answered(chat: Chat) -> int:
    """A question of another municipality, with an answer."""
    bo = chat.as_("Bo Ek")
    live_in(bo, "Malmö")
    number = ask(bo, BEFORE)
    here = chat.as_("Cecilia").in_channel(VATTEN)
    here.click("Svara")
    here.click("Skicka svaret", answer="Räkna med tio miljoner.")
    return number


def last_look(chat: Chat, text: str = NOW) -> str:
    """Return what is shown before the question is sent."""
    chat.say(f"fråga kollegor {text}")
    chat.click("Fortsätt", answer=text)
    chat.click("Välj annan grupp", other="vatten")
    return chat.click("Visa mitt namn")


@pytest.mark.usefixtures("answered")
def test_a_question_in_other_words_is_found(chat: Chat, meanings: QuestionMeanings, encoder: FakeEncoder) -> None:
    assert READ not in last_look(chat)  # nobody has read the questions yet
    assert encoder.asked == []
    chat.click("Avbryt")
    meanings.refresh(never)
    assert encoder.asked == [f"query: {BEFORE}"]
    encoder.asked.clear()
    assert READ in last_look(chat)
    assert encoder.asked == [f"query: {NOW}"]
    assert "Räkna med tio miljoner." in chat.click(BEFORE)


@pytest.mark.usefixtures("answered")
def test_without_the_encoder_the_words_decide(chat: Chat, meanings: QuestionMeanings, encoder: FakeEncoder) -> None:
    meanings.refresh(never)
    encoder.broken = True
    assert READ not in last_look(chat)
    chat.click("Avbryt")
    assert READ in last_look(chat, SAME_WORDS)


@pytest.mark.usefixtures("answered")
def test_words_do_not_make_alike_what_means_something_else(chat: Chat, meanings: QuestionMeanings) -> None:
    chat.app.database.play(lambda session: setattr(session.get_one(Question, 1), "text", "Hur bygger ni reningsverk?"))
    other = "Hur bygger ni ett reningsverk inför årsmötet?"
    assert READ in last_look(chat, other)
    chat.click("Avbryt")
    meanings.refresh(never)
    assert READ not in last_look(chat, other)


def test_a_question_to_the_kansli_is_neither_encoded_nor_shown(
    chat: Chat, meanings: QuestionMeanings, encoder: FakeEncoder
) -> None:
    ask(chat.as_("Bo Ek"), BEFORE, "Vet inte – till kansliet")
    assert newest(chat).group_id is None
    meanings.refresh(never)
    assert encoder.asked == []
    assert READ not in last_look(chat)


def test_nothing_of_an_erased_question_is_held(
    chat: Chat, meanings: QuestionMeanings, encoder: FakeEncoder, now: Now, answered: int
) -> None:
    meanings.refresh(never)
    assert meanings.cosines(NOW, [BEFORE]) == [pytest.approx(1.0)]
    texts = chat.app.database.look(lambda session: session.query(TextVector).count())
    assert texts == 0  # the table is the bank's alone

    def change(text: str, status: Status) -> None:
        def work(session: object) -> None:
            question = session.get_one(Question, answered)  # type: ignore[attr-defined]
            question.text, question.status = text, status

        chat.app.database.play(work)

    change("Är det dyrt? [borttaget]", Status.SOLVED)
    meanings.refresh(never)
    assert list(meanings._vectors) == [BEFORE]  # the minute is not over
    now.seconds += EVERY
    meanings.refresh(never)
    assert list(meanings._vectors) == ["Är det dyrt? [borttaget]"]
    change("Är det dyrt? [borttaget]", Status.WITHDRAWN)
    now.seconds += EVERY
    encoder.asked.clear()
    meanings.refresh(never)
    assert meanings.cosines(NOW, [BEFORE]) == [None]
    assert not meanings._vectors
    assert encoder.asked == []


@pytest.mark.usefixtures("answered")
def test_what_is_left_after_a_failure_comes_next_time(
    chat: Chat, meanings: QuestionMeanings, encoder: FakeEncoder
) -> None:
    ask(chat.as_("Bo Ek"), "När är stämman?")
    encoder.breaks_after = 1
    meanings.refresh(never)
    assert len(meanings._vectors) == 1
    encoder.breaks_after, encoder.broken = None, False
    meanings.refresh(lambda: True)
    assert len(meanings._vectors) == 1
    meanings.refresh(never)
    assert len(meanings._vectors) == 2
