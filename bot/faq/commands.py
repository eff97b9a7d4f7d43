"""Questions to the knowledge bank, and the buttons under the answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.bank import entries
from bot.faq import access, answers, cards, share_notices, testimony_cards, ways
from bot.faq.answers import Judged
from bot.faq.ways import Ways
from bot.message import Json, Message, Reply, UserError, say, state
from bot.register.change import Change
from bot.routes import Routes, Where
from bot.turn import Turn
from bot.wording import feedback
from bot.wording.feedback import Feedback
from storage import faq_log
from storage.faq import DraftTexts, EntryKind
from storage.faq_log import FaqQuestion, LatestQuestion, QuestionOutcome

routes = Routes[Turn]()

LONGEST = 1000
"""Characters of a question that a button carries."""


def ask(turn: Turn) -> Reply:
    """Answer what was written as a question; several questions get an answer each."""
    return Reply(messages=tuple(_message(turn, judged) for judged in answers.answer(turn)))


@routes.action("faq.ask")
def ask_example(turn: Turn) -> Reply:
    """Answer a question on a button, as if the person had written it."""
    text = str(turn.data.get("text", ""))[:LONGEST]
    return ask(replace(turn, incoming=replace(turn.incoming, text=text)))


def hear_complaint(turn: Turn) -> Reply | None:
    """Take what people say of the answer before: it is wrong, it missed the question, or it solved the matter.

    Return None for everything else.
    """
    said = feedback.about(turn.incoming.text)
    if said is None:
        return None
    where = turn.person.id, turn.incoming.place.conversation_id
    latest = faq_log.latest(turn.session, *where, private=turn.incoming.private)
    answered = access.published(turn, [latest.answer_id]) if latest is not None else []
    if said is Feedback.SOLVED:
        if latest is None or not answered:
            return None
        access.vote(turn, latest.question, answered[0].id, helpful=True)
        return say(card=cards.helped(answered[0], latest.question.id), aside=turn.aside)
    if said is Feedback.WRONG:
        return say(card=_wrong(turn, latest, answered), aside=turn.aside)
    if latest is None:
        card = cards.unknown(ways.of(turn, "", quoted=""), 0, title="Vad bra att du säger till")
        return say(card=card, aside=turn.aside)
    if answered:
        access.vote(turn, latest.question, answered[0].id, helpful=False)
    elif latest.question.outcome == QuestionOutcome.OFFERED:
        latest.question.rejected = True
    about = _ways(turn, latest.question)
    return say(card=cards.unknown(about, latest.question.id, title="Då frågar vi någon annan"), aside=turn.aside)


@routes.action("faq.choose")
def choose(turn: Turn) -> Reply:
    """Take one of "Menade du …?": show its answer in the offer's place, and remember it for the same wording."""
    question, entry = access.shown(turn)
    own = access.is_own(turn, question)
    if own:
        question.chosen_id, question.rejected = entry.id, False
        where = turn.person.id, turn.incoming.place.conversation_id
        faq_log.go_on(turn.session, *where, text=entry.question, now=turn.now)
    return _in_place(turn, _shown(turn, entry, question), everyone=own)


@routes.action("faq.none")
def none_of_these(turn: Turn) -> Reply:
    """*Inget av dessa*: say that there is no answer. Only its asker sees the wording."""
    question = access.question(turn)
    own = access.is_own(turn, question)
    if own:
        question.rejected, question.chosen_id = True, None
    return _in_place(turn, cards.unknown(_ways(turn, question), question.id), everyone=own)


@routes.action("faq.show")
def show_related(turn: Turn) -> Reply:
    """Answer a related question in a message of its own; the first answer stays."""
    question, entry = access.shown(turn)
    return say(card=_shown(turn, entry, question))


@routes.action("faq.vote")
def vote(turn: Turn) -> Reply:
    """Take *Ja* or *Nej* under an answer; it replaces the buttons, and may be changed."""
    question, entry = access.shown(turn)
    helpful = turn.data.get("helpful") is True
    access.vote(turn, question, entry.id, helpful=helpful)
    if not helpful:
        return _in_place(turn, cards.why_not(entry, question.id, _ways(turn, question)))
    return _in_place(turn, _shown(turn, entry, question, _related(turn), voted=True))


@routes.action("faq.reason")
def reason(turn: Turn) -> Reply:
    """Keep the optional line why an answer did not help."""
    question, entry = access.shown(turn)
    written = str(turn.data.get("reason") or "").strip()[:500]
    if not written:
        raise UserError("Skriv vad du saknade i rutan, eller låt bli. Din röst är redan sparad.")
    access.vote(turn, question, entry.id, helpful=False).reason = written
    return _in_place(turn, cards.why_not(entry, question.id, _ways(turn, question), reason=written))


@routes.action("faq.again")
def again(turn: Turn) -> Reply:
    """Show the answer with its buttons again, to read it or to change the vote."""
    question, entry = access.shown(turn)
    return _in_place(turn, _shown(turn, entry, question, _related(turn)))


