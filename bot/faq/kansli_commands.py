"""The kansli's commands for the knowledge bank: list, edit, publish, archive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot import dialog
from bot.bank import duplicates, entries, flaws
from bot.faq import access, drafts, kansli_cards, testimony_notices
from bot.faq.answers import SURE
from bot.faq.kansli_cards import Remarks
from bot.message import Json, Reply, UserError, say, state
from bot.register import finder
from bot.register.change import Change
from bot.register.finder import Found
from bot.routes import Role, Routes, Where
from bot.search import replay
from bot.swedish import date_of
from bot.turn import Turn
from bot.wording import blanks
from storage import faq, faq_history, faq_votes
from storage.faq import Entry, EntryKind, EntryState

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

MEANWHILE = (
    "Någon har ändrat svaret sedan du öppnade det, så inget är sparat. Din text står kvar i rutorna. "
    "Jämför, och tryck på Spara om din ska gälla."
)
LOOK_FIRST = "Sparat, men inte publicerat. Läs varningarna först. Stämmer allt ändå väljer du Publicera ändå."


@routes.command(
    "kunskapsbank",
    help="Läs, ändra och publicera svaren i kunskapsbanken.",
    where=Where.PERSONAL,
    aliases=("kunskapsbanken", "faq"),
    button="faq.overview",
)
def overview(turn: Turn) -> Reply:
    """How many entries there are in each state, and the ways in."""
    ended = faq.out_of_date(turn.session, date_of(turn.now))
    return say(card=kansli_cards.overview(faq.counts(turn.session), len(ended)))


@routes.command(
    "nytt svar",
    help="Skriv ett nytt svar till kunskapsbanken.",
    where=Where.PERSONAL,
    aliases=("ny fråga", "skriv svar"),
)
def new(turn: Turn) -> Reply:
    """Start the dialog that makes an entry."""
    return dialog.start(turn, "new_entry")


@routes.action("faq.new")
def press_new(turn: Turn) -> Reply:
    """The button for :func:`new`."""
    return dialog.start(turn, "new_entry")


@routes.action("faq.list")
def list_entries(turn: Turn) -> Reply:
    """A page of the entries in a state."""
    shown = _state(turn)
    return state(kansli_cards.listing(shown, faq.by_state(turn.session, shown), turn.page))


@routes.action("faq.ended")
def list_out_of_date(turn: Turn) -> Reply:
    """The published entries that are valid no longer, so that the kansli renews or archives them."""
    return state(kansli_cards.out_of_date(faq.out_of_date(turn.session, date_of(turn.now)), turn.page))


@routes.action("faq.edit")
def edit(turn: Turn) -> Reply:
    """An entry's form; a draft that was made from a question says again what was taken out."""
    entry = access.kept_entry(turn)
    removed = drafts.removed(turn.session, entry) if entry.state == EntryState.DRAFT else ()
    return _previewed(turn, state(form(turn, entry, removed=removed)), entry)


@routes.action("faq.save")
def save(turn: Turn) -> Reply:
    """Keep what the form holds. If somebody saved after the form was shown, show both texts, and keep nothing."""
    entry = access.kept_entry(turn)
    if _is_stale(turn, entry):
        return state(form(turn, entry, notice=MEANWHILE, given=turn.data))
    _keep(turn, entry)
    testimony_notices.ask_name(turn, entry)
    return _previewed(turn, state(form(turn, entry, notice="Sparat."), done=True), entry)


@routes.action("faq.move")
def move(turn: Turn) -> Reply:
    """Publish, archive or withdraw an entry. The form's content is published; ask first if it seems to have a fault."""
    entry, wanted = access.kept_entry(turn), _state(turn)
    if wanted is EntryState.PUBLISHED and "question" in turn.data:
        if _is_stale(turn, entry):
            return state(form(turn, entry, notice=MEANWHILE, given=turn.data))
        _keep(turn, entry)
    if wanted is EntryState.PUBLISHED and turn.data.get("sure") is not True and has_fault(turn, entry):
        return state(form(turn, entry, notice=LOOK_FIRST, ask=True), done=True)
    entries.move(Change.of(turn), entry, wanted)
    testimony_notices.ask_name(turn, entry)
    return state(form(turn, entry, notice=kansli_cards.MOVED[wanted]), done=True)


