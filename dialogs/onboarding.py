"""A newcomer's start: welcome → municipality → role → groups → struggles → help → contact person → summary → done."""

from __future__ import annotations

import re
from typing import Any

from bot.cards import one_line
from bot.dialog import NOT_MINE, Again, Dialog, Special, Step, earlier, hint
from bot.help import smalltalk
from bot.members import notices
from bot.message import Json, Kind, Message, Reply, UserError
from bot.onboarding import expectations, finish_cards, introduction_notices, profile, step_cards, suggestions
from bot.register import checks, finder, seats, words
from bot.register.change import Change
from bot.routes import Answers
from bot.swedish import listed
from bot.turn import Turn
from bot.wording import utterance
from storage import groups, municipalities
from storage.municipalities import MemberState, Municipality
from storage.people import OWN, PersonRole

MOST_WORDS = 4
"""A text of more words than this is no name of a municipality that we should know."""
YES = frozenset({"ja", "ja tack", "japp", "jo", "stämmer", "det stämmer", "ok", "okej", "börja", "gärna", "ja gärna"})
DONE = YES | {"klar", "klart", "färdig", "spara"}
NOTHING = frozenset({"nej", "nej tack", "inget", "ingenting", "inget särskilt", "vet inte", "inga", "ingen", "-"})
ROLES = {
    **{words.role(role): role for role in OWN},
    **dict.fromkeys(("politiker", "förtroendevald", "nämndordförande", "kommunalråd"), PersonRole.POLITICIAN),
    **dict.fromkeys(("tjänsteman", "tjänstekvinna", "handläggare", "miljöstrateg", "strateg"), PersonRole.OFFICER),
    **dict.fromkeys(("annat", "något annat"), PersonRole.OTHER),
}
"""What people call what they are."""
_CAN_BE = re.compile(r"jag kan (?:vara|bli)(?: en)? kontaktperson(?: åt (?P<many>en|två|tre))?.*", re.IGNORECASE)
_AND = re.compile(r"\s+(?:och|samt|eller)\s+|[,/&+]")


def ask_welcome(turn: Turn, answers: Answers) -> Json:
    """Welcome the person and say what is kept."""
    return step_cards.welcome()


def accept_welcome(turn: Turn, answers: Answers, text: str) -> bool | Special:
    """Return True for a yes."""
    return True if _said(text) in YES else NOT_MINE


def ask_municipality(turn: Turn, answers: Answers) -> Json:
    """Ask which municipality the person works for, with the likely ones to press."""
    match hint(answers, "municipality"):
        case {"codes": codes, "both": both}:
            rows = (municipalities.find(turn.session, code) for code in codes)
            return step_cards.which([row for row in rows if row is not None], both=both)
        case {"unknown": text}:
            return step_cards.not_found(str(text))
    return step_cards.municipality(suggestions.places(turn.session, turn.person))


def accept_municipality(turn: Turn, answers: Answers, text: str) -> dict[str, Any] | Again | Special:
    """Return the municipality that the person speaks for, and others that they work for."""
    pressed = turn.incoming.kind is Kind.ACTION
    if pressed and text != step_cards.OTHER:
        return _chosen(turn, answers, text)
    name = " ".join(str(turn.data.get("name") or "").split()) if pressed else text
    likely = suggestions.places(turn.session, turn.person)
    if not name:
        raise UserError("Skriv vilken kommun eller region du arbetar för, eller välj Hoppa över.")
    if not pressed and len(likely) == 1 and _said(name) in YES and hint(answers, "municipality") is None:
        return {"code": likely[0].place.code, "also": []}
    if not pressed and utterance.is_question(name):
        return NOT_MINE
    return _named(name, sure=pressed)


def ask_role(turn: Turn, answers: Answers) -> Json:
    """Ask what the person is in the network, with the likely role marked."""
    code = _code(answers)
    place = municipalities.find(turn.session, code)
    said = earlier(answers, "role")
    likely = said or suggestions.role(turn.session, turn.person, code)
    return step_cards.role(likely, place.full_name if place else "", said=bool(said))


def accept_role(turn: Turn, answers: Answers, text: str) -> str | Special:
    """Return the role."""
    if turn.incoming.kind is Kind.ACTION:
        return checks.checked_own_role(text or "-")
    return ROLES.get(_said(text), NOT_MINE)