@routes.action("faq.share")
def share(turn: Turn) -> Reply:
    """*Dela med kanalen*: post the answer where the person asked, and say on their own card that it stands there."""
    question, entry, thread = access.sharable(turn)
    if not share_notices.post(turn, question, entry, thread):
        raise UserError("Svaret är redan delat med kanalen.")
    return _in_place(turn, _shown(turn, entry, question), everyone=True)


@routes.action("faq.name", where=Where.PERSONAL)
def name(turn: Turn) -> Reply:
    """*Visa namnet* or *Bara kommunen*: a colleague decides about the name with their own answer, and may change it."""
    entry = access.told(turn)
    agree = turn.data.get("agree") is True
    if agree and turn.data.get("seen") != testimony_cards.version(entry):
        rewritten = "Svaret har ändrats sedan jag frågade. Så här står det nu."
        return state(testimony_cards.ask_name(entry, access.teller(turn, entry), notice=rewritten))
    entries.agree(Change.of(turn), entry, agree=agree)
    if not agree:
        share_notices.take_back_name(turn, entry)
    done = "Tack! Ditt namn står med svaret." if agree else "Svaret visas utan ditt namn."
    return state(testimony_cards.ask_name(entry, access.teller(turn, entry), notice=done))


def _message(turn: Turn, judged: Judged) -> Message:
    """Return the answer, or what the bot is not sure of: in a channel only its asker needs that."""
    draft = ways.unfinished(turn, judged)
    answered = judged.outcome is QuestionOutcome.ANSWERED
    errand = answered and draft is None and ways.is_errand(turn, judged)  # an answer does not do what was asked for
    if answered and draft is None and not errand:
        best, *related = judged.entries
        contact = turn.app.settings.contact
        card = cards.answer(best, judged.question_id, related, contact=contact, remembered=judged.remembered)
        return Message(card=card)
    return Message(card=_unsure(turn, judged, draft, errand=errand), aside=turn.aside)


def _unsure(turn: Turn, judged: Judged, draft: DraftTexts | None, *, errand: bool) -> Json:
    about = ways.of(turn, judged.asked, quoted=judged.text)  # last, because a sure answer has no use for it
    if draft is not None:
        near = [entry for entry in judged.entries if judged.outcome is not QuestionOutcome.UNKNOWN]
        return cards.not_ready(draft.question, about, judged.question_id, near[:1])
    if errand:
        ways.correct(turn, judged, QuestionOutcome.OFFERED)
        return cards.unknown(about, judged.question_id, judged.entries[:1])
    offered = judged.entries if judged.outcome is QuestionOutcome.OFFERED else ()
    guesses = ways.reasonable(about, offered)
    told = {entry.id: access.teller(turn, entry) for entry in guesses if entry.kind == EntryKind.TESTIMONY}
    if told:
        return testimony_cards.similar(about, guesses, told, judged.question_id)
    if guesses:
        return cards.offer(guesses, about, judged.question_id, about=judged.about)
    if offered:
        ways.correct(turn, judged, QuestionOutcome.UNKNOWN)
    return cards.unknown(about, judged.question_id, empty=turn.app.bank.empty)


def _shown(
    turn: Turn, entry: Any, question: FaqQuestion, related: Sequence[Any] = (), *, voted: bool | None = None
) -> Json:
    """Return the card of an entry that was opened: an answer, or what a colleague did."""
    shared = share_notices.is_shared(turn, question, entry)
    if entry.kind == EntryKind.TESTIMONY:
        asked, others = access.own_text(turn, question), [other.id for other in related]
        teller = access.teller(turn, entry)
        return testimony_cards.told(entry, teller, question.id, text=asked, related=others, voted=voted, shared=shared)
    return cards.answer(entry, question.id, related, contact=turn.app.settings.contact, voted=voted, shared=shared)


def _ways(turn: Turn, question: FaqQuestion) -> Ways:
    """Return the ways on from a question in the log. Its text goes along if it is the reader's own."""
    text = access.own_text(turn, question)
    joined = not answers.wording(text).startswith(faq_log.wording_of(turn.session, question.id))
    quoted = "" if joined else text  # a follow-up is kept with the question before it
    return ways.of(turn, text, quoted=quoted, openly=access.open_thread(turn, question) is not None)


def _wrong(turn: Turn, latest: LatestQuestion | None, answered: Sequence[Any]) -> Json:
    """Return the question whether to tell the kansli that an answer is wrong: the one that is named, or the latest."""
    text = turn.incoming.text
    hits = turn.app.bank.search(subject, 1) if (subject := feedback.subject(text)) else ()
    named = access.published(turn, [hit.entry_id for hit in hits if hit.probability >= answers.UNSURE])
    meant = (named or answered or [None])[0]
    if latest is not None and meant is not None and meant.id == latest.answer_id:
        access.vote(turn, latest.question, meant.id, helpful=False)
    return cards.wrong(meant, text, turn.app.settings.contact)


def _in_place(turn: Turn, card: Json, *, everyone: bool = False) -> Reply:
    """Replace the pressed card; in a channel only for the presser, unless it is ``everyone``'s."""
    return state(card) if everyone else turn.in_place(card)


def _related(turn: Turn) -> list[Any]:
    related = turn.data.get("related")
    return access.published(turn, list(related)[: answers.RELATED]) if isinstance(related, list | tuple) else []
