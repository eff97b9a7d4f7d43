"""Ask colleagues: the question → which group → show the name or not → a last look → sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from microsoft_teams.cards import CardElement

from bot import swedish
from bot.cards import button, buttons, card, choice_input, heading, label, one_line, plain, small, text_input
from bot.dialog import NOT_MINE, Dialog, Step, controls
from bot.message import Json, Reply, UserError, say
from bot.questions import asker_cards, cards, details, lifecycle, notices
from bot.routes import Answers
from bot.search import peers
from bot.turn import Turn
from bot.wording import utterance
from storage import content, groups, questions
from storage.questions import Status

OFFERED = 3
"""How many groups to suggest: the likeliest and the next two, if anything speaks for them."""
SHOWN = 3
"""How many similar questions to show before the person sends theirs."""
YES = frozenset({"skicka", "ja", "ok", "skicka den", "ja tack"})
NAME, PLACE = "name", "place"


@dataclass(frozen=True, slots=True)
class Similar:
    """Similar questions that others have asked."""

    answered: Sequence[Any]
    """Rows ``id, text, …`` of the answered ones, the most similar first."""
    municipalities: int
    """How many municipalities have asked about it."""


def ask_text(turn: Turn, answers: Answers) -> Json:
    """Ask for the question."""
    draft = str(answers.get("_draft") or "")
    hint = "Berätta kort vad ni har provat, så blir svaren bättre. Skriv inte namn på privatpersoner."
    return card(
        heading("Vad vill du fråga kollegorna?"),
        plain(hint, subtle=True),
        *asker_cards.suspicious(suspicions(draft)),
        text_input(
            "answer", "Din fråga", value=draft, long=True, required="Skriv frågan.", most=lifecycle.LONGEST_QUESTION
        ),
        actions=[
            button("Fortsätt", "dialog.answer", style="positive", step="text"),
            *controls(back=False),
        ],
        summary=f"Vad vill du fråga kollegorna? {hint}",
    )


def accept_text(turn: Turn, answers: Answers, text: str) -> str:
    """Return the question as it will be sent."""
    return lifecycle.checked_question(text)


def ask_group(turn: Turn, answers: Answers) -> Json:
    """Ask for the group: the likeliest with a reason, the next likeliest, any other, or the kansli."""
    text = str(answers["text"])
    taking = groups.taking_questions(turn.session)
    names = {group.theme: group.name for group in taking}
    offered = [near for near in peers.suggestions(turn.session, turn.app.bank, text, taking) if near.share]
    first = next((suggestion for suggestion in offered if suggestion.reason), None)
    body: list[CardElement] = [
        heading("Vilken temagrupp ska få frågan?"),
        plain(text),
        *asker_cards.suspicious(suspicions(text)),
        *([plain(f"Jag föreslår {names[first.theme]}. {first.reason}")] if first else []),
    ]
    shown = [suggestion.theme for suggestion in offered[:OFFERED]]
    shown = [group.theme for group in taking] if len(taking) <= OFFERED else shown
    choices = [
        button(
            names[theme], "dialog.answer", step="group", answer=theme, style="positive" if at == 0 and first else None
        )
        for at, theme in enumerate(shown)
    ]
    others = [(group.theme, group.name) for group in taking if group.theme not in shown]
    body.append(buttons(*choices, button("Vet inte – till kansliet", "dialog.answer", step="group", answer="kansli")))
    if others:
        body += [
            choice_input("other", "Annan grupp", others),
            buttons(button("Välj annan grupp", "dialog.answer", step="group", answer="other")),
        ]
    return card(*body, actions=controls(), summary="Vilken temagrupp ska få frågan?")


def accept_group(turn: Turn, answers: Answers, choice: str) -> Any:
    """Return a group's theme word, or the word for the kansli."""
    wanted = str(turn.data.get("other") or "") if choice == "other" else choice
    if choice == "other" and not wanted:
        raise UserError("Välj en grupp i listan först.")
    if wanted.casefold().strip(" .!") in (cards.TO_KANSLI, "kansliet", "vet inte", "vet ej", "till kansliet"):
        return cards.TO_KANSLI
    group = groups.by_theme(turn.session, wanted) or groups.named(turn.session, wanted)
    if group is None:
        return NOT_MINE
    if not group.takes_questions:
        raise UserError("Den gruppen tar inte emot frågor just nu. Välj en annan.")
    return group.theme


def ask_name(turn: Turn, answers: Answers) -> Json:
    """Ask whether to show the person's name to others."""
    person = turn.person
    full = details.who(turn.session, person.shown_name, person.municipality_code)
    short = details.who(turn.session, "", person.municipality_code)
    return card(
        heading("Vad ska de andra se om dig?"),
        plain(f"Din fråga: {one_line(str(answers['text']))}", subtle=True),
        plain(f"Med namn: {full}. Utan namn: {short}."),
        buttons(
            button("Visa mitt namn", "dialog.answer", step="name", answer=NAME),
            button("Visa inte mitt namn", "dialog.answer", step="name", answer=PLACE),
        ),
        small("Svaren kommer till dig hur du än väljer."),
        actions=controls(),
        summary="Vad ska de andra se om dig?",
    )


