"""The kansli's commands for the knowledge bank: list, edit, publish, archive."""

from __future__ import annotations

from bot.faq import editing, manage_cards, solved
from bot.routes import Role, Routes, Where
from bot.swedish import date_of
from bot.turn import Reply, Turn, UserError, say, state
from dialogs import engine
from dialogs.entry import NEW_ENTRY
from storage import faq, faq_log
from storage.faq import Entry, State

routes = Routes()


@routes.command(
    "kunskapsbank",
    help="Läs, ändra och publicera svaren i kunskapsbanken.",
    role=Role.KANSLI,
    where=Where.PERSONAL,
    aliases=("kunskapsbanken", "faq"),
)
def overview(turn: Turn) -> Reply:
    """How many entries there are in each state, and the ways in."""
    return say(card=manage_cards.overview(faq.counts(turn.session)))


@routes.command(
    "nytt svar",
    help="Skriv ett nytt svar till kunskapsbanken.",
    role=Role.KANSLI,
    where=Where.PERSONAL,
    aliases=("ny fråga", "skriv svar"),
)
def new(turn: Turn) -> Reply:
    """Start the dialog that makes an entry."""
    return engine.start(turn, NEW_ENTRY)


@routes.action("faq.new", role=Role.KANSLI)
def press_new(turn: Turn) -> Reply:
    """The button for :func:`new`."""
    return engine.start(turn, NEW_ENTRY)


@routes.action("faq.overview", role=Role.KANSLI)
def press_overview(turn: Turn) -> Reply:
    """Back to the overview, in place."""
    return state(manage_cards.overview(faq.counts(turn.session)))


@routes.action("faq.list", role=Role.KANSLI)
def list_entries(turn: Turn) -> Reply:
    """A page of the entries in a state."""
    shown = _state(turn)
    return state(manage_cards.listing(shown, faq.by_state(turn.session, shown), turn.page))


@routes.action("faq.edit", role=Role.KANSLI, where=Where.PERSONAL)
def edit(turn: Turn) -> Reply:
    """An entry's form; a draft that was made from a question says again what was taken out."""
    entry = _entry(turn)
    removed = solved.removed(turn.session, entry) if entry.state == State.DRAFT else ()
    return state(manage_cards.form(entry, removed=removed))


@routes.action("faq.save", role=Role.KANSLI)
def save(turn: Turn) -> Reply:
    """Keep what the form holds. Refuses to write over what somebody else has saved meanwhile."""
    entry = _entry(turn)
    _keep(turn, entry)
    return state(manage_cards.form(entry, said="Sparat."), done=True)


@routes.action("faq.move", role=Role.KANSLI)
def move(turn: Turn) -> Reply:
    """Publish, archive or withdraw an entry. What is published is what the form holds."""
    entry, wanted = _entry(turn), _state(turn)
    if wanted is State.PUBLISHED and "question" in turn.data:
        _keep(turn, entry)
    editing.move(turn.session, entry, wanted, turn.now, date_of(turn.now))
    return state(manage_cards.form(entry, said=manage_cards.MOVED[wanted]), done=True)


@routes.action("faq.opinions", role=Role.KANSLI)
def opinions(turn: Turn) -> Reply:
    """What readers thought of the answers, without who."""
    return state(manage_cards.opinions(faq_log.opinions(turn.session)))


def _keep(turn: Turn, entry: Entry) -> None:
    """Write the form's content into the entry, if nobody has changed it since the form was shown."""
    if turn.data.get("seen") != entry.changed_at.isoformat():
        raise UserError("Någon har ändrat svaret sedan du öppnade det. Öppna det igen, så ser du vad som står nu.")
    fields = ("question", "answer", "phrasings", "theme", "source", "link", "certainty")
    content = editing.checked(*(str(turn.data.get(field) or "") for field in fields))
    entry.note = str(turn.data.get("note") or "").strip()[:1000]
    editing.change(turn.session, entry, content, turn.now, date_of(turn.now))


def _state(turn: Turn) -> State:
    value = turn.data.get("state")
    if value not in set(State):
        raise UserError("Den listan finns inte. Skriv **kunskapsbank** för att börja om.")
    return State(value)


def _entry(turn: Turn) -> Entry:
    entry = faq.lock(turn.session, turn.data.get("entry"))
    if entry is None:
        raise UserError("Det svaret finns inte kvar. Skriv **kunskapsbank** för att se de som finns.")
    return entry
