"""What members say in their own words, and the outcome of each that we stand by (``sentences.tsv``).

====================  ==================================================================================
outcome               what is shown; ``about`` is in its text
====================  ==================================================================================
answer                the entry that ``about`` names, as the answer
draft                 "Det svaret är inte klart än", with the draft's question
peers, kansli         the primary button asks colleagues (in the group ``about``), or the kansli
command               the command ``about`` is run, or is the primary button
offer                 "Menade du …?" with the entry that ``about`` names
wrong, missed,        what was said of the answer before is understood
helped
english, elsewhere    two lines in English; an honest no
said                  small talk
register              the register's card: who, which, how many, who can help, and what people say of their seat
form                  the form that asks what is missing: a municipality, a question
====================  ==================================================================================

``before`` is what the same person wrote first. ``waits_for`` names what is still to be built.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from copy import copy
from pathlib import Path

import pytest

from bot.help import smalltalk
from bot.search.calibration import calibrate
from bot.search.live_bank import LiveBank
from bot.turn import App
from storage import content
from tests.support.chat import Chat, Clock, actions, words

ANSWERED = "answer"
STEPS = {
    "questions.start": "peers",
    "questions.here": "peers",
    "questions.to_kansli": "kansli",
    "help.command": "command",
}
"""What the primary button does."""
HEADINGS = {
    "Det svaret är inte klart än": "draft",
    "I only understand Swedish": "english",
    "Tack. Ska jag säga till kansliet?": "wrong",
    "Då frågar vi någon annan": "missed",
    "Vad bra att du säger till": "missed",
    "Vad bra!": "helped",
}
"""What a card's first line says of its outcome."""


REGISTER = re.compile(
    r"Ja|Nej|\S+(?: \S+)? kommun|\d+ medlem.*|Om [^.]+|Tack för att du säger till!|Är du [^.?]+ för [^.?]+\?"
)
"""The first line of a card from the register."""


def rows() -> list[dict[str, str]]:
    with Path(__file__).with_name("sentences.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def outcome(chat: Chat, text: str) -> str:  # noqa: PLR0911 - a line for each kind of card
    """Return what came of the newest message, which showed ``text``."""
    if text == smalltalk.ELSEWHERE:
        return "elsewhere"
    card = chat.shown[-1].card_for(chat.sender.teams_id)
    if card is None:
        return "said"
    shown = actions(card)
    if REGISTER.fullmatch(text.split("\n", maxsplit=1)[0]):
        return "register"
    if heading := next((kind for start, kind in HEADINGS.items() if words(card).startswith(start)), None):
        return heading
    if any(action.get("verb") == "faq.vote" for action in shown):
        return ANSWERED
    if any(action.get("verb") == "faq.none" for action in shown):
        return "offer"
    primary = [STEPS.get(str(action.get("verb")), "other") for action in shown if action.get("style") == "positive"]
    return primary[0] if len(primary) == 1 else f"{len(primary)} primary buttons"


@pytest.mark.parametrize(
    ("stage", "calibration"),
    [("sqlite", "shipped"), ("sqlite", "learnt from the bank"), ("postgresql", "learnt from the bank")],
    indirect=["stage"],  # no calibration reads the database
)
def test_every_sentence_gets_an_outcome_that_we_stand_by(app: App, clock: Clock, calibration: str) -> None:
    bank = app.bank
    assert isinstance(bank, LiveBank)
    if calibration != "shipped":  # as the bot does by itself after a while
        bank._index = copy(bank._index)
        learned = calibrate(bank._index.entries) or pytest.fail("the bank is too small")
        bank._index.calibration = learned.lexical
    app.database.play(lambda session: content.load_sample_members(session, clock.now))
    chat, wrong, as_fact = Chat(app, clock), [], []
    counted: Counter[str] = Counter()
    for number, row in enumerate(row for row in rows() if not row["waits_for"]):
        member = chat.as_(f"Person {number}")
        if row["before"]:
            member.say(row["before"])
        text = member.say(row["sentence"])
        got = outcome(member, text)
        if row["outcome"] == "command" and text.split("\n")[0] == member.say(row["about"]).split("\n")[0]:
            got, text = "command", row["about"]
        counted[got] += 1
        if got != row["outcome"] or row["about"].casefold() not in text.casefold():
            wrong.append(f"{row['sentence']!r}: wanted {row['outcome']} {row['about']!r}, got {got}: {text[:110]!r}")
            as_fact += [row["sentence"]] if got == ANSWERED else []

    assert as_fact == [], "wrong as fact"
    assert wrong == [], counted


def test_the_list_holds_at_least_a_hundred_of_our_own() -> None:
    sentences = [(row["sentence"], row["before"]) for row in rows()]

    assert len(sentences) == len(set(sentences)) >= 133