def accept_name(turn: Turn, answers: Answers, text: str) -> Any:
    """Return whether to show the name, or only the municipality."""
    choice = text.casefold().strip(" .!")
    if choice in (NAME, "visa mitt namn", "med namn", "mitt namn"):
        return NAME
    if choice in (PLACE, "visa inte mitt namn", "utan namn", "bara kommunen", "anonymt"):
        return PLACE
    return NOT_MINE


def ask_send(turn: Turn, answers: Answers) -> Json:
    """Show the question as others will see it, and similar questions. Ask for a confirmation."""
    text, group = str(answers["text"]), groups.by_theme(turn.session, answers["group"])
    home = f"temagruppen {group.name}" if group else "kansliet"
    shown = turn.person.shown_name if answers["name"] == NAME else ""
    who = details.who(turn.session, shown, turn.person.municipality_code)
    return card(
        heading("Ska jag skicka så här?"),
        *asker_cards.suspicious(suspicions(text)),
        plain(text),
        plain(f"Från: {who}. Till: {home}.", subtle=True),
        *_asked_before(similar(turn, text)),
        actions=[
            button("Skicka", "dialog.answer", style="positive", step="send", answer="skicka"),
            *controls(),
        ],
        summary=f"Ska jag skicka frågan till {home}?",
    )


def accept_send(turn: Turn, answers: Answers, text: str) -> Any:
    """Return True for a yes. Anything else is not an answer to this step."""
    return True if text.casefold().strip(" .!") in YES else NOT_MINE


def finish(turn: Turn, answers: Answers) -> Reply:
    """Send the question once, even if *Skicka* was pressed several times."""
    group = groups.by_theme(turn.session, answers["group"])
    if group is None and answers["group"] != cards.TO_KANSLI:
        raise UserError("Den gruppen finns inte längre. Gå tillbaka och välj en annan.")
    if group is not None and not group.takes_questions:
        raise UserError("Den gruppen tar inte emot frågor just nu. Gå tillbaka och välj en annan.")
    question, new = questions.add(
        turn.session,
        origin=f"{turn.person.id}/{answers['_run']}"[:300],
        asker_id=turn.person.id,
        municipality_code=turn.person.municipality_code,
        show_name=answers["name"] == NAME,
        text=answers["text"],
        group_id=group.id if group else None,
        asked_at=turn.now,
        waiting_since=turn.now,
        asked_conversation_id=answers.get("_conversation"),
        asked_thread_id=answers.get("_thread") or None,
    )
    shown = notices.asked(turn, question) if new else details.of(turn.session, question, turn.now)
    return say(card=asker_cards.receipt(shown))


QUESTION = Dialog(
    name="question",
    steps=(
        Step("text", ask_text, accept_text),
        Step("group", ask_group, accept_group),
        Step("name", ask_name, accept_name),
        Step("send", ask_send, accept_send),
    ),
    finish=finish,
    title="Din fråga till kollegorna",
    unsure="Ska det här till kollegorna, eller frågar du mig?",
    takes="Till kollegorna",
)


def similar(turn: Turn, text: str) -> Similar:
    """Return similar questions asked in theme groups."""
    alike = peers.similar(turn.session, turn.app.bank, text)
    asked = {row.municipality_code for row in alike if row.municipality_code}
    return Similar([row for row in alike if row.status in (Status.ANSWERED, Status.SOLVED)][:SHOWN], len(asked))


def suspicions(text: str) -> list[str]:
    """Return the parts of the question that seem to point out a private person, in words."""
    signs = []
    if utterance.without_person(text) != text:
        signs.append("ett personnummer, telefonnummer eller en mejladress")
    if utterance.names_person(text, _places()):
        signs.append("ett personnamn")
    return signs


def _asked_before(others: Similar) -> list[CardElement]:
    if not others.answered:
        return []
    many = swedish.count(others.municipalities, "kommun har", "kommuner har")
    shown = [button(one_line(row.text, cards.TITLE), "questions.show", question=row.id) for row in others.answered]
    who = f"{many} frågat om detta" if others.municipalities else "Detta har besvarats förut"
    return [label(f"{who}. Läs gärna svaren först:"), buttons(*shown)]


@cache
def _places() -> utterance.Names:
    rows = content.municipalities()
    counties = (row["lan"].removesuffix(" län").removesuffix("s") for row in rows)
    return utterance.Names.of([*(row["namn"] for row in rows), *counties])
