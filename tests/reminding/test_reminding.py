"""``påminnelser``: what people choose, what they are told, and that real reminders follow it."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.delivery.tenant_routes import TenantRoutes
from bot.papers import on_paper
from bot.privacy import own_data
from bot.settings import Settings
from bot.turn import App
from storage import credentials, people, privacy
from storage.people import Person
from tests.support.chat import Chat, Clock
from tests.support.mail import Balanced, read
from tests.support.people import know
from tests.support.questions import TEXT, VATTEN, ask, texts
from tests.support.teams import Teams, deliver, plan

MAIL = "anna@tranemo.example"


@pytest.fixture
def anna(chat: Chat) -> Chat:
    know(chat, mail=MAIL, guest=True)
    return chat


def person(chat: Chat) -> Person:
    found = chat.app.database.play(lambda session: people.find(session, chat.sender.teams_id))
    assert found is not None
    return found


def mails(chat: Chat, folder: Path) -> dict[str, EmailMessage]:
    """Let the bot's clock tick; the mails that lie in ``folder`` after that, by file."""
    plan(chat.app, chat.clock.now)
    elsewhere = TenantRoutes(
        on_paper(folder, "kansliet@ekokommuner.example", chat.clock), "https://teams.example/l/chat"
    )
    for _ in range(3):  # the mail waits a second for the chat beside it
        deliver(chat.app, Teams(chat.history, chat.blocked), chat.clock.now, elsewhere)
        chat.clock.forward(seconds=1.1)
    return {file.name: read(file.read_bytes()) for file in sorted(folder.glob("*.eml"))}


def test_a_guest_sees_what_is_chosen_and_chooses(anna: Chat) -> None:
    said = anna.say("Påminnelser")
    assert "Du får påminnelser **både här i chatten och med mejl**." in said
    assert f"Mejl går till {MAIL}." in said
    assert "Du är gäst i Teams" in said
    assert anna.buttons == ["Bara i chatten", "Bara med mejl", "Pausa", "Kansliets utskick"]

    said = anna.click("Bara med mejl")
    assert "Sparat." in said
    assert "Du får påminnelser **med mejl**." in said
    assert "Du är gäst" not in said
    assert person(anna).remind_by == "mail"
    anna.click("Bara i chatten")
    assert anna.buttons == ["Bara med mejl", "Både i chatten och med mejl", "Pausa", "Kansliets utskick"]


def test_without_an_address_or_a_mailbox_there_is_the_chat_and_the_reason(chat: Chat) -> None:
    said = chat.say("påminnelser")
    assert "Du får påminnelser **här i chatten**." in said
    assert "Jag har ingen mejladress till dig. Vill du ha mejl? Be kansliet lägga in din adress: kansliet@" in said
    assert chat.buttons == ["Pausa", "Kansliets utskick"]
    assert "ingen mejladress" in chat.press("reminding.choose", {"way": "mail"})
    assert "Välj hur" in chat.press("reminding.choose", {"way": ["mail"]})
    assert "Välj hur" in chat.press("reminding.choose", {"way": ""})
    know(chat, mail=MAIL)
    hosted = Settings.load(
        {
            "MicrosoftAppId": "11111111-2222-3333-4444-555555555555",
            "MicrosoftAppPassword": "x",
            "MicrosoftAppTenantId": "11111111-2222-3333-4444-555555555555",
            "SEKOM_CONTACT": "kansliet@sekom.example",
        }
    )
    without = Chat(App(hosted, chat.app.database, chat.app.routes, chat.app.dialogs, chat.app.bank), chat.clock)
    assert "Jag kan inte skicka mejl än." in without.say("påminnelser")
    assert without.buttons == ["Pausa", "Kansliets utskick"]
    assert "kan inte skicka mejl än" in without.press("reminding.choose", {"way": "both"})
    assert person(chat).remind_by == ""


@pytest.mark.parametrize(
    ("pause", "last", "until"),
    [
        ("week", "", date(2026, 12, 1)),
        ("fortnight", None, date(2026, 12, 8)),
        ("month", "", date(2026, 12, 24)),
        ("quarter", "", date(2027, 2, 24)),
        ("week", "2027-06-30", date(2027, 6, 30)),
        ("week", "2026-11-24", date(2026, 11, 24)),
    ],
)
def test_a_pause_and_the_way_back(anna: Chat, pause: str, last: str | None, until: date) -> None:
    anna.say("pausa påminnelser")
    said = anna.click("Pausa", pause=pause, last=last)
    assert "Pausen är sparad." in said
    assert f"Paus till och med den {until.day} " in said
    assert person(anna).paused_until == until
    assert anna.buttons[-3:] == ["Ta bort pausen", "Ändra pausen", "Kansliets utskick"]
    assert "Pausen är borttagen." in anna.click("Ta bort pausen")
    assert person(anna).paused_until is None


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({}, "Välj hur lång paus"),
        ({"pause": "ever"}, "Välj hur lång paus"),
        ({"pause": {"a": 1}}, "Välj hur lång paus"),
        ({"pause": "week", "last": "i morgon"}, "förstår inte datumet"),
        ({"pause": "week", "last": "2026-11-23"}, "inte har varit"),
        ({"pause": "week", "last": "2028-01-01"}, "högst ett år"),
        ({"pause": "week", "last": "9999-99-99"}, "förstår inte datumet"),
    ],
)
def test_a_pause_that_is_none_is_refused(anna: Chat, data: dict[str, object], told: str) -> None:
    assert told in anna.press("reminding.pause", data)
    assert person(anna).paused_until is None


