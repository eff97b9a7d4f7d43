"""The kansli's commands for growing the bank: gaps, new ways to ask, and entries made from solved questions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from bot.bank import entries
from bot.bank.entries import EntryContent
from bot.cards import one_line
from bot.desk import MOST_COUNTED
from bot.faq import access, decision_notices, gap_cards, kansli_cards, kansli_commands
from bot.faq import gaps as growing
from bot.faq.answers import SURE
from bot.message import Json, Reply, UserError, say, state
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.search import replay
from bot.search.index import SearchEntry
from bot.turn import Turn
from storage import faq, faq_growth, people
from storage.faq import Entry, EntryKind, EntryState

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)

LAST_PAGE = 20
"""Of the gaps. Each gap up to a page is looked up in the bank, and nobody turns further."""
TOP = 10
"""Gaps in the short list."""
DONE = "Det är redan avgjort. Skriv **kunskapsluckor** för att se vad som är kvar."


@routes.command(
    "kunskapsluckor",
    help="Se vad medlemmarna frågar efter och inte får svar på, och skriv svaren.",
    aliases=("kunskapslucka", "luckor", "obesvarat"),
    button="faq.gaps",
)
def gaps(turn: Turn) -> Reply:
    """What the bank has not answered well, most wanted first."""
    return say(card=_gaps(turn))


@routes.action("faq.top_gaps")
def top_gaps(turn: Turn) -> Reply:
    """The ten most wanted gaps, each on one line."""
    return state(gap_cards.top(list(islice(growing.gaps(turn.app.bank, turn.session, turn.now), TOP))))


@routes.action("faq.write")
def write(turn: Turn) -> Reply:
    """*Skriv svar*: show the form for the answer, filled in with the gap's wordings, or what somebody has begun."""
    rows = access.gap(turn)
    if not rows:
        raise UserError(DONE)
    begun = _begun(turn, rows)
    if begun is not None and begun.state == EntryState.DRAFT:
        return state(
            kansli_commands.form(turn, begun, notice="Någon har redan börjat skriva om det här. Fortsätt gärna.")
        )
    content, removed = growing.content(turn.session, rows)
    form = gap_cards.write(content, [row.question_id for row in rows], removed)
    return replay.previewed(turn, state(form), _trial(content), SURE)


@routes.action("faq.answer")
def answer(turn: Turn) -> Reply:
    """*Publicera* or *Spara som utkast*: keep the answer to a gap. Warn first if the bank answers the same already."""
    rows = access.gap(turn, lock=True)
    begun = _begun(turn, rows)
    if begun is not None:  # pressed twice, or by two at once
        return state(_gaps(turn, f"Det finns redan ett svar: ”{one_line(begun.question)}”"))
    question, written, others = (str(turn.data.get(name) or "") for name in ("question", "answer", "phrasings"))
    content = entries.EntryContent(
        entries.checked_question(question), entries.checked_answer(written), entries.checked_phrasings(others)
    )
    like = growing.like(turn.session, content.question)
    if like is not None and turn.data.get("sure") != like.id:
        return state(gap_cards.write(content, [row.question_id for row in rows], like=like))
    change = Change.of(turn)
    entry = entries.create(change, content)
    faq_growth.answer_gaps(turn.session, growing.digests(rows), entry.id, turn.now)
    if turn.data.get("publish") is not True:
        return state(_gaps(turn, "Sparat som utkast."), done=True)
    if kansli_commands.has_fault(turn, entry):
        return state(kansli_commands.form(turn, entry, notice=kansli_commands.LOOK_FIRST, ask=True), done=True)
    entries.move(change, entry, EntryState.PUBLISHED)
    return state(_gaps(turn, "Publicerat. Medlemmarna hittar svaret nu."), done=True)


@routes.action("faq.publish")
def publish(turn: Turn) -> Reply:
    """*Publicera* in a list: publish the draft as the list showed it."""
    said = decision_notices.publish(turn, access.kept_entry(turn), turn.data.get("seen"))
    if turn.data.get("back") == "gaps":
        return state(_gaps(turn, said))
    return state(kansli_cards.listing(EntryState.DRAFT, faq.by_state(turn.session, EntryState.DRAFT), turn.page, said))


@routes.action("faq.no_gap")
def no_gap(turn: Turn) -> Reply:
    """*Inte en lucka*: these wordings are not shown again, nor what is alike, unless it becomes more than they were."""
    rows = access.gap(turn)
    faq_growth.decide(turn.session, growing.digests(rows), turn.now)
    return state(_gaps(turn, "Borttagen ur listan." if rows else "Den var redan borta ur listan."))


