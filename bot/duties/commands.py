"""What members say and press about their municipality's duties: the year, one duty, and how far it has come."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from bot import swedish
from bot.duties import access, cards, wheel_cards
from bot.duties.access import Own
from bot.duties.cards import DutyView
from bot.duties.wheel_cards import YearEntry
from bot.message import Reply, UserError, say, state
from bot.progress import doers, standings, states
from bot.progress.standings import DutyStanding
from bot.register import words
from bot.register.access import text, visible
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.turn import Turn
from storage import contacts, duties, events, kansli, outbox, people
from storage.duties import Duty, DutySource, DutyState
from storage.municipalities import Municipality
from storage.outgoing import Outgoing, ToPerson

routes = Routes[Turn](where=Where.PERSONAL)

PUT_OFF = timedelta(days=60)
"""How long after its last day a duty may be postponed: reminders end two weeks after the day."""
HIDDEN = "en kollega"
"""In place of a person who has asked not to be shown to members."""
NAMED = 8
"""How many colleagues the year's card names: what a phone shows."""


@routes.command(
    "att göra",
    help="Se kommunens uppgifter i år: vad som är kvar och vem som gör det.",
    aliases=("vad ska vi göra", "kommunens uppgifter", "våra uppgifter"),
    button="duties.show",
)
def show(turn: Turn) -> Reply:
    """Show the year of the person's municipality."""
    place, today = access.home(turn), swedish.date_of(turn.now)
    if place is None:
        raise UserError(access.HOMELESS)
    before = [duty for duty in duties.of_year(turn.session, today.year - 1) if duty.closed_at is None]
    rows = [duty for duty in (*before, *duties.of_year(turn.session, today.year)) if states.concerns(duty, place)]
    everywhere = standings.load(turn.session, rows, turn.now)
    shown = [(duty, everywhere.of(duty.id, place.code)) for duty in rows]
    shown = [pair for pair in shown if pair[0].year == today.year or _lasts(*pair, today)]
    return say(card=cards.year(place, today.year, shown, _colleagues(turn, place), today))


@routes.command(
    "årshjul",
    help="Se årets uppgifter och möten som lista och som hjul.",
    aliases=("årshjulet", "årets uppgifter", "året"),
    button="duties.wheel",
)
def wheel(turn: Turn) -> Reply:
    """Show the year's duties and events. A person without a municipality sees the duties of everybody."""
    place, today = access.home(turn), swedish.date_of(turn.now)
    both = (*duties.of_year(turn.session, today.year - 1), *duties.of_year(turn.session, today.year))
    rows = [duty for duty in both if _shows(duty, place)]
    everywhere = standings.load(turn.session, rows, turn.now)
    last = {duty.id: everywhere.of(duty.id, place.code if place else "").deadline for duty in rows}
    rows = [duty for duty in rows if (last[duty.id] or date(duty.year, 1, 1)).year == today.year]
    start = datetime.combine(date(today.year, 1, 1), time(), swedish.STOCKHOLM)
    meetings = [*events.held(turn.session, start, turn.now), *events.upcoming(turn.session, turn.now)]
    days = [(swedish.date_of(event.starts_at) if event.starts_at else None, event.title) for event in meetings]
    entries = [YearEntry(last[duty.id], cards.title(duty), duty=True) for duty in rows]
    entries += [YearEntry(day, text, duty=False) for day, text in days if day is None or day.year == today.year]
    return say(card=wheel_cards.year(today.year, entries, today))


def _lasts(duty: Duty, standing: DutyStanding, today: date) -> bool:
    """Return whether last year's duty is still to be done: it is dated and left, and its cards still work."""
    dated = standing.deadline is not None
    return dated and not standing.ended and not access.is_over(duty, standing.deadline, today)


def _shows(duty: Duty, place: Municipality | None) -> bool:
    return states.concerns(duty, place) if place is not None else not any(duty.audience.values())


@routes.action("duties.open")
def show_one(turn: Turn) -> Reply:
    """Show one duty of the person's municipality."""
    return _answer(turn, access.own(turn))