def test_it_is_in_the_help_and_only_in_the_own_chat(anna: Chat) -> None:
    assert "**påminnelser**: Välj hur du får påminnelser" in anna.say("alla kommandon")
    assert MAIL not in anna.in_channel(VATTEN).say("påminnelser")
    assert "egen chatt" in anna.in_channel(VATTEN).press("reminding.open", {})
    anna.press("people.profile", {})


def test_it_is_shown_and_goes_with_the_person(anna: Chat) -> None:
    anna.say("påminnelser")
    anna.press("reminding.choose", {"way": "both"})
    anna.click("Pausa", pause="week", last="")
    rows = anna.app.database.play(lambda session: privacy.export(session, person(anna).id))
    text = own_data.as_text(rows, anna.app.settings, anna.clock.now).decode()
    assert "Påminnelser: i chatten och med mejl; Ingen påminnelse till och med: 2026-12-01" in text
    whole = json.loads(own_data.as_json(rows, anna.app.settings, anna.clock.now))
    assert '"paused_until": "2026-12-01"' in json.dumps(whole)

    anna.say("ta bort mig")
    anna.click("Ja, gå vidare")
    anna.click("Ta bort mina uppgifter")
    anna.say("hej")
    assert (person(anna).remind_by, person(anna).paused_until) == ("", None)


def test_a_guest_who_moderates_is_reminded_of_a_question_by_chat_and_mail(
    chat: Chat, kansli: Chat, clock: Clock, tmp_path: Path
) -> None:
    bo = chat.as_("Bo Ek")
    know(bo, mail="bo.ek@lund.example", guest=True)
    kansli.say("temagrupper")
    kansli.click("Ändra Vatten")
    kansli.click("Sök", who="Bo Ek")
    kansli.click("Välj Bo Ek")
    ask(chat, "Hur renar ni <pfas> i **kommunala** brunnen?\n\n[Mer](https://x.example)")
    clock.forward(days=2)

    [[name, mail]] = mails(chat, tmp_path).items()
    assert name.startswith("mail-question-1-rung-2-")
    assert texts(bo)[-1] == "Ingen har svarat på 2 arbetsdagar"
    assert (mail["To"], mail["Subject"]) == ("Bo Ek <bo.ek@lund.example>", "Obesvarad fråga till temagruppen Vatten")
    text = body(mail, "plain")
    assert "> Hur renar ni <pfas> i **kommunala** brunnen?\n>\n> [Mer](https://x.example)" in text
    assert "Du får mejlet för att du håller i temagruppen Vatten." in text
    page = Balanced(body(mail, "html"))
    assert (page.open, page.wrong) == ([], [])
    assert set(page.links) == {"https://teams.example/l/chat"}, "what a member wrote makes no link"


def test_a_pause_holds_the_real_reminder_back_until_it_is_taken_away(
    chat: Chat, kansli: Chat, clock: Clock, tmp_path: Path
) -> None:
    know(kansli, mail="karin@sekom.example", guest=False)
    kansli.say("påminnelser")
    kansli.click("Bara med mejl")
    kansli.click("Pausa", pause="month", last="")
    ask(chat, TEXT)
    clock.forward(days=2)
    assert mails(chat, tmp_path) == {}
    kansli.click("Ändra pausen", pause="fortnight", last="")
    assert "Ingen har svarat på 2 arbetsdagar" not in texts(kansli)
    kansli.click("Ta bort pausen")
    assert texts(kansli)[-1] == "Ingen har svarat på 2 arbetsdagar", "here Teams alone is open"


def test_the_kansli_is_warned_of_the_secret_by_mail(chat: Chat, kansli: Chat, clock: Clock, tmp_path: Path) -> None:
    know(kansli, mail="karin@sekom.example", guest=True)
    ends = clock.now + timedelta(days=14)
    chat.app.database.play(lambda session: credentials.note(session, ends))
    [mail] = mails(chat, tmp_path).values()
    assert mail["Subject"] == "SEKOM-botens inloggning går ut den 8 december 2026"
    assert "slutar gälla den 8 december 2026. Det är 14 dagar kvar." in body(mail, "plain")
    assert "Du får mejlet för att du arbetar på kansliet." in body(mail, "plain")
    assert mails(chat, tmp_path).keys() == {next(iter(mails(chat, tmp_path)))}


def body(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return re.sub("\r\n", "\n", str(part.get_content()))
