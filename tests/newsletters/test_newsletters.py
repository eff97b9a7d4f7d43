"""The newsletter: what it tells and leaves out, the empty month, and the draft that is begun already."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.newsletters import letter
from storage.announcements import Announcement, AnnouncementState
from storage.events import Event, EventKind, EventState
from storage.faq import Entry
from tests.announcements.conftest import post as post  # noqa: PLC0414 - the same office
from tests.support.announcements import Post, stored
from tests.support.chat import Chat
from tests.support.questions import VATTEN, ask

CALL = "https://www.vinnova.se/dagvatten"
EMPTY = "Jag hittar inget att berätta om sedan den 24 oktober 2026, så jag har inte gjort något utkast."


def send(kansli: Chat, line: str, **to: str) -> None:
    """Send an announcement in one line; to people if ``to`` says to whom."""
    kansli.say(f"annonsera {line}")
    if to:
        kansli.click("Mottagare")
        kansli.click("Lägg till", **to)
        kansli.click("Klar")
    assert "Utskicket är på väg." in kansli.click("Skicka nu")


def solve(asker: Chat, text: str, answer: str) -> None:
    """Ask a theme group, have Bo answer there, and solve it."""
    ask(asker, text)
    bo = asker.as_("Bo Ek").in_channel(VATTEN)
    bo.click("Svara")
    bo.click("Skicka svaret", answer=answer)
    asker.click("Det löste det")


def event(chat: Chat, title: str, starts: datetime, **facts: Any) -> None:
    now = chat.clock.now
    row = Event(
        kind=EventKind.WEBINAR,
        title=title,
        starts_at=starts,
        ends_at=starts + timedelta(hours=1),
        state=EventState.OPEN,
        created_at=now,
        changed_at=now,
    )
    for name, value in facts.items():
        setattr(row, name, value)
    chat.app.database.play(lambda session: session.add(row))


def newest_entry(chat: Chat) -> int:
    return chat.app.database.play(lambda session: session.scalar(select(func.max(Entry.id))) or 0)


def drafts(chat: Chat) -> list[tuple[str, str]]:
    def work(session: Any) -> list[tuple[str, str]]:
        rows = select(Announcement).where(Announcement.kind == "newsletter").order_by(Announcement.id)
        return [(row.heading, row.state) for row in session.scalars(rows)]

    return chat.app.database.play(work)


def test_it_tells_what_every_member_could_read_and_nothing_personal(chat: Chat, kansli: Chat, post: Post) -> None:
    solve(chat, "Hej! Jag heter Anna Andersson i Sotenäs kommun. Hur renar ni pfas i brunnar?", "Ring Lisa Lund.")
    solve(chat, "Hur mäter ni flöden i dagvatten?", "Med mätare.")
    kansli.press("faq.from_question", {"question": 2})
    kansli.press("faq.move", {"entry": newest_entry(kansli), "state": "published"})
    ask(chat, "Får vi lämna nätverket i smyg?", "Vet inte – till kansliet")
    kansli.press("questions.desk_answer", {"question": 3, "answer": "Ja."})
    chat.click("Det löste det")
    send(kansli, f"vatten: Ny utlysning om dagvatten, sök senast 3 mars 2027 {CALL}")
    send(kansli, ": Ni har inte betalat avgiften. Betala nu.", pasted="Anna Andersson")
    send(kansli, ": Kontoret flyttar *snart*. Vi ses där.", everyone="true")
    kansli.say("annonsera vatten: Ett utkast till utlysning, sök senast 4 mars 2027.")
    event(chat, "Webbinarium om skyfall", datetime(2026, 12, 8, 12, tzinfo=UTC), place="Lund")
    event(chat, "Inställt möte", datetime(2026, 12, 9, 12, tzinfo=UTC), state=EventState.CANCELLED)
    event(chat, "Om gröna tak", datetime(2026, 11, 20, 12, tzinfo=UTC), recording_url="https://www.sekom.se/tak")
    post.work()

    shown = kansli.say("nyhetsbrev")
    assert "Här är ett utkast med det som har hänt sedan den 24 oktober 2026." in shown
    assert stored(kansli, 5).heading == "Nyhetsbrev november 2026"
    assert stored(kansli, 5).text.split("\n") == [
        "**Svara, sök och anmäl er**",
        f"- Ny utlysning om dagvatten. Sista dag den 3 mars 2027. [Till utlysningen]({CALL})",
        "",
        "**På gång**",
        "- Webbinarium om skyfall, den 8 december 2026 kl. 13.00, Lund.",
        "",
        "**Nytt från kansliet**",
        "- Kontoret flyttar \\*snart\\*.",
        "",
        "**Sett i efterhand**",
        "- Om gröna tak, den 20 november 2026 kl. 13.00. [Se inspelningen](https://www.sekom.se/tak)",
        "",
        "**Löst i temagrupperna**",
        "- Hur mäter ni flöden i dagvatten? (Vatten) Svaret finns i kunskapsbanken.",
        "- Jag heter … i kommunen. Hur renar ni pfas i brunnar? (Vatten)",
        "",
        letter.CLOSING,
    ]
    assert {"Ändra", "Mottagare", "Skicka nu", "Kasta utkastet"} <= set(kansli.buttons)
    assert "Det går inte att skicka än." not in shown


def test_an_empty_month_makes_no_draft_and_twice_opens_the_same(kansli: Chat, post: Post) -> None:
    assert EMPTY in kansli.say("nyhetsbrev")
    kansli.say("utskick")
    assert EMPTY in kansli.click("Nyhetsbrev")
    assert drafts(kansli) == []
    assert "Skriv utskicket" in kansli.click("Börja från en mall")

    send(kansli, "vatten: Ny utlysning, sök senast 3 mars 2027.")
    post.work()
    kansli.say("utskick")
    assert "Ny utlysning. Sista dag den 3 mars 2027." in kansli.click("Nyhetsbrev")
    again = kansli.say("skriv nyhetsbrev")
    assert "Det finns redan ett nyhetsbrev på gång." in again
    assert "Ny utlysning. Sista dag den 3 mars 2027." in again
    assert drafts(kansli) == [("Nyhetsbrev november 2026", AnnouncementState.DRAFT)]

    kansli.click("Mottagare")
    kansli.click("Lägg till", everyone="true")
    kansli.click("Klar")
    kansli.click("Skicka nu")
    post.work()
    kansli.clock.now = datetime(2026, 12, 18, 9, tzinfo=UTC)
    send(kansli, ": God jul. Vi ses nästa år.", everyone="true")
    post.work()
    after = kansli.say("nyhetsbrev")
    assert "sedan den 24 november 2026" in after
    assert "God jul" in after
    assert drafts(kansli)[1:] == [("Nyhetsbrev december 2026", AnnouncementState.DRAFT)]


def test_only_the_kansli_gets_one_and_only_in_its_own_chat(chat: Chat, kansli: Chat) -> None:
    assert "kansliet" in chat.say("nyhetsbrev")
    assert "bara kansliet" in chat.press("newsletters.draft", {})
    assert "egen chatt" in kansli.in_channel(VATTEN).press("newsletters.draft", {})
    assert drafts(kansli) == []


@pytest.mark.parametrize("length", [20, 120, 1_000])
def test_a_long_month_fits_and_says_what_is_left_out(length: int) -> None:
    lines = [f"{number} {'x' * length}" for number in range(30)]
    text = letter.text({"Löst": lines, "På gång": ["Ett möte."]})

    assert len(text) <= letter.LONGEST
    assert text.startswith("**Löst**\n- 0 x")
    assert " till\n\n**På gång**\n- Ett möte.\n\n" in text