@routes.action("duties.done")
def finish(turn: Turn) -> Reply:
    """*Klart*: say that the duty is done. Nobody in the municipality is reminded any more, and it is thanked once."""
    mine, change = access.running(turn), Change.of(turn)
    row = states.lock(change, mine.duty, mine.place.code)
    now = standings.load(turn.session, [mine.duty], turn.now).of(mine.duty.id, mine.place.code)
    if now.ended:
        return _answer(turn, mine, "Det är redan klart, så jag påminner ingen.")
    if lacks := standings.lacking(turn.session, mine.duty, mine.place.code):
        raise UserError(lacks)
    states.set_state(change, mine.duty, mine.place.code, DutyState.SAYS_DONE, DutySource.CLICK)
    thanks, row.thanked_at = "" if row.thanked_at else "Tack! ", row.thanked_at or turn.now
    return _answer(turn, mine, f"{thanks}Nu är det klart, och jag påminner ingen hos er mer om det här.", done=True)


@routes.action("duties.begin")
def begin(turn: Turn) -> Reply:
    """*Börjat*: say that somebody works on it."""
    return _set(turn, DutyState.IN_PROGRESS, "Noterat: ni har börjat. Jag påminner igen när det närmar sig.")


@routes.action("duties.undo")
def undo(turn: Turn) -> Reply:
    """*Ångra*: take back what was said. Reminders go on."""
    return _set(turn, DutyState.NOT_STARTED, "Ångrat. Jag påminner er som vanligt.")


@routes.action("duties.ask_postpone")
def ask_postpone(turn: Turn) -> Reply:
    """*Skjut upp*: ask for a day and a reason."""
    shown = _shown(turn, access.running(turn))
    return state(cards.postpone(shown, _tomorrow(turn), _latest(turn, shown)))


@routes.action("duties.postpone")
def postpone(turn: Turn) -> Reply:
    """Keep quiet until the chosen day. A day after the last day needs a reason, which the kansli reads."""
    mine = access.running(turn)
    shown, reason = _shown(turn, mine), text(turn, "reason", cards.LONGEST_REASON)
    until, latest = _day(turn), _latest(turn, shown)
    if until is None or until < _tomorrow(turn):
        raise UserError("Välj en dag som kommer, tidigast i morgon.")
    if until > latest:
        raise UserError(f"Välj en dag som inte är senare än {swedish.day(latest)}. Behöver ni mer tid, fråga kansliet.")
    if shown.standing.deadline is not None and until > shown.standing.deadline and not reason:
        raise UserError(
            f"Sista dagen är {swedish.day(shown.standing.deadline)}. Skriv varför ni behöver längre tid, så att "
            "kansliet vet."
        )
    told = f"Uppskjutet till {swedish.day(until)}. Jag är tyst till dess."
    return _set(turn, DutyState.POSTPONED, told, until=until, reason=reason)


@routes.action("duties.ask_help")
def ask_help(turn: Turn) -> Reply:
    """*Behöver hjälp*: keep that, and show the ways to ask colleagues or the kansli."""
    mine = access.running(turn)
    if _shown(turn, mine).standing.ended:
        return _answer(turn, mine, "Det är redan klart, så jag påminner ingen.")
    states.set_state(Change.of(turn), mine.duty, mine.place.code, DutyState.HELP_WANTED, DutySource.CLICK)
    return state(cards.help_wanted(_shown(turn, mine)), done=True)


@routes.action("duties.ask_instead")
def ask_instead(turn: Turn) -> Reply:
    """*Inte jag*: ask who does it."""
    mine = access.running(turn)
    people = [(str(person.id), person.called) for person in access.colleagues(turn, mine)]
    return state(cards.instead(_shown(turn, mine), people))


@routes.action("duties.instead")
def instead(turn: Turn) -> Reply:
    """Remind the chosen person in place of this one; tell the kansli if the person does not know who it is."""
    mine = access.running(turn)
    unknown = turn.data.get("unknown") is True
    person = None if unknown else access.colleague(turn, mine)
    number = person.id if person else None
    duties.hand_over(turn.session, mine.duty, mine.place.code, turn.person.id, instead_id=number, now=turn.now)
    if person is None:
        _tell_kansli(turn, mine)
    return state(cards.handed(_shown(turn, mine), person.called if person else ""), done=True)


