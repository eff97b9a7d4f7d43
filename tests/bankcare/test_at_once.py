"""Two people at the kansli care for the same entry at the same moment."""

from __future__ import annotations

from sqlalchemy.orm import Session

from storage.faq import EntryState
from storage.faq_history import EntryChange
from tests.support.bankcare import read, save, write
from tests.support.chat import KANSLI, Chat, Clock, actions, seen
from tests.support.races import at_once


def kinds(chat: Chat, number: int) -> list[str]:
    def work(session: Session) -> list[str]:
        rows = session.query(EntryChange).filter_by(entry_id=number).order_by(EntryChange.id)
        return [row.kind for row in rows]

    return chat.app.database.play(work)


def test_a_change_is_undone_once(kansli: Chat, clock: Clock) -> None:
    number = write(kansli, answer="Ett.")
    clock.forward(minutes=1)
    save(kansli, number, answer="Två.")
    kansli.click("Historik")
    undo = next(action["data"] for action in actions(kansli.card) if action["title"] == "Ångra")
    clock.forward(minutes=1)
    at_once([(kansli, "care.undo", undo)] * 4)
    assert read(kansli, number).answer == "Ett."
    assert kinds(kansli, number).count("undone") == 1


def test_two_who_merge_in_opposite_directions_keep_one_entry(kansli: Chat) -> None:
    pair = write(kansli), write(kansli, "Hur ska vi sortera textilier?")
    at = [read(kansli, number).changed_at.isoformat() for number in pair]
    presses = [
        {"entry": pair[one], "other": pair[1 - one], "seen": at[one], "other_seen": at[1 - one]} for one in (0, 1)
    ]
    replies = at_once([(kansli, "care.merge", data) for data in presses])
    states = sorted(read(kansli, number).state for number in pair)
    assert states == [EntryState.ARCHIVED, EntryState.PUBLISHED]
    assert sum("redan arkiverat" in seen(reply) for reply in replies) == 1


def test_one_says_that_it_holds_while_the_other_archives(kansli: Chat) -> None:
    number = write(kansli)
    stamp = read(kansli, number).changed_at.isoformat()
    other = kansli.as_("Karin Kansli", entra_id=KANSLI)
    at_once(
        [
            (kansli, "care.confirm", {"entry": number, "seen": stamp}),
            (other, "faq.move", {"entry": number, "state": "archived"}),
        ]
    )
    assert read(kansli, number).state == EntryState.ARCHIVED
    assert kinds(kansli, number)[-1] == "archived"