def ask_groups(turn: Turn, answers: Answers) -> Json:
    """Ask which groups the person wants to follow. What they follow and what fits is ticked."""
    before = earlier(answers, "groups")
    role = str(answers.get("role") or turn.person.role)
    proposed = suggestions.proposed(turn.session, turn.person, _code(answers), role)
    ticked = before if before is not None else [group.theme for group in proposed]
    return step_cards.groups(suggestions.offered(turn.session), ticked)


def accept_groups(turn: Turn, answers: Answers, text: str) -> list[str] | Special:
    """Return the themes of the groups that were ticked or written."""
    offered = suggestions.offered(turn.session)
    if turn.incoming.kind is Kind.ACTION:
        ticked = set(str(turn.data.get("groups") or "").split(","))
        return [group.theme for group in offered if str(group.id) in ticked]
    if _said(text) in NOTHING:
        return []
    named = [groups.named(turn.session, part.strip(" .!")) for part in _AND.split(text) if part.strip(" .!")]
    themes = {group.theme for group in named if group is not None and group.open}
    whole = groups.named(turn.session, text.strip(" .!"))  # "Styrning och ledning" is one group
    if whole is not None and whole.open:
        return [whole.theme]
    return [group.theme for group in offered if group.theme in themes] if None not in named and themes else NOT_MINE


def ask_wrestles(turn: Turn, answers: Answers) -> Json:
    """Ask what the person wrestles with."""
    return step_cards.wrestles(str(earlier(answers, "wrestles") or ""))


def accept_wrestles(turn: Turn, answers: Answers, text: str) -> str | Special:
    """Return their own words; empty for nothing."""
    return _own_words(turn, text, profile.LONGEST_STRUGGLE)


def ask_helps(turn: Turn, answers: Answers) -> Json:
    """Ask what the person can help others with. What they have said before is filled in."""
    before = earlier(answers, "helps")
    return step_cards.helps(str(turn.person.helps_with if before is None else before))


def accept_helps(turn: Turn, answers: Answers, text: str) -> str | Special:
    """Return their own words; empty for nothing."""
    return _own_words(turn, text, profile.LONGEST_HELP)


def ask_contact(turn: Turn, answers: Answers) -> Json:
    """Ask whether the person wants a contact person or can be one."""
    return step_cards.contact()


def accept_contact(turn: Turn, answers: Answers, text: str) -> dict[str, Any] | Special:
    """Return whether the person wants a contact person, and how many newcomers they can meet."""
    said = _said(text)
    offers = _CAN_BE.fullmatch(said)
    if said == step_cards.OFFERS or offers:
        given = {"en": 1, "två": 2, "tre": 3}.get((offers and offers["many"]) or "", turn.data.get("most") or 1)
        most = int(given) if str(given).isdecimal() and str(given).isascii() else 1
        return {"wants": False, "most": min(max(1, most), profile.MOST_NEWCOMERS)}
    if said == step_cards.WANTS or said in YES:
        return {"wants": True, "most": 0}
    return {"wants": False, "most": 0} if said == step_cards.NO or said in NOTHING else NOT_MINE


def ask_summary(turn: Turn, answers: Answers) -> Json:
    """Show all answers, each with a way to change it."""
    place = municipalities.find(turn.session, _code(answers))
    also = [municipalities.find(turn.session, code) for code in (answers.get("municipality") or {}).get("also", ())]
    notes = [f"Du arbetar också för {row.full_name}." for row in also if row is not None]
    if place is not None and not _is_proved(turn, place.code):
        notes.append(f"Din mejladress visar inte att du hör till {place.full_name}, så kansliet får bekräfta det.")
    if place is not None and place.state == MemberState.FORMER:
        notes.append(f"{place.full_name} är inte längre medlem i nätverket, enligt registret.")
    return step_cards.summary(_lines(turn, answers, place), notes)


def accept_summary(turn: Turn, answers: Answers, text: str) -> bool | Special:
    """Return True when the person is done."""
    return True if _said(text) in DONE else NOT_MINE


def finish(turn: Turn, answers: Answers) -> Reply:
    """Save everything in this one transaction, and say what awaits the person."""
    change = Change.of(turn)
    profile.finish(change, turn.person, answers)
    place = municipalities.find(turn.session, _code(answers))
    if place is not None:
        notices.claim(change, turn.person, place.code)
    turn.session.flush()
    year = expectations.of(turn.session, turn.person, place, turn.now)
    card = finish_cards.done(turn.person, place, year)
    asks = introduction_notices.offer(turn.session, turn.person, answers)
    return Reply(messages=(Message(card=card), *([Message(card=asks)] if asks else [])))