@routes.action("faq.opinions")
def opinions(turn: Turn) -> Reply:
    """What readers thought of the answers, without who."""
    return state(kansli_cards.opinions(faq_votes.opinions(turn.session)))


def drafts_waiting(turn: Turn) -> int:
    """Return how many drafts there are."""
    return faq.counts(turn.session).get(EntryState.DRAFT, 0)


def _keep(turn: Turn, entry: Entry) -> None:
    """Write the form's content into the entry."""
    place = access.place(turn, entry)
    kept = {
        "sources": entries.source_lines(entry),
        "valid_until": str(entry.valid_until or ""),
        "told_in": place,
    }
    given = {**kept, **turn.data}  # a form from before these fields leaves them as they are
    fields = ("question", "answer", "phrasings", "theme", "sources", "certainty", "valid_until")
    content = entries.checked(*(str(given.get(field) or "") for field in fields))
    told_in = str(given["told_in"] or "")
    if entry.kind == EntryKind.TESTIMONY and told_in != place:
        entry.municipality_code = _municipality(told_in)
    entry.note = str(turn.data.get("note") or "").strip()[:1000]
    entries.revise(Change.of(turn), entry, content)


def _municipality(text: str) -> str | None:
    """Return the code of the municipality that the form names; None if it names none."""
    found = finder.official().find(text)
    if text.strip() and not isinstance(found, Found):
        raise UserError(f"Jag vet inte vilken kommun ”{text.strip()[:60]}” är. Skriv hela namnet, eller töm rutan.")
    return found.code if isinstance(found, Found) else None


def form(
    turn: Turn,
    entry: Entry,
    *,
    notice: str = "",
    removed: Sequence[str] = (),
    given: Mapping[str, Any] | None = None,
    ask: bool = False,
) -> Json:
    """Return an entry's form with all there is to remark on it."""
    today = date_of(turn.now)
    remarks = Remarks(
        removed=removed,
        current=faq.is_valid(entry, today),
        alike=duplicates.of(turn.app.bank, turn.session, entry, today),
        flaws=flaws.of(turn.session, entry, today.year),
        missed=faq_votes.missed(turn.session, entry, kansli_cards.REASONS),
        changed=faq_history.has_any(turn.session, entry.id),
        ask=ask,
        given=given,
    )
    return kansli_cards.form(entry, notice=notice, place=access.place(turn, entry), remarks=remarks)


def has_fault(turn: Turn, entry: Entry) -> bool:
    """Return whether an entry seems to have something that members should not read, or lacks a part of its answer.

    One that lacks it all is refused anyway.
    """
    found = flaws.of(turn.session, entry, date_of(turn.now).year)
    in_part = blanks.missing(entry.answer) and blanks.is_ready(entry.answer)
    return in_part or any(flaw.blocks for flaw in found)


def _is_stale(turn: Turn, entry: Entry) -> bool:
    """Return whether somebody saved the entry after the pressed form had been shown."""
    return bool(turn.data.get("seen") != entry.changed_at.isoformat())


def _previewed(turn: Turn, reply: Reply, entry: Entry) -> Reply:
    """Return the form with what the entry would have answered, if it is not published yet."""
    return replay.previewed(turn, reply, replay.trial(entry), SURE)


def _state(turn: Turn) -> EntryState:
    value = turn.data.get("state")
    if value not in set(EntryState):
        raise UserError("Den listan finns inte. Skriv **kunskapsbank** för att börja om.")
    return EntryState(value)
