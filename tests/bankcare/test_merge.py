"""Near-duplicates are named on the form, shown side by side, merged and taken apart again."""

from __future__ import annotations

from storage import faq_history
from storage.faq import EntryState
from storage.faq_history import EntryChange
from tests.support.bankcare import TEXTILE, open_form, open_history, read, save, write
from tests.support.chat import Chat, Clock, actions

TWIN = "Hur ska vi sortera textilier?"


def twins(kansli: Chat, state: EntryState = EntryState.PUBLISHED) -> tuple[int, int]:
    first = write(kansli, phrasings=("textilkasse",))
    return first, write(
        kansli, TWIN, "På återvinningscentralen.", phrasings=("Textilkasse", "klädinsamling"), state=state
    )


def test_a_near_duplicate_is_named_compared_and_merged(kansli: Chat, clock: Clock) -> None:
    first, second = twins(kansli)
    clock.forward(minutes=1)
    assert f"Det finns redan ett svar som liknar det här: ”{TWIN}”" in open_form(kansli, first)
    shown = kansli.click("Jämför och slå ihop")
    for text in (TEXTILE, TWIN, "I en egen kasse.", "På återvinningscentralen."):
        assert text in shown
    keep = [action["data"] for action in actions(kansli.card) if action["title"] == "Behåll"]
    assert [data["entry"] for data in keep] == [first, second]
    assert f"Ihopslaget. ”{TWIN}” är arkiverat" in kansli.press("care.merge", keep[0])

    assert [phrasing.text for phrasing in read(kansli, first).phrasings] == ["textilkasse", TWIN, "klädinsamling"]
    assert read(kansli, second).state == EntryState.ARCHIVED
    assert kansli.as_("Bo Ek").say(TWIN).startswith(TEXTILE)


def test_a_merge_is_taken_back_for_both_from_either_history(kansli: Chat, clock: Clock) -> None:
    pair = twins(kansli)
    for undone in (0, 1):
        clock.forward(minutes=1)
        merge(kansli, *pair)
        clock.forward(minutes=1)
        open_history(kansli, pair[undone])
        assert "Det andra svaret är också tillbaka." in kansli.click("Ångra")
        assert [phrasing.text for phrasing in read(kansli, pair[0]).phrasings] == ["textilkasse"]
        assert read(kansli, pair[1]).published


def test_a_merge_is_taken_back_alone_if_the_other_was_changed_since(kansli: Chat, clock: Clock) -> None:
    first, second = twins(kansli)
    merge(kansli, first, second)
    clock.forward(minutes=1)
    kansli.press("faq.move", {"entry": second, "state": "draft"})
    open_history(kansli, first)
    assert "Ångrat." in kansli.click("Ångra")
    assert "tillbaka." not in kansli.text.split("Historik")[0]
    assert [phrasing.text for phrasing in read(kansli, first).phrasings] == ["textilkasse"]
    assert read(kansli, second).state == EntryState.DRAFT


def test_a_second_press_and_a_stale_card_merge_nothing(kansli: Chat, clock: Clock) -> None:
    first, second = twins(kansli)
    open_form(kansli, first)
    kansli.click("Jämför och slå ihop")
    data = next(action["data"] for action in actions(kansli.card) if action["title"] == "Behåll")
    clock.forward(minutes=1)
    save(kansli, second, answer="Ett nytt svar.")
    stale = kansli.press("care.merge", data)
    assert "Någon har ändrat svaret" in stale
    assert "Ett nytt svar." in stale
    assert read(kansli, second).published
    merge(kansli, first, second)
    assert "redan arkiverat" in kansli.press("care.merge", data)


def test_what_members_see_is_not_merged_into_a_draft(kansli: Chat) -> None:
    first, second = twins(kansli, EntryState.DRAFT)
    open_form(kansli, first)
    kansli.click("Jämför och slå ihop")
    kept = [action["data"]["entry"] for action in actions(kansli.card) if action["title"] == "Behåll"]
    assert kept == [first]
    assert "Medlemmarna ser det andra svaret" in merge(kansli, second, first)
    assert "Det är samma svar" in merge(kansli, first, first)


def test_different_questions_with_a_word_in_common_are_no_duplicates(kansli: Chat) -> None:
    kansli.say("faq sök region medlem")
    shown = next(a["data"]["entry"] for a in actions(kansli.card) if a["verb"] == "faq.edit")
    assert "liknar det här" not in kansli.press("faq.edit", {"entry": shown})


def merge(kansli: Chat, kept: int, other: int) -> str:
    seen = read(kansli, kept).changed_at.isoformat(), read(kansli, other).changed_at.isoformat()
    return kansli.press("care.merge", {"entry": kept, "other": other, "seen": seen[0], "other_seen": seen[1]})


def test_a_merge_is_in_both_histories(kansli: Chat) -> None:
    first, second = twins(kansli)
    shown = merge(kansli, first, second)
    rows = kansli.app.database.play(lambda session: session.query(EntryChange).filter_by(kind="merged").all())
    assert {(row.entry_id, row.other_id) for row in rows} == {(first, second), (second, first)}
    assert "Ihopslaget med ett annat svar" in shown
    assert kansli.app.database.play(lambda session: len(faq_history.of_entry(session, first))) == 3