@routes.action("faq.phrasings")
def phrasings(turn: Turn) -> Reply:
    """Wordings that may become phrasings."""
    return state(_phrasings(turn))


@routes.action("faq.add_phrasing")
def add_phrasing(turn: Turn) -> Reply:
    """*Lägg till*: it finds the entry from now on."""
    found = access.picked(turn)
    if not found:
        return state(_phrasings(turn, "Det var redan avgjort."))
    entry = faq.lock(turn.session, found[0].entry_id)
    if entry is None or not entry.published:
        raise UserError("Det svaret visas inte för medlemmarna längre.")
    new = entries.add_phrasing(Change.of(turn), entry, found[0].wording.text)
    faq_growth.decide(turn.session, [growing.digest(found[0])], turn.now, entry.id)
    return state(_phrasings(turn, "Tillagt. Nästa gång hittar jag svaret direkt." if new else "Det fanns redan där."))


@routes.action("faq.no_phrasing")
def no_phrasing(turn: Turn) -> Reply:
    """*Nej*: it is not offered again."""
    found = access.picked(turn)
    for one in found:
        faq_growth.decide(turn.session, [growing.digest(one)], turn.now, one.entry_id)
    return state(_phrasings(turn, "Borttaget ur listan." if found else "Det var redan avgjort."))


@routes.action("faq.solved")
def solved(turn: Turn) -> Reply:
    """Questions that members have solved, and that the bank has not got."""
    return state(_solved(turn))


@routes.action("faq.skip_solved")
def skip_solved(turn: Turn) -> Reply:
    """*Behövs inte*."""
    left = access.solved(turn)
    faq_growth.decide(turn.session, [faq_growth.solved(question.id) for question in left], turn.now)
    return state(_solved(turn, "Borttagen ur listan." if left else "Den var redan borta ur listan."))


@routes.action("faq.from_question")
def from_question(turn: Turn) -> Reply:
    """*Gör till FAQ*: make a draft without the words that point out a person. Each question gives one draft."""
    made = access.draft(turn)
    if not made.new:
        owner = people.by_id(turn.session, made.entry.owner_id)
        return state(gap_cards.made_before(made.entry, owner.name if owner else ""))
    said = "Sparat som utkast. Läs igenom det och ändra det du vill. Välj sedan Publicera."
    if made.entry.kind == EntryKind.TESTIMONY and not made.entry.municipality_code:
        said += " Jag vet inte vilken kommun svaret kommer från. Fyll gärna i den."
    shown = kansli_commands.form(turn, made.entry, notice=said, removed=made.removed)
    return replay.previewed(turn, state(shown, done=True), replay.trial(made.entry), SURE)


def _trial(content: EntryContent) -> SearchEntry:
    """Return the answer to a gap before it is written: its question and the members' wordings of it."""
    return SearchEntry(replay.NEW, content.question, content.answer, content.phrasings)


def gaps_waiting(turn: Turn) -> int:
    """Return how many gaps there are. Each is looked up in the bank, so stop where the start page stops to count."""
    return sum(1 for _ in islice(growing.gaps(turn.app.bank, turn.session, turn.now), MOST_COUNTED + 1))


def _begun(turn: Turn, rows: Sequence[Any]) -> Entry | None:
    """Return the entry that was written for a gap, unless it is archived or did not help."""
    decided = faq_growth.decided(turn.session, growing.digests(rows)).values()
    written = [faq.find(turn.session, decision.entry_id) for decision in decided]
    helps = not any(row.disliked for row in rows)
    states = (EntryState.DRAFT, EntryState.PUBLISHED) if helps else (EntryState.DRAFT,)
    return next((entry for entry in written if entry is not None and entry.state in states), None)


def _gaps(turn: Turn, said: str = "") -> Json:
    page = min(max(0, turn.page), LAST_PAGE)
    return gap_cards.gaps(
        list(islice(growing.gaps(turn.app.bank, turn.session, turn.now), (page + 1) * gap_cards.PAGE + 1)),
        page,
        phrasings=len(growing.suggestions(turn)),
        solved=len(faq_growth.without_entry(turn.session)),
        notice=said,
    )


def _phrasings(turn: Turn, said: str = "") -> Json:
    return gap_cards.phrasings(growing.suggestions(turn), turn.page, said)


def _solved(turn: Turn, said: str = "") -> Json:
    return gap_cards.solved(faq_growth.without_entry(turn.session), turn.page, said)
