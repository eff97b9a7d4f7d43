"""Caring for the bank: search by words, review, history with undo, and merging."""

from __future__ import annotations

from bot.bank import entries
from bot.bankcare import access, archive, cards, changes, merge_cards, needs, words
from bot.message import Json, Reply, UserError, say, state
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.turn import Turn
from storage import faq_history, people
from storage.faq import Entry

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

MOST_TO_REVIEW = 5
MEMBERS_ASK = (
    "Sökningen är för kansliet och för temagruppernas moderatorer. Skriv din fråga till mig som den är, "
    "så letar jag i kunskapsbanken åt dig."
)
CHANGED = "Någon har ändrat svaret sedan du såg det. Så här är det nu."
CLEARED = "Historiken är borta."


@routes.command(
    "faq sök",
    help="Sök med ord bland svaren i kunskapsbanken: kansliet i alla, moderatorer i sitt tema.",
    role=Role.MEMBER,
    takes="ord",
    aliases=("sök faq", "sök i kunskapsbanken"),
    button="care.find",
)
def search(turn: Turn) -> Reply:
    """Show the form to search with, or what the words after the command find."""
    return say(card=_search(turn, turn.argument))


@routes.action("care.search", role=Role.MEMBER)
def search_again(turn: Turn) -> Reply:
    """*Sök*, or another page of what was found."""
    return state(_search(turn, str(turn.data.get("words") or "")))


@routes.action("care.show", role=Role.MEMBER)
def show(turn: Turn) -> Reply:
    """One published entry, for a moderator of its theme."""
    return state(cards.entry(access.reviewable(turn)))


@routes.action("care.confirm", role=Role.MEMBER)
def confirm(turn: Turn) -> Reply:
    """*Stämmer fortfarande*, by the kansli or by a moderator of the theme."""
    entry = access.reviewable(turn)
    notice = CHANGED
    if turn.data.get("seen") == entry.changed_at.isoformat():
        entries.confirm(Change.of(turn), entry, by_kansli=turn.kansli)
        notice = "Tack! Dagens datum står nu under svaret."
    if turn.data.get("back") != "list":
        return state(cards.entry(entry, notice), done=True)
    left = needs.to_review(turn.session, turn.now, access.themes(turn), MOST_TO_REVIEW)
    return state(cards.to_review(left, notice), done=True)


@routes.action("care.history")
def history(turn: Turn) -> Reply:
    """A page of an entry's changes."""
    return state(_history(turn, access.kept(turn)))


@routes.action("care.undo")
def undo(turn: Turn) -> Reply:
    """*Ångra*: take the entry back to before a change. Refuse if it was changed after the card had been shown."""
    row, entry = access.change(turn)
    if turn.data.get("seen") != entry.changed_at.isoformat():
        return state(_after_undo(turn, entry, CHANGED))
    changed = changes.undo(Change.of(turn), row, entry)
    notice = "Ångrat." if len(changed) < 2 else "Ångrat. Det andra svaret är också tillbaka."  # noqa: PLR2004 - both
    return state(_after_undo(turn, entry, notice if changed else "Svaret är redan så."), done=True)


@routes.action("care.ask_clear")
def ask_clear(turn: Turn) -> Reply:
    """Ask before an entry's history goes."""
    return state(cards.ask_clear(access.kept(turn)))


@routes.action("care.clear")
def clear(turn: Turn) -> Reply:
    """Delete an entry's history, as when an old text has a person's name."""
    entry = access.kept(turn)
    if faq_history.clear(turn.session, entry.id):
        Change.of(turn).record("Historiken för ett svar i kunskapsbanken togs bort", entries.about(entry))
    return state(_history(turn, entry, CLEARED), done=True)


@routes.action("care.compare")
def compare(turn: Turn) -> Reply:
    """Two entries that seem to answer the same, side by side."""
    return state(merge_cards.compare(*access.pair(turn)))


@routes.action("care.merge")
def merge(turn: Turn) -> Reply:
    """*Behåll*: merge two entries as the card showed them, and show the result with its way back."""
    kept, other = access.pair(turn)
    changes.refuse_merge(kept, other)
    seen = turn.data.get("seen"), turn.data.get("other_seen")
    if seen != (kept.changed_at.isoformat(), other.changed_at.isoformat()):
        return state(merge_cards.compare(kept, other, CHANGED))
    changes.merge(Change.of(turn), kept, other)
    return state(_history(turn, kept, merge_cards.merged(other)), done=True)


@routes.command(
    "arkiverade svar",
    help="Se vilka svar i kunskapsbanken som har arkiverats av sig själva, och ångra det.",
    button="care.expired",
)
def expired(turn: Turn) -> Reply:
    """The entries that were archived by themselves lately."""
    return say(card=_expired(turn))


def _search(turn: Turn, text: str) -> Json:
    themes = None if turn.kansli else access.themes(turn)
    if themes is not None and not themes:
        raise UserError(MEMBERS_ASK)
    wanted = " ".join(text.split())[: cards.LONGEST]
    return cards.search(words.find(turn.session, wanted, themes), wanted, turn.page, kansli=turn.kansli)


def _after_undo(turn: Turn, entry: Entry, notice: str) -> Json:
    return _expired(turn, notice) if turn.data.get("back") == "expired" else _history(turn, entry, notice)


def _history(turn: Turn, entry: Entry, notice: str = "") -> Json:
    rows = faq_history.of_entry(turn.session, entry.id)
    names = people.names(turn.session, {row.by_id for row in rows if row.by_id is not None})
    return cards.history(entry, rows, names, turn.page, notice)


def _expired(turn: Turn, notice: str = "") -> Json:
    rows = faq_history.expired_since(turn.session, turn.now - archive.LISTED)
    return cards.expired(rows, notice)
