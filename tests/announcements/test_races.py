"""A message that arrives between two steps of the job, or fails and is sent again, never leaves an old card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import announcements
from storage.outbox import Delivery
from tests.support.announcements import Post, fields, rows, stored, tick
from tests.support.chat import Chat, words
from tests.support.people import person


def sent(kansli: Chat, post: Post) -> tuple[Chat, str]:
    """Send something to one person. Return them and the key of their delivery."""
    ada = kansli.as_("Ada Ask")
    kansli.say("annonsera: Något nytt. Läs det här.")
    kansli.click("Mottagare")
    kansli.click("Lägg till", pasted="Ada Ask")
    kansli.click("Klar")
    kansli.click("Skicka nu")
    post.work()
    return ada, f"announcement:1:person:{person(ada).id}"


def put(kansli: Chat, key: str, state: str, **more: Any) -> None:
    """Leave a delivery in a state, as the courier does before and after Teams answers."""
    values: dict[Any, Any] = {"state": state, **more}
    assert kansli.app.database.play(lambda session: session.query(Delivery).filter_by(key=key).update(values)) == 1


def correct(kansli: Chat) -> None:
    kansli.press("announcements.open", {"announcement": 1})
    kansli.click("Rätta")
    kansli.click("Förhandsvisa rättelsen", **fields(kansli, heading="Ny rubrik"))
    kansli.click("Skicka rättelsen")


def arrive_before_the_last_step(kansli: Chat, key: str) -> None:
    """Let a delivery arrive after the job looked for old copies, and before it notes that there are none."""
    for at, step in enumerate(announcements.run(kansli.app, kansli.clock)):
        if at == 5:  # both looks, begin, correct and delete are done
            put(kansli, key, "sent")
        kansli.app.database.play(step)


def test_a_copy_that_arrives_while_the_job_works_is_corrected(kansli: Chat, post: Post) -> None:
    ada, key = sent(kansli, post)
    put(kansli, key, "sending")
    correct(kansli)
    arrive_before_the_last_step(kansli, key)
    post.work()
    assert "Ny rubrik" in ada.text
    assert stored(kansli).spread_version == stored(kansli).version


def test_a_recalled_copy_that_changes_while_the_job_works_is_deleted(kansli: Chat, post: Post) -> None:
    ada, key = sent(kansli, post)
    kansli.press("announcements.open", {"announcement": 1})
    kansli.click("Ta tillbaka")
    kansli.click("Ta även bort korten")
    tick(kansli.app, kansli)
    put(kansli, f"{key}:v3", "sending")
    arrive_before_the_last_step(kansli, f"{key}:v3")
    post.work()
    assert rows(kansli, "over:announcement:1")[f"person:{person(ada).id}:v3:gone"][0] == "sent"
    assert stored(kansli).spread_version == stored(kansli).version


def test_one_that_failed_during_a_correction_is_sent_again_with_the_new_text(kansli: Chat, post: Post) -> None:
    ada, key = sent(kansli, post)
    put(kansli, key, "sending")
    correct(kansli)
    put(kansli, key, "failed", settled_at=kansli.clock.now)
    post.work()
    ada.shown.clear()
    kansli.press("announcements.resend", {"announcement": 1})
    post.work()
    assert "Ny rubrik" in ada.text


def test_a_late_answer_after_a_correction_is_corrected(kansli: Chat, post: Post) -> None:
    ada, key = sent(kansli, post)
    put(kansli, key, "uncertain", settled_at=kansli.clock.now)  # another replica has given it up
    correct(kansli)
    post.work()
    put(kansli, key, "sent")
    post.work()
    assert "Ny rubrik" in ada.text
    put(kansli, key, "uncertain", settled_at=kansli.clock.now - timedelta(minutes=6))
    post.work()
    assert stored(kansli).spread_version == stored(kansli).version


def test_the_numbers_do_not_replace_a_form_that_the_kansli_fills_in(kansli: Chat, post: Post) -> None:
    _, key = sent(kansli, post)
    put(kansli, key, "sending")
    correct(kansli)
    card = kansli.text
    assert "Rättelsen är på väg" in card
    kansli.click("Rätta")
    before, form = (words(one.card_for(kansli.sender.teams_id) or {}) for one in kansli.shown[-2:])
    assert before == card
    assert form.startswith("Rätta utskicket")
    post.work()
    kansli.press("announcements.open", {"announcement": 1})
    assert "below" not in str(kansli.card)  # nothing moves any more, so it opens in place
