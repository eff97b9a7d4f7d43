"""What the bot sends, by which way and why, in Swedish."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection

from bot.cards import one_line
from bot.forecast.sendings import Sending, SendingReason, SendingWay
from bot.swedish import MONTHS, STOCKHOLM, WEEKDAYS, count, listed

KINDS = {
    "agenda": "Veckans beslut till kansliet",
    "announcement": "Utskick",
    "announcement_desk": "Utskickets kort till den som skickar",
    "announcement_nudge": "Påminnelser om ett utskick",
    "announcement_reminder": "Påminnelser om sista dagen",
    "announcement_review": "Utskick att granska",
    "app_credential": "Varning: botens hemlighet går ut",
    "check_in": "Kansliets svar till nya medlemmar",
    "consultation_form": "Formulär för synpunkter på en remiss",
    "consultation_over": "Remisser som har stängt",
    "contact": "Besked om en ny kontaktperson",
    "digest": "Veckans lista",
    "duty": "Påminnelser om kommunens uppgifter",
    "duty_doubt": "Frågor om en lista som säger emot Klart",
    "duty_summary": "Månadens läge till kansliet",
    "entry_name": "Frågor om ett namn i kunskapsbanken",
    "event": "Möten i kalendern",
    "event_cancel": "Inställda möten",
    "event_card": "Mötens kort i kanalerna",
    "event_coming": "Påminnelser till anmälda",
    "event_decline": "Frågor till dem som tackat nej i kalendern",
    "event_file": "Kalenderfiler med mejl",
    "event_invite": "Inbjudningar till möten",
    "event_link": "Möteslänkar som saknas",
    "event_material": "Inspelning och material från ett möte",
    "event_move": "Möten med ny tid",
    "event_offer": "Lediga platser till dem i kö",
    "event_question": "Frågor till talare",
    "event_rating": "Frågor efter ett möte",
    "event_unanswered": "Påminnelser till inbjudna utan svar",
    "handover": "Överlämningar till nya kontaktpersoner",
    "handover_places": "Besked om platser som gått vidare",
    "introduction": "Presentationer i temagrupperna",
    "invited": "Mejl om inbjudningar som väntar",
    "lack": "Påminnelser om det som saknas",
    "named_in_bank": "Namn i kunskapsbanken att ta bort",
    "newcomer": "Samlat till nya medlemmar",
    "outcome": "Besked om ett förslag",
    "pair_chat": "Gruppchattar för dem som matchats",
    "pair_day": "Påminnelser om en matchnings dag",
    "pair_intro": "Besked om en matchning",
    "pair_met": "Frågor om de träffades",
    "pair_news": "Besked om en fråga till en kontaktperson",
    "pair_offer": "Förslag på kontaktpersoner",
    "pair_paused": "Besked om paus från matchningen",
    "pair_request": "Frågor till kontaktpersoner",
    "proposal": "Förslag till kansliet",
    "question": "Frågor och svar mellan medlemmar",
    "question_dialog": "Frågor som håller på att skrivas",
    "question_reminder": "Påminnelser om obesvarade frågor",
    "reply": "Svar som inte gick att skicka",
    "share": "Svar som den som frågade delar med en kanal",
    "silence": "Frågor om hur det går",
    "entry_review": "Frågor till moderatorer om svar i kunskapsbanken",
    "entries_expired": "Svar som har arkiverats av sig själva",
    "silence_colleague": "Frågor om rätt kontaktperson",
    "resume": "Påminnelser om introduktionen",
    "settling": "Steg i nya medlemmars första tid",
    "thread_offer": "Erbjudanden i kanalernas trådar",
    "welcome": "Välkomnande av nya medlemmar",
}
"""The kinds of causes. A kind that is not here is called by its message, if the bot or the kansli began it."""
OTHER = "Besked till medlemmar"
LONGEST_TITLE = 200
"""Characters. A row wraps, and no event or announcement has a longer title."""
WAYS = {
    SendingWay.CHAT: "i chatten",
    SendingWay.MAIL: "med mejl",
    SendingWay.FEED: "som avisering i Teams",
    SendingWay.CHANNEL: "i kanal",
    SendingWay.THREAD: "i tråd",
    SendingWay.CALENDAR: "i kalendern",
    SendingWay.GROUP_CHAT: "i en ny gruppchatt",
    SendingWay.NONE: "når inte fram",
}
PLACES = {
    SendingWay.CHANNEL: "Kanal",
    SendingWay.THREAD: "Tråd",
    SendingWay.CALENDAR: "Kalenderbokning",
    SendingWay.NONE: "Plats",
}
"""What a message without a person goes to."""
REASONS = {
    SendingReason.USUAL: "det vanliga",
    SendingReason.CHOSEN: "eget val",
    SendingReason.GUEST: "gäst, får båda",
    SendingReason.UNOPENED: "om det inte öppnas i chatten",
    SendingReason.NO_CHAT: "ingen chatt med boten",
    SendingReason.PLACE: "gruppens plats",
    SendingReason.LEFT: "har lämnat",
    SendingReason.NO_ROUTE: "ingen väg känd",
    SendingReason.OLD: "för gammalt när det får gå",
}


def title(sendings: Collection[Sending], text: str) -> str:
    """Return what messages of one kind are called. ``text`` is what one of them says."""
    first = next(iter(sendings))
    if first.kind in KINDS:
        return KINDS[first.kind]
    return one_line(text, LONGEST_TITLE) if first.unasked and text else OTHER


def day(sending: Sending) -> str:
    """Return ``tisdag 1 december``: no year, because what is foreseen is near."""
    value = sending.day
    return f"{WEEKDAYS[value.weekday()]} {value.day} {MONTHS[value.month - 1]}"


def clock(sending: Sending) -> str:
    """Return ``08.00``."""
    return f"{sending.at.astimezone(STOCKHOLM):%H.%M}"


def to_whom(sendings: Collection[Sending]) -> str:
    """Return ``12 personer och 1 plats``."""
    people = {sending.person.id for sending in sendings if sending.person is not None}
    places = sum(sending.person is None for sending in sendings)
    parts = [count(len(people), "person", "personer")] if people else []
    return listed([*parts, *([count(places, "plats", "platser")] if places else [])])


def routes(sendings: Collection[Sending]) -> list[str]:
    """Return how many go by each way and why, the most first: ``12 i chatten (det vanliga)``."""
    tally = Counter((sending.way, sending.reason) for sending in sendings)
    return [f"{number} {WAYS[way]} ({REASONS[why]})" for (way, why), number in tally.most_common()]
