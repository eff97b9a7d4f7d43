"""Decides who may see and change what of the knowledge bank. Every handler loads its object here.

====================  =============================  =================================================
object                may be seen by                 may be changed by
====================  =============================  =================================================
published entry       everybody, while it is valid   the kansli
a colleague's name    everybody, if they agree       themselves
other entry           the kansli                     the kansli
question in the log   its text by its asker, while   its outcome by its asker, while the bot remembers
                      the bot remembers them         them; its votes by everybody, once for each entry
its answer            everybody in its thread, if its asker shares it, while the bot remembers them
gap, solved question  the kansli                     the kansli
====================  =============================  =================================================

The log does not say who asked: only the last question of each chat is tied to a person, for a while. So a number proves
nothing, and one that is not known to be the person's own counts as a colleague's who reads along in a channel.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.bank.entries import Teller
from bot.faq import drafts, gaps
from bot.faq.drafts import Draft
from bot.faq.gaps import PhrasingSuggestion
from bot.message import Scope, UserError
from bot.swedish import date_of
from bot.turn import Turn
from storage import faq, faq_growth, faq_log, faq_votes, municipalities, people
from storage.database import is_id
from storage.faq import Entry, EntryState
from storage.faq_log import FaqQuestion, RecentQuestion
from storage.faq_votes import Vote
from storage.outgoing import ToThread
from storage.questions import Question

GONE = "Det svaret finns inte kvar i kunskapsbanken. Skriv din fråga igen, så letar jag på nytt."


def question(turn: Turn) -> FaqQuestion:
    """Return the question in the log that a button names. Its text is only for its asker: :func:`own_text`."""
    named = faq_log.find(turn.session, turn.data.get("question"))
    if named is None:
        raise UserError("Den frågan finns inte kvar. Skriv den igen, så letar jag på nytt.")
    return named


def shown(turn: Turn) -> tuple[FaqQuestion, Any]:
    """Return the question and the published entry that a button names."""
    named = published(turn, [turn.data.get("entry")])
    if not named:
        raise UserError(GONE)
    return question(turn), named[0]


def published(turn: Turn, ids: Sequence[Any]) -> list[Any]:
    """Return the published entries among ``ids``, which may come from a client and be anything."""
    wanted = [value for value in ids if is_id(value)]
    rows = faq.shown(turn.session, wanted, date_of(turn.now))
    return [rows[value] for value in wanted if value in rows]


def is_own(turn: Turn, asked: FaqQuestion) -> bool:
    """Whether this is the person's own latest question here."""
    return _recent(turn, asked) is not None


def open_thread(turn: Turn, asked: FaqQuestion) -> ToThread | None:
    """Return the channel's thread where the person asked this question for everybody to read; None for any other."""
    place, recent = turn.incoming.place, _recent(turn, asked)
    if place.scope is not Scope.CHANNEL or recent is None or recent.private or recent.thread_id is None:
        return None
    return ToThread(place.conversation_id, recent.thread_id)


def sharable(turn: Turn) -> tuple[FaqQuestion, Any, ToThread]:
    """Return the question and entry that a button names, and the thread where its asker may share the answer."""
    asked, entry = shown(turn)
    thread = open_thread(turn, asked)
    if thread is None:
        raise UserError("Det svaret kan jag inte dela. Ställ frågan i kanalen igen, så kan du dela svaret därifrån.")
    return asked, entry, thread


def own_text(turn: Turn, asked: FaqQuestion) -> str:
    """Return the question's text where it is this person's own; empty for anybody else's."""
    return faq_log.text_of(turn.session, asked.id) if is_own(turn, asked) else ""


def _recent(turn: Turn, asked: FaqQuestion) -> RecentQuestion | None:
    where = turn.person.id, turn.incoming.place.conversation_id
    return faq_log.recent(turn.session, *where, asked.id, private=turn.incoming.private)


def vote(turn: Turn, asked: FaqQuestion, entry_id: int, *, helpful: bool) -> Vote:
    """Keep the person's vote on an answer: each of their own questions has one, and anybody else's have one in all."""
    about = asked.id, turn.person.id, entry_id
    return faq_votes.vote(turn.session, *about, own=is_own(turn, asked), helpful=helpful, now=turn.now)


def teller(turn: Turn, entry: Any) -> Teller:
    """Return where a colleague's answer comes from, for everybody to read: the name only if the colleague agrees."""
    home = municipalities.find(turn.session, entry.municipality_code)
    person = people.by_id(turn.session, entry.told_by_id) if entry.name_agreed else None
    return Teller(home.name if home else "", person.shown_name if person else "", entry.told_on)


def place(turn: Turn, entry: Entry) -> str:
    """Return the full name of the municipality that an entry comes from, for the kansli's form; empty if unknown."""
    home = municipalities.find(turn.session, entry.municipality_code)
    return home.full_name if home else ""


def told(turn: Turn) -> Entry:
    """Return the testimony that a button names, held for the colleague who gave it."""
    named = faq.lock(turn.session, turn.data.get("entry"))
    if named is None or named.told_by_id != turn.person.id or named.state == EntryState.ARCHIVED:
        raise UserError("Det svaret finns inte kvar i kunskapsbanken, eller så är det inte ditt.")
    return named


def kept_entry(turn: Turn) -> Entry:
    """Return the entry that a button names, published or not, held for the kansli to change."""
    turn.refuse_members()
    named = faq.lock(turn.session, turn.data.get("entry"))
    if named is None:
        raise UserError("Det svaret finns inte kvar. Skriv **kunskapsbank** för att se de som finns.")
    return named


def gap(turn: Turn, *, lock: bool = False) -> Sequence[Any]:
    """Return the log's questions that a gap's button names, but for those that have an answer by now."""
    turn.refuse_members()
    wanted = turn.data.get("gap")
    return gaps.of_gap(turn, wanted if isinstance(wanted, list | tuple) else [], lock=lock)


def picked(turn: Turn) -> list[PhrasingSuggestion]:
    """Return the suggested phrasing that a button names, in a list; an empty one if it is decided."""
    turn.refuse_members()
    return gaps.suggestions(turn, turn.data.get("question") or 0)


def solved(turn: Turn) -> list[Question]:
    """Return the solved question that a button names, in a list; an empty one if it is decided."""
    turn.refuse_members()
    wanted = turn.data.get("question")
    return [row for row in faq_growth.without_entry(turn.session) if row.id == wanted]


def draft(turn: Turn) -> Draft:
    """Return the entry made from the solved question that a button names."""
    turn.refuse_members()
    return drafts.draft(turn, turn.data.get("question"), turn.data.get("answer"))
