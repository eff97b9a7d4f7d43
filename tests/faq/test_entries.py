"""The kansli writes, edits and publishes answers; a dialog asks for a new one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from bot.bank import entries
from bot.turn import KANSLI_ONLY
from storage import faq
from storage.faq import Entry, EntryState
from tests.support.chat import Chat, actions, walk

OTHERS = [
    *("Skriv ett nytt svar", "Vad läsarna tycker", "Kunskapsluckor", "Läget"),
    *("Sök bland svaren", "Arkiverat av sig självt", "Hämta som fil", "Läs in en fil"),
]


def test_the_overview_counts_entries_by_state(kansli: Chat) -> None:
    kansli.say("kunskapsbank")

    assert kansli.buttons == ["Publicerade (45)", "Utkast (2)", "Arkiverade (0)", *OTHERS]


def test_the_kansli_reads_what_people_missed_but_not_who(kansli: Chat) -> None:
    kansli.say("kunskapsbank")
    assert "Ingen har röstat än." in kansli.click("Vad läsarna tycker")
    member = kansli.as_("Bo Hemlig")
    member.say("Kan en region bli medlem?")
    member.click("Nej")
    member.click("Skicka", reason="Hur lång tid tar det?")

    kansli.click("Till översikten")
    shown = kansli.click("Vad läsarna tycker")
    assert "Kan en region bli medlem?\n0 fick hjälp, 1 fick det inte.\n”Hur lång tid tar det?”" in shown
    assert "Hemlig" not in shown


def test_a_list_is_turned_page_by_page_and_leads_back(kansli: Chat) -> None:
    kansli.say("kunskapsbank")
    kansli.click("Publicerade (45)")
    assert "Sida 1 av 6" in kansli.text

    kansli.click("Nästa")
    assert "Sida 2 av 6" in kansli.text
    kansli.click("Föregående")
    assert "Sida 1 av 6" in kansli.text
    kansli.click("Till översikten")
    assert kansli.text.startswith("Kunskapsbanken")


def test_an_empty_list_says_so(kansli: Chat) -> None:
    kansli.say("kunskapsbank")

    assert "Här finns inga svar än." in kansli.click("Arkiverade (0)")


@pytest.mark.parametrize("page", [-5, 999, "x", None, True])
def test_a_page_that_does_not_exist_shows_the_nearest(kansli: Chat, page: object) -> None:
    assert "Sida " in kansli.press("faq.list", {"state": "published", "page": page})


def test_an_edit_is_found_in_the_next_turn(kansli: Chat) -> None:
    _open(kansli, "Kan en region bli medlem?")
    saved = kansli.click("Spara", **_filled(kansli, phrasings="går det med landsting\ngår det med landsting\n\n"))

    assert "Sparat." in saved
    assert kansli.say("går det med landsting?").startswith("Kan en region bli medlem?")


def test_a_draft_with_something_to_fill_in_cannot_be_published(kansli: Chat) -> None:
    deadline = "När är sista dag att rapportera?"
    _open(kansli, deadline)
    assert "ser läsaren inte de meningarna" in kansli.text

    assert "Det finns {{ }} kvar att fylla i" in kansli.click("Publicera")
    kansli.click("Spara", **_filled(kansli, answer="Den 1 mars. Länk: {{länk}}."))
    assert "inte publicerat" in kansli.click("Publicera")
    assert "Publicerat." in kansli.click("Publicera ändå")
    shown = kansli.as_("Anna Andersson").say(deadline)
    assert shown.startswith(f"{deadline}\nDen 1 mars.\n")


@pytest.mark.parametrize("certainty", ["lucka", "kontrollera"])
def test_an_answer_whose_gaps_are_filled_in_counts_as_certain(kansli: Chat, certainty: str) -> None:
    deadline = "När är sista dag att rapportera?"
    _open(kansli, deadline)
    kansli.click("Spara", **_filled(kansli, certainty=certainty))
    kansli.click("Spara", **_filled(kansli, answer="Den 1 mars."))
    kansli.click("Publicera")

    shown = kansli.as_("Anna Andersson").say(deadline)
    assert "saknar ett säkert svar" not in shown
    assert "inte bekräftat" not in shown
    assert "Granskat" in shown


def test_an_archived_answer_is_gone_for_members(kansli: Chat) -> None:
    member = kansli.as_("Bo")
    member.say("Kan en region bli medlem?")
    _open(kansli, "Kan en region bli medlem?")

    assert "Arkiverat." in kansli.click("Arkivera")
    assert "finns inte kvar i kunskapsbanken" in member.click("Ja")
    assert not member.say("Kan en region bli medlem?").startswith("Kan en region bli medlem?")


def test_saving_over_somebody_elses_change_is_refused(kansli: Chat) -> None:
    _open(kansli, "Kan en region bli medlem?")
    before = _filled(kansli)
    stale = dict(next(action for action in actions(kansli.card) if action["title"] == "Spara")["data"])
    kansli.clock.forward(minutes=1)
    kansli.click("Spara", **{**before, "answer": "Ja."})

    assert "Någon har ändrat svaret" in kansli.press("faq.save", {**stale, **before})


@pytest.mark.parametrize(
    ("field", "value", "refusal"),
    [
        ("question", "  ", "Skriv frågan"),
        ("question", "x" * 301, "Frågan är 301 tecken"),
        ("answer", "", "Skriv svaret."),
        ("answer", "x" * 4001, "Svaret är 4001 tecken"),
        ("sources", "Stadgar javascript:alert(1)", "ska börja med https://"),
        ("sources", "\n".join(f"källa {n}" for n in range(21)), "Behåll de 20 viktigaste"),
        ("valid_until", "nästa år", "Skriv dagen som ÅÅÅÅ-MM-DD"),
        ("certainty", "kanske", "Välj hur säkert"),
        ("phrasings", "\n".join(f"fråga {n}" for n in range(41)), "Behåll de 40 vanligaste"),
        ("phrasings", "y" * 301, "längre än 300 tecken"),
    ],
)
def test_a_form_that_is_wrong_is_refused_and_nothing_is_saved(
    kansli: Chat, field: str, value: str, refusal: str
) -> None:
    _open(kansli, "Kan en region bli medlem?")
    changed = _entry(kansli).changed_at
    kansli.clock.forward(minutes=1)

    assert refusal in kansli.click("Spara", **{**_filled(kansli), field: value})
    assert _entry(kansli).changed_at == changed


def test_a_new_answer_is_asked_for_step_by_step(kansli: Chat) -> None:
    assert kansli.say("nytt svar").startswith("Vilken fråga ska svaret gälla?")
    assert kansli.say("Finns det fika?").startswith("Finns det fika?")
    assert kansli.say("Hur ska jag veta?").startswith("Ska det här stå i det nya svaret, eller frågar du mig?")
    assert "Hur kan man fråga annars?" in kansli.click("Fortsätt", answer="Ja, kl. 10.")
    assert "Vilket tema" in kansli.click("Hoppa över")
    assert "hör inte till" in kansli.press("dialog.skip", {"step": "phrasings"}), "pressed twice, it skips one step"
    assert "Sparat som utkast." in kansli.say("Teams")

    assert "Publicerat." in kansli.click("Publicera")
    assert "Ja, kl. 10." in kansli.as_("Bo").say("finns det fika")


def test_a_dialog_can_be_left_and_gone_back_in(kansli: Chat) -> None:
    kansli.say("nytt svar")
    kansli.say("Fika")

    assert kansli.click("Tillbaka").startswith("Vilken fråga")
    kansli.say("Kaffe")
    assert kansli.say("tillbaka").startswith("Vilken fråga")
    assert kansli.click("Avbryt") == "Avbrutet. Inget är sparat."
    assert kansli.say("avbryt") == "Vi håller inte på med något just nu."
    assert "redan klart eller avbrutet" in kansli.press("dialog.answer", {"step": "question", "answer": "x"})


def test_a_wrong_answer_is_refused_and_asked_again(kansli: Chat) -> None:
    kansli.say("nytt svar")
    shown = kansli.say("x" * 301)

    assert shown.startswith("Frågan är 301 tecken.")
    assert "Vilken fråga ska svaret gälla?" in shown
    assert "Skriv frågan" in kansli.click("Fortsätt", answer=" ")


def test_a_form_sent_from_an_older_card_corrects_that_answer(kansli: Chat) -> None:
    kansli.say("nytt svar")
    kansli.say("Fika")

    assert kansli.press("dialog.answer", {"step": "question", "answer": "Finns det te?"}).startswith("Finns det te?")
    assert "hör inte till" in kansli.press("dialog.answer", {"step": "theme", "answer": "x"})
    assert "går inte att hoppa över" in kansli.press("dialog.skip", {})


def test_a_command_in_the_middle_of_a_dialog_is_answered_and_the_dialog_waits(kansli: Chat) -> None:
    kansli.say("nytt svar")

    assert kansli.say("hjälp").startswith("Vad vill du göra?")
    assert kansli.say("Fika").startswith("Fika")


def test_somebody_else_has_no_part_in_a_dialog(kansli: Chat) -> None:
    kansli.say("nytt svar")

    assert "redan klart eller avbrutet" in kansli.as_("Bo").press("dialog.answer", {"step": "question", "answer": "x"})


def test_only_the_kansli_may_press_the_kanslis_buttons(chat: Chat) -> None:
    kansli_only = [name for name, action in chat.app.routes.actions.items() if action.role == "kansli"]

    assert "faq.save" in kansli_only
    for verb in kansli_only:
        assert chat.press(verb, {"entry": 1, "state": "published"}) == KANSLI_ONLY.replace("**", "”")


def test_every_change_raises_the_banks_version(kansli: Chat) -> None:
    def version() -> int:
        return kansli.app.database.play(faq.version)

    before = version()
    _open(kansli, "Kan en region bli medlem?")
    kansli.click("Spara", **_filled(kansli))
    kansli.click("Arkivera")

    assert version() == before + 2


def test_all_sources_are_changed_added_and_removed(kansli: Chat) -> None:
    _open(kansli, "När bildades Sveriges Ekokommuner?")
    form = _filled(kansli)
    first, second = form["sources"].splitlines()
    assert first == "In English, sekom.se http://www.sekom.se/In-English"
    assert second.startswith("Sveriges Ekokommuner, ekocentrum.se https://digital-utstallning.ekocentrum.se/")

    kansli.click("Spara", **{**form, "sources": f"{first}\nEko: en historia\n\nhttps://sekom.se/om\n"})
    assert _entry(kansli, "När bildades Sveriges Ekokommuner?").sources == [
        {"title": "In English, sekom.se", "url": "http://www.sekom.se/In-English"},
        {"title": "Eko: en historia"},
        {"title": "https://sekom.se/om", "url": "https://sekom.se/om"},
    ]
    assert _filled(kansli)["sources"] == f"{first}\nEko: en historia\nhttps://sekom.se/om"
    kansli.click("Spara", **{**_filled(kansli), "sources": ""})
    assert _entry(kansli, "När bildades Sveriges Ekokommuner?").sources == []


def test_a_form_without_the_newer_fields_leaves_them(kansli: Chat) -> None:
    _open(kansli, "Kan en region bli medlem?")
    form = _filled(kansli, valid_until="2027-01-31")
    kansli.click("Spara", **form)
    before = _entry(kansli)
    older = {name: value for name, value in form.items() if name not in ("sources", "valid_until")}
    seen = next(action for action in actions(kansli.card) if action["title"] == "Spara")["data"]

    assert "Sparat." in kansli.press("faq.save", {**seen, **older, "answer": "Ja."})
    after = _entry(kansli)
    assert (after.answer, after.sources, after.valid_until) == ("Ja.", before.sources, date(2027, 1, 31))


def test_an_answer_is_given_until_its_last_day_and_then_listed_as_out_of_date(kansli: Chat) -> None:
    asked, member = "Kan en region bli medlem?", kansli.as_("Bo")
    _open(kansli, asked)
    kansli.click("Spara", **_filled(kansli, valid_until="2026-12-01"))
    shown = member.say(asked)
    assert shown.startswith(asked)
    assert "Gäller till och med den 1 december 2026." in shown

    kansli.clock.now = datetime(2026, 12, 1, 22, 59, tzinfo=UTC)  # 23.59 in Sweden
    assert member.say(asked).startswith(asked)
    kansli.clock.forward(minutes=2)
    assert asked not in member.say(asked).replace(f"Du skrev: ”{asked}”", "")
    assert "finns inte kvar" in member.press("faq.again", {"question": 1, "entry": _entry(kansli).id})

    kansli.say("kunskapsbank")
    assert f"{asked}\nGällde till och med den 1 december 2026." in kansli.click("Gäller inte längre (1)")
    assert "Svaret gäller inte längre, så medlemmarna ser det inte." in kansli.click("Öppna")
    kansli.click("Gör till utkast")
    assert "Svaret gäller bara till en dag som har passerat." in kansli.click("Publicera")
    assert "Publicerat." in kansli.click("Publicera", **_filled(kansli, valid_until=""))
    assert member.say(asked).startswith(asked)
    kansli.say("kunskapsbank")
    assert kansli.buttons[3:] == OTHERS


def test_the_entry_that_replaces_one_out_of_date_is_found_at_once(kansli: Chat) -> None:
    _open(kansli, "Kan en region bli medlem?")
    kansli.click("Spara", **_filled(kansli, valid_until="2026-12-01"))
    kansli.say("nytt svar")
    kansli.click("Fortsätt", answer="Kan en region bli medlem nu?")
    kansli.click("Fortsätt", answer="Nej, från 2027 bara kommuner.")
    kansli.click("Fortsätt", answer="är regioner med")
    kansli.say("medlemskap")
    kansli.click("Publicera")
    kansli.clock.forward(days=30)

    assert "Nej, från 2027 bara kommuner." in kansli.as_("Bo").say("Kan en region bli medlem?")


def test_what_is_not_confirmed_never_says_reviewed(kansli: Chat) -> None:
    _open(kansli, "Kan en region bli medlem?")
    for certainty, confirmed in (("hög", True), ("kontrollera", False), ("lucka", False)):
        kansli.click("Spara", **_filled(kansli, certainty=certainty))
        shown = kansli.as_("Bo").say("Kan en region bli medlem?")

        assert [part in seen for seen in (shown, kansli.text) for part in ("Granskat den",)] == [confirmed] * 2
        assert ("Kansliet har inte bekräftat" in shown or "saknar ett säkert svar" in shown) is not confirmed


def test_texts_may_be_as_long_as_their_columns() -> None:
    columns = Entry.__table__.c
    assert columns.question.type.length >= entries.LONGEST_QUESTION  # type: ignore[attr-defined]
    assert max(len(state) for state in EntryState) <= columns.state.type.length  # type: ignore[attr-defined]


def _open(kansli: Chat, question: str) -> None:
    kansli.say("kunskapsbank")
    kansli.press("faq.edit", {"entry": _entry(kansli, question).id}, card_id=kansli.shown[-1].id)


def _entry(kansli: Chat, question: str = "Kan en region bli medlem?") -> Entry:
    return kansli.app.database.play(lambda session: session.query(Entry).filter_by(question=question).one())


def _filled(kansli: Chat, **changes: str) -> dict[str, Any]:
    """What the form on the newest card holds, as Teams would send it."""
    inputs = [part for part in walk(kansli.card) if str(part["type"]).startswith("Input.")]
    return {**{part["id"]: part.get("value", "") for part in inputs}, **changes}