def keep(turn: Turn, answers: Answers) -> None:
    """Keep the answers so far, so that the person can go on days later."""
    profile.keep(Change.of(turn), turn.person, answers)


def left(turn: Turn, answers: Answers) -> Json:
    """Say that the answers are kept, and how to go on."""
    return step_cards.left(answered=bool(answers.keys() - {"welcome"}))


ONBOARDING = Dialog(
    name="onboarding",
    steps=(
        Step("welcome", ask_welcome, accept_welcome),
        Step("municipality", ask_municipality, accept_municipality, optional=True),
        Step("role", ask_role, accept_role, optional=True),
        Step("groups", ask_groups, accept_groups, optional=True),
        Step("wrestles", ask_wrestles, accept_wrestles, optional=True),
        Step("helps", ask_helps, accept_helps, optional=True),
        Step("contact", ask_contact, accept_contact, optional=True),
        Step(profile.LAST_STEP, ask_summary, accept_summary),
    ),
    finish=finish,
    title="Din start i nätverket",
    keep=keep,
    left=left,
)


def _said(text: str) -> str:
    return " ".join(text.casefold().strip(" .!").replace(",", "").split())


def _code(answers: Answers) -> str | None:
    return (answers.get("municipality") or {}).get("code")


def _is_proved(turn: Turn, code: str) -> bool:
    return code == turn.person.municipality_code or seats.shows(turn.session, turn.person, code)


def _chosen(turn: Turn, answers: Answers, code: str) -> dict[str, Any]:
    """Return the municipality of a button, with the others that the person named or has a seat in."""
    if municipalities.find(turn.session, code) is None:
        raise UserError("Den kommunen hittar jag inte. Skriv namnet i stället.")
    told = hint(answers, "municipality") or {}
    several = told.get("codes", []) if told.get("both") else []
    if not told and len(likely := suggestions.places(turn.session, turn.person)) > 1:
        several = [each.place.code for each in likely]
    return {"code": code, "also": [other for other in several if other != code] if code in several else []}


def _named(name: str, *, sure: bool) -> dict[str, Any] | Again | Special:
    """Find the municipalities that a text names. ``sure`` says that it can be nothing else than a name."""
    find = finder.official().find
    parts = [part.strip() for part in _AND.split(name) if part.strip()]
    places = [answer.code for answer in map(find, parts) if isinstance(answer, finder.Found)]
    if len(parts) > 1 and len(set(places)) == len(parts):
        return Again({"codes": places, "both": True})
    match find(name):
        case finder.Found(code):
            return {"code": code, "also": []}
        case finder.Ask(codes):
            return Again({"codes": list(codes), "both": False})
    return Again({"unknown": one_line(name, 60)}) if sure or len(name.split()) <= MOST_WORDS else NOT_MINE


def _own_words(turn: Turn, text: str, most: int) -> str | Special:
    if len(text) > most:
        raise UserError(f"Det var {len(text)} tecken. Korta det till högst {most}.")
    if _said(text) in NOTHING:
        return ""
    if turn.incoming.kind is Kind.MESSAGE and smalltalk.answer(text, turn.incoming.attachments) is not None:
        return NOT_MINE
    return "\n".join(" ".join(line.split()) for line in text.strip().splitlines())


def _lines(turn: Turn, answers: Answers, place: Municipality | None) -> list[tuple[str, str, str]]:
    """Return the summary's lines: step, name and answer in words."""
    themes = answers.get("groups")
    if themes is None:
        themes = groups.followed_by(turn.session, turn.person.id)
    names = [group.name for group in suggestions.offered(turn.session) if group.theme in themes]
    contact = answers.get("contact") or {}
    many = step_cards.HOW_MANY[contact["most"] - 1] if contact.get("most") else ""
    wish = "ja, gärna" if contact.get("wants") else f"jag kan ta emot {many}" if many else "nej tack"
    return [
        ("municipality", "Kommun", place.full_name if place else "inte angivet"),
        ("role", "Roll", words.role(answers.get("role") or turn.person.role) or "inte angivet"),
        ("groups", "Temagrupper", listed(names) or "inga"),
        ("wrestles", "Brottas med", one_line(answers.get("wrestles") or "", 200) or "inte angivet"),
        ("helps", "Kan hjälpa till med", one_line(_helps(turn, answers), 200) or "inte angivet"),
        ("contact", "Kontaktperson", wish if answers.get("contact") else "inte angivet"),
    ]


def _helps(turn: Turn, answers: Answers) -> str:
    said = answers.get("helps")
    return turn.person.helps_with if said is None else str(said)
