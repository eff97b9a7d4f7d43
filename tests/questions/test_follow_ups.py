"""An answer reaches a guest by mail too, and the talk with the colleague goes on."""

from __future__ import annotations

from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from bot.delivery.tenant_routes import TenantRoutes
from bot.papers import on_paper
from storage.questions import Answer, Status
from tests.conftest import make_app
from tests.support.chat import Chat, actions, seen
from tests.support.erasure import erase, everything
from tests.support.mail import read
from tests.support.people import know
from tests.support.questions import TEXT, VATTEN, ask, live_in, row, texts

SAID = "Vi bytte till **kolfilter** i mars."
MORE = "men vilken nämnd gäller det?"
YES = {"may_write": "yes"}


@pytest.fixture
def guest(chat: Chat, tmp_path: Path) -> Chat:
    """Anna, a guest with a mail address, where mails lie in a folder."""
    ways = TenantRoutes(on_paper(tmp_path, "kansliet@ekokommuner.example", chat.clock), "https://teams.example/l/chat")
    guest = replace(chat, elsewhere=ways)
    know(guest, mail="anna@tranemo.example", guest=True)
    return guest


def colleague(chat: Chat) -> Chat:
    """Return Hassan's own chat, who lives in Malmö."""
    hassan = chat.as_("Hassan Ali")
    live_in(hassan, "Malmö")
    know(hassan, mail="hassan@malmo.example", guest=True)
    return hassan


def answered(chat: Chat, text: str = SAID, **inputs: str) -> Chat:
    """Ask, and have Hassan answer at the card. Return Hassan's chat."""
    hassan = colleague(chat)
    ask(chat)
    hassan.in_channel(VATTEN).click("Svara")
    hassan.in_channel(VATTEN).click("Skicka svaret", answer=text, **inputs)
    return hassan


def mails(chat: Chat, folder: Path, **later: float) -> list[EmailMessage]:
    """Return the mails that have gone by a later time."""
    chat.clock.forward(**later)
    for _ in range(2):
        chat.deliver()
        chat.clock.forward(seconds=2)
    return [read(file.read_bytes()) for file in sorted(folder.glob("*.eml"))]


