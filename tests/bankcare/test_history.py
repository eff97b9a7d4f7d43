"""An entry's history: who changed what, the difference, and the way back."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from bot.privacy import retention
from storage import faq_history
from storage.faq import Entry, EntryState
from storage.faq_history import EntryChange
from tests.support.bankcare import TEXTILE, open_form, open_history, read, save, write
from tests.support.chat import Chat, Clock, actions
from tests.support.people import know


def changes(chat: Chat) -> list[EntryChange]:
    return chat.app.database.play(lambda session: list(session.query(EntryChange).order_by(EntryChange.id)))


def test_an_edit_is_shown_with_the_difference_and_undone(kansli: Chat, clock: Clock) -> None:
    number = write(kansli, answer="I en egen kasse. Kassen hämtas i maj 2026.", phrasings=("textilkasse",))
    clock.forward(minutes=1)
    save(kansli, number, answer="I en egen kasse. Kassen hämtas i juni 2026.", phrasings="textilpåse")

    shown = kansli.click("Historik")
    assert "Ändrat den 24 november 2026 kl. 12.01 av Karin Kansli" in shown
    assert "− Kassen hämtas i maj 2026." in shown
    assert "+ Kassen hämtas i juni 2026." in shown
    assert "− textilkasse" in shown
    assert "− I en egen kasse." not in shown
    clock.forward(minutes=1)
    assert "Ångrat." in kansli.click("Ångra")
    entry = read(kansli, number)
    assert entry.answer == "I en egen kasse. Kassen hämtas i maj 2026."
    assert [phrasing.text for phrasing in entry.phrasings] == ["textilkasse"]
    assert "maj 2026" in kansli.as_("Bo Ek").say(TEXTILE)


def test_a_state_is_undone_and_the_undoing_too(kansli: Chat, clock: Clock) -> None:
    number = write(kansli)
    clock.forward(minutes=1)
    open_form(kansli, number)
    kansli.click("Arkivera")
    assert "Läge: publicerat → arkiverat" in kansli.click("Historik")
    clock.forward(minutes=1)
    kansli.click("Ångra")
    assert read(kansli, number).published
    clock.forward(minutes=1)
    kansli.click("Ångra")  # the newest change is now the undoing
    assert read(kansli, number).state == EntryState.ARCHIVED
    assert [change.kind for change in changes(kansli)][-2:] == ["undone", "undone"]


def test_an_older_change_takes_the_later_ones_with_it_and_they_stay_in_the_history(kansli: Chat, clock: Clock) -> None:
    number = write(kansli, answer="Ett.")
    for answer in ("Två.", "Tre."):
        clock.forward(minutes=1)
        save(kansli, number, answer=answer)
    kansli.click("Historik")
    older = [action["data"] for action in actions(kansli.card) if action["title"] == "Ångra"][1]
    clock.forward(minutes=1)
    kansli.press("care.undo", older, card_id=kansli.shown[-1].id)

    assert read(kansli, number).answer == "Ett."
    clock.forward(minutes=1)
    kansli.click("Ångra")
    assert read(kansli, number).answer == "Tre."


def test_a_second_press_and_a_press_on_an_old_card_change_nothing(kansli: Chat, clock: Clock) -> None:
    number = write(kansli, answer="Ett.")
    clock.forward(minutes=1)
    save(kansli, number, answer="Två.")
    kansli.click("Historik")
    undo = next(action["data"] for action in actions(kansli.card) if action["title"] == "Ångra")
    kansli.click("Ångra")
    before = len(changes(kansli))
    assert "Svaret är redan så." in kansli.press("care.undo", undo)
    clock.forward(minutes=1)
    save(kansli, number, answer="Tre.")
    assert "Någon har ändrat svaret sedan du såg det" in kansli.press("care.undo", undo)
    assert read(kansli, number).answer == "Tre."
    assert len(changes(kansli)) == before + 1


def test_saving_without_a_change_keeps_nothing(kansli: Chat) -> None:
    number = write(kansli)
    before = len(changes(kansli))
    save(kansli, number)
    assert len(changes(kansli)) == before


def test_erasing_leaves_the_change_without_the_person(kansli: Chat, clock: Clock) -> None:
    other = kansli.as_("Kim Kansli", entra_id="aaaaaaaa-0000-0000-0000-0000000000bb")
    know(other, role="other")
    number = write(kansli)

    def work(session: Session) -> None:
        entry = session.get_one(Entry, number)
        before = faq_history.content_of(entry)
        entry.answer = "Nytt."
        person_id = session.query(EntryChange).count() and _id(session, "Kim Kansli")
        faq_history.keep(session, entry, faq_history.EntryChangeKind.EDITED, before, by=person_id, now=clock.now)

    kansli.app.database.play(work)
    assert "Ändrat den 24 november 2026 kl. 12.00 av Kim Kansli" in kansli.press("care.history", {"entry": number})
    other.say("ta bort mig")
    other.click("Ja, gå vidare")
    other.click("Ta bort mina uppgifter")

    shown = kansli.press("care.history", {"entry": number})
    assert "Ändrat" in shown
    assert "Kim" not in shown
    assert changes(kansli)[-1].by_id is None


def _id(session: Session, name: str) -> int:
    from storage.people import Person  # noqa: PLC0415 - one use

    return session.query(Person).filter_by(name=name).one().id


def test_the_history_can_be_cleared_and_goes_with_the_audit_log(kansli: Chat, clock: Clock) -> None:
    number, other = write(kansli), write(kansli, "Tar ni emot skor?")
    open_history(kansli, number)
    kansli.click("Rensa historiken")
    assert "Historiken är borta." in kansli.click("Ta bort historiken")
    assert {change.entry_id for change in changes(kansli)} == {other}
    for _ in range(31):  # retention trusts a clock that goes on by at most 60 days
        clock.now += timedelta(days=60)
        for work in retention.run(kansli.app, clock):
            kansli.app.database.play(work)
    assert changes(kansli) == []


def test_only_the_kansli_sees_and_uses_the_history(chat: Chat, kansli: Chat) -> None:
    number = write(kansli)
    row = changes(kansli)[-1].id
    for verb in ("care.history", "care.undo", "care.ask_clear", "care.clear", "care.compare", "care.merge"):
        refused = chat.press(verb, {"entry": number, "other": number, "change": row, "seen": ""})
        assert "bara kansliet" in refused, verb
    assert len(changes(kansli)) == row