@routes.action("duties.mine")
def take_back(turn: Turn) -> Reply:
    """*Det är jag*: take *Inte jag* back."""
    mine = access.running(turn)
    duties.take_back(turn.session, mine.duty, mine.place.code, turn.person.id)
    return _answer(turn, mine, "Tack! Då påminner jag dig.", done=True)


def _set(turn: Turn, new: DutyState, note: str, *, until: date | None = None, reason: str = "") -> Reply:
    """Set a state by a click. A state that the kansli, a list or a fact has made firm stays, and the card says so."""
    mine = access.running(turn)
    change = Change.of(turn)
    states.set_state(change, mine.duty, mine.place.code, new, DutySource.CLICK, until=until, reason=reason)
    firm = _shown(turn, mine).standing.state in states.FIRM
    return _answer(
        turn, mine, "Det är redan bekräftat. Stämmer det inte, skriv till kansliet." if firm else note, done=True
    )


def _answer(turn: Turn, mine: Own, note: str = "", *, done: bool = False) -> Reply:
    return state(cards.duty(_shown(turn, mine), swedish.date_of(turn.now), note), done=done)


def _shown(turn: Turn, mine: Own) -> DutyView:
    """Return what the card shows now. Names are only of people who may be shown."""
    duty, place = mine.duty, mine.place
    everywhere = standings.load(turn.session, [duty], turn.now)
    row, standing = states.status(turn.session, duty, place.code), everywhere.of(duty.id, place.code)
    may_name = visible(turn, place.code)
    rows = [people.by_id(turn.session, number) for number in doers.load(turn.session, [duty]).first(duty, place.code)]
    names = [person.called if may_name(person) else HIDDEN for person in rows if person is not None]
    shown = DutyView(duty, place, standing, names)
    by = people.by_id(turn.session, row.by_id) if row is not None and row.state == standing.state else None
    if row is not None and by is not None:
        shown = replace(shown, by=f"{by.called if may_name(by) else HIDDEN}, {swedish.day(row.since)}")
    own = next((each for each in everywhere.places[duty.id] if each.code == place.code), None)
    return replace(shown, norm=everywhere.norm(duty.id, own) if own is not None else "")


def _colleagues(turn: Turn, place: Municipality) -> str:
    """Return the other people of the municipality, with their seats."""
    may_name = visible(turn, place.code)
    seats: dict[int, list[str]] = {}
    for contact in contacts.current(turn.session, place.code):
        seats.setdefault(contact.person_id or 0, []).append(words.seat(contact.seat))
    theirs = [person for person in access.people_of(turn, place) if may_name(person)]
    theirs.sort(key=lambda person: person.id not in seats)
    named = [
        f"{person.called} ({', '.join(seats[person.id])})" if person.id in seats else person.called for person in theirs
    ]
    more = len(named) - NAMED
    return swedish.listed([*named[:NAMED], *([f"{more} till"] if more > 0 else [])])


def _tell_kansli(turn: Turn, mine: Own) -> None:
    """Tell the kansli that nobody is known to do a duty. The same person says it once about a duty."""
    stem = f"duty_hand:{mine.duty.id}:{mine.place.code}:{turn.person.id}"
    card = cards.unknown_doer(mine.duty, mine.place, turn.person.called)
    rows = [
        Outgoing(f"{stem}:person:{one.id}", stem, ToPerson(one.id), card=card) for one in kansli.everyone(turn.session)
    ]
    outbox.enqueue_all(turn.session, rows, turn.now)


def _day(turn: Turn) -> date | None:
    try:
        return date.fromisoformat(text(turn, "until"))
    except ValueError:
        return None


def _tomorrow(turn: Turn) -> date:
    return swedish.date_of(turn.now) + timedelta(days=1)


def _latest(turn: Turn, shown: DutyView) -> date:
    """Return the last day to which a duty may be postponed."""
    if shown.standing.ended:
        raise UserError("Det är redan klart, så jag påminner ingen.")
    if shown.standing.deadline is None:
        raise UserError("Uppgiften har inget datum än, så jag påminner ingen. Den behöver inte skjutas upp.")
    return max(shown.standing.deadline, swedish.date_of(turn.now)) + PUT_OFF