def plain(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def links(chat: Chat) -> dict[str, str]:
    """Return the links on the newest card by title."""
    return {action["title"]: action["url"] for action in actions(chat.card) if action["type"] == "Action.OpenUrl"}


def test_a_guest_who_does_not_open_the_answer_gets_it_by_mail(guest: Chat, tmp_path: Path) -> None:
    answered(guest, **YES)
    assert guest.text.startswith("Du har fått svar")
    assert mails(guest, tmp_path, minutes=55) == []
    [mail] = mails(guest, tmp_path, minutes=10)

    assert mail["Subject"] == f"Svar på din fråga: {TEXT}"
    text = plain(mail)
    assert f"> Din fråga:\n> {TEXT}\n>\n> Svar från Hassan Ali, Malmö kommun:\n> {SAID}" in text
    assert "Undrar du något mer? Skriv det till mig i chatten, så skickar jag det till Hassan." in text
    assert (
        "hassan@malmo.example eller chatta i Teams (https://teams.microsoft.com/l/chat/0/0?users=hassan@malmo" in text
    )
    assert "Du får mejlet för att du ställde frågan." in text
    html = mail.get_body(("html",))
    assert html is not None
    assert "Vi bytte till **kolfilter** i mars." in html.get_content(), "a person's words are shown as they are"
    assert mails(guest, tmp_path, hours=30) == [mail] or len(mails(guest, tmp_path)) == 1


@pytest.mark.parametrize("opened", ["tack!", MORE])
def test_a_guest_who_writes_in_the_chat_gets_no_mail(guest: Chat, tmp_path: Path, opened: str) -> None:
    answered(guest)
    guest.clock.forward(minutes=5)
    guest.say(opened)
    assert mails(guest, tmp_path, hours=3) == []


def test_a_follower_gets_the_mail_too_without_the_address(guest: Chat, tmp_path: Path) -> None:
    bo = guest.as_("Bo Ek")
    know(bo, mail="bo@lund.example", guest=True)
    ask(guest)
    bo.in_channel(VATTEN).click("Jag undrar också")
    hassan = colleague(guest)
    hassan.in_channel(VATTEN).click("Svara")
    hassan.in_channel(VATTEN).click("Skicka svaret", answer=SAID, **YES)
    assert links(bo) == {}
    sent = {str(mail["To"]): plain(mail) for mail in mails(guest, tmp_path, hours=2)}
    assert set(sent) == {"Anna Andersson <anna@tranemo.example>", "Bo Ek <bo@lund.example>"}
    assert "hassan@" not in sent["Bo Ek <bo@lund.example>"]
    assert "Du får mejlet för att du följer frågan." in sent["Bo Ek <bo@lund.example>"]


def test_the_colleague_decides_whether_the_asker_may_write(chat: Chat) -> None:
    hassan = answered(chat)
    assert links(chat) == {}
    hassan.in_channel(VATTEN).click("Svara")
    assert "Får den som frågade skriva till dig?" in hassan.in_channel(VATTEN).text
    hassan.in_channel(VATTEN).click("Skicka svaret", answer="Ring mig gärna.", **YES)
    assert links(chat) == {"Skriv till Hassan": "https://teams.microsoft.com/l/chat/0/0?users=hassan@malmo.example"}
    chat.click("Det löste det")
    assert "Skriv till Hassan" in links(chat)
    chat.say("mina frågor")
    chat.click("Öppna")
    assert "Skriv till Hassan" in links(chat)

    know(hassan, mail="hassan@lund.example")
    chat.say("mina frågor")
    chat.click("Öppna")
    assert links(chat)["Skriv till Hassan"].endswith("hassan@lund.example")
    erase(hassan)
    assert "hassan@" not in str(everything(chat.app.database))


def test_who_has_no_address_is_not_asked(chat: Chat) -> None:
    ask(chat)
    bo = chat.as_("Bo Ek").in_channel(VATTEN)
    bo.click("Svara")
    assert "skriva till dig" not in bo.text


def test_a_pasted_answer_gives_nobody_s_address(chat: Chat, kansli: Chat) -> None:
    know(kansli, mail="karin@sekom.example")
    ask(chat, "Kan ni skicka ett intyg?", "Vet inte – till kansliet")
    kansli.click("Besvarad i tråden")
    kansli.press("questions.desk_answer", {"question": 1, "answer": "Ja.", "pasted": True, **YES})
    assert links(chat) == {}


def test_in_a_tenant_the_card_leads_to_the_thread(chat: Chat) -> None:
    settings = {
        "MicrosoftAppId": "00000000-0000-0000-0000-0000000000a1",
        "MicrosoftAppPassword": "x",
        "MicrosoftAppTenantId": "00000000-0000-0000-0000-0000000000b2",
        "SEKOM_CONTACT": "kansliet@sekom.example",
    }
    there = replace(chat, app=make_app(chat.app.database, **settings))
    answered(there)
    thread = there.in_channel(VATTEN).shown[0].id
    base = "https://teams.microsoft.com/l/message/19%3Atemagrupp-vatten%40thread.tacv2"
    assert links(there) == {"Öppna tråden": f"{base}/{thread}?tenantId=00000000-0000-0000-0000-0000000000b2"}


def test_an_answer_that_may_stand_in_a_thread_shows_no_address(chat: Chat) -> None:
    chat.in_channel("annan", thread="7").say(f"fråga kollegor {TEXT}")
    chat.click("Fortsätt", answer=TEXT)
    chat.click("Vatten")
    chat.click("Visa mitt namn")
    chat.click("Skicka")
    chat.blocked.add(chat.sender.teams_id)
    hassan = colleague(chat).in_channel(VATTEN)
    hassan.click("Svara")
    hassan.click("Skicka svaret", answer=SAID, **YES)
    shown = chat.in_channel("annan", thread="7")
    assert shown.text.startswith("Du har fått svar")
    assert links(shown) == {}


def test_what_the_asker_writes_next_goes_to_the_colleague_who_answers_again(guest: Chat, tmp_path: Path) -> None:
    hassan = answered(guest)
    assert "Undrar du något mer? Skriv det här, så skickar jag det till Hassan." in guest.text
    guest.clock.forward(minutes=2)
    assert guest.say(MORE).startswith(
        f"Ska jag skicka det till Hassan?\nDu skrev: {MORE}\nDet gäller din fråga: {TEXT}"
    )
    assert guest.buttons == ["Skicka till Hassan", "Nej, en ny fråga"]
    assert guest.click("Skicka till Hassan").startswith("Skickat till Hassan. Du får svaret här.")
    assert (row(guest).status, row(guest).more) == (Status.OPEN, MORE)
    here = hassan.in_channel(VATTEN)
    assert here.shown[-1].message.text.endswith(f"Anna Andersson skriver: {MORE}")

    assert hassan.text.startswith(f"En följdfråga om ditt svar\nFrågan: {TEXT}\nDitt svar: {SAID}\nAnna Andersson")
    guest.clock.forward(minutes=2)
    hassan.click("Skicka svaret", answer="Miljönämnden.")
    assert "Miljönämnden.\nHassan Ali, Malmö kommun" in guest.text
    assert row(guest).status == Status.ANSWERED
    assert texts(guest).count("Du har fått svar") == 2
    sent = [str(mail["To"]) for mail in mails(guest, tmp_path, hours=2)]
    assert sent == ["Anna Andersson <anna@tranemo.example>"], (
        "Hassan has opened the follow-up, and Anna the first answer"
    )


def test_two_messages_in_a_row_are_one_follow_up(chat: Chat) -> None:
    answered(chat)
    chat.say(MORE)
    chat.click("Skicka till Hassan")
    data = {"question": 1, "answer": 1, "text": MORE}
    chat.press("questions.follow_up", data)
    assert row(chat).more == MORE, "pressed twice"
    chat.say("och vad kostade det?")
    chat.click("Skicka till Hassan")
    assert row(chat).more == f"{MORE}\noch vad kostade det?"
    chat.press("questions.follow_up", {**data, "text": "x" * 1501})
    assert "xxx" not in row(chat).more


def test_a_clear_new_question_is_answered_and_not_offered(chat: Chat) -> None:
    answered(chat)
    assert "skicka det till Hassan" not in chat.say("Kan en region bli medlem?")
    assert "skicka det till Hassan" not in chat.say("tack så mycket!")
    assert "skicka det till Hassan" not in chat.say("temagrupper")


def test_a_new_question_that_was_offered_is_answered_with_one_press(chat: Chat) -> None:
    answered(chat)
    assert "Ska jag skicka det till Hassan?" in chat.say("Hur mycket väger månstoftet?")
    chat.clock.forward(minutes=1)
    shown = chat.click("Nej, en ny fråga")
    assert shown.startswith("Du frågade mig: Hur mycket väger månstoftet?")
    assert "Det vet jag inte" in shown
    assert "skicka det till Hassan" not in chat.say("Vem har en månfärd att dela?"), "they have gone on to the bank"


def test_an_old_answer_is_no_longer_what_the_talk_is_about(chat: Chat) -> None:
    answered(chat)
    chat.clock.forward(hours=3)
    assert "Hassan" not in chat.say("Hur mycket väger månstoftet?")
    chat.clock.forward(minutes=30)
    chat.click("Det löste det")
    chat.clock.forward(days=4)
    assert "Hassan" not in chat.say(MORE)


def test_a_follow_up_days_later_leans_on_the_answer(chat: Chat) -> None:
    answered(chat)
    chat.clock.forward(days=2)
    assert "Ska jag skicka det till Hassan?" in chat.say(MORE)


def test_only_the_asker_sends_it_and_only_who_answered_replies(chat: Chat) -> None:
    answered(chat)
    data = {"question": 1, "answer": 1, "text": "något annat"}
    bo = chat.as_("Bo Ek")
    assert "inte din fråga" in bo.press("questions.follow_up", data)
    assert "Du har inte svarat på den frågan." in bo.press("questions.reply", {"question": 1, "answer": "Hej"})
    assert "egen chatt" in chat.in_channel(VATTEN).press("questions.follow_up", data)
    assert "Det svaret finns inte kvar." in chat.press("questions.follow_up", {**data, "answer": 9})
    stored = chat.app.database.play(lambda session: session.query(Answer).count())
    assert (stored, row(chat).status) == (1, Status.ANSWERED)


def test_a_follow_up_after_the_colleague_is_gone_goes_to_the_group(chat: Chat) -> None:
    hassan = answered(chat)
    erase(hassan)
    assert "Ska jag skicka det till den som svarade?" in chat.say(MORE)
    chat.click("Skicka till kollegan")
    assert chat.in_channel(VATTEN).shown[-1].message.text.endswith(MORE)


def test_a_follow_up_to_the_kansli_reaches_its_desk(chat: Chat, kansli: Chat) -> None:
    ask(chat, "Kan ni skicka ett intyg?", "Vet inte – till kansliet")
    kansli.click("Besvara")
    kansli.click("Skicka svaret", answer="Det kommer i dag.")
    chat.say("och när då?")
    chat.click("Skicka till Karin")
    assert "En följdfråga om ditt svar" in texts(kansli)  # the desk's card comes at the same time


def replied(guest: Chat) -> Chat:
    """Ask, and have Hassan answer in the thread as message m-1. Return Hassan's view of the thread."""
    hassan = colleague(guest)
    ask(guest)
    there = hassan.in_channel(VATTEN, hassan.in_channel(VATTEN).shown[-1].id)
    there.say(SAID, activity_id="m-1")
    return there


def test_an_edited_answer_goes_by_mail_as_it_is_now(guest: Chat, tmp_path: Path) -> None:
    there = replied(guest)
    assert seen(there.edit("m-1", "Vi bytte i april.")) == ""
    [mail] = mails(guest, tmp_path, hours=2)
    assert "Vi bytte i april." in plain(mail)
    assert SAID not in plain(mail)


@pytest.mark.parametrize("change", ["edit", "delete"])
def test_a_writer_is_told_when_the_mail_has_gone(guest: Chat, tmp_path: Path, change: str) -> None:
    there = replied(guest)
    assert len(mails(guest, tmp_path, hours=2)) == 1
    reply = there.edit("m-1", "Vi bytte i april.") if change == "edit" else there.delete("m-1")
    assert "har redan gått med mejl också" in seen(reply)
    assert "Skriv det rätta som ett nytt svar här i tråden och nämn mig" in seen(reply)
    assert ("Vi bytte i april." in guest.text) == (change == "edit")


def test_a_deleted_answer_is_not_mailed(guest: Chat, tmp_path: Path) -> None:
    assert seen(replied(guest).delete("m-1")) == ""
    assert mails(guest, tmp_path, hours=2) == []


def test_a_press_within_a_minute_of_the_question_counts_as_opened(guest: Chat, tmp_path: Path) -> None:
    hassan = colleague(guest)
    ask(guest)
    guest.clock.forward(seconds=20)
    hassan.in_channel(VATTEN).click("Svara")
    hassan.in_channel(VATTEN).click("Skicka svaret", answer=SAID)
    guest.clock.forward(seconds=20)
    guest.click("Det löste det")
    assert mails(guest, tmp_path, hours=3) == []


def test_no_mail_brings_a_follower_a_question_that_was_withdrawn(guest: Chat, tmp_path: Path) -> None:
    bo = guest.as_("Bo Ek")
    know(bo, mail="bo@lund.example", guest=True)
    ask(guest)
    bo.in_channel(VATTEN).click("Jag undrar också")
    hassan = colleague(guest)
    hassan.in_channel(VATTEN).click("Svara")
    hassan.in_channel(VATTEN).click("Skicka svaret", answer=SAID)
    guest.clock.forward(minutes=5)
    guest.press("questions.withdraw", {"question": 1})
    assert row(guest).status == Status.WITHDRAWN
    assert mails(guest, tmp_path, hours=3) == []
