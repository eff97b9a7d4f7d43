"""Follow-ups: messages that are only understood together with the question before. Pure."""

from __future__ import annotations

import re

from bot.wording.utterance import FUNCTION, WORD, fold

SHORT = 6
"""Most words of a message that may be a follow-up."""
_LEANING_START = {"och", "å", "men", "då", "samt", "eller"}
_LEANING = {"det", "den", "de", "dem", "dom", "detta", "denna", "där", "då", "dit", "dess", "sån", "sådan", "sådant"}
_OPEN = FUNCTION | frozenset("lång tid tar nästa fler mer mera info berätta bestämmer beslutar".split())
"""Words that leave open what a follow-up is about."""
_MONTHS = "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december"
_OFTEN = "varje|per år|om året|årlig|årsvis|gång|kvartal|löpande"
_TIMES = f"vecka|veckor|månad|{_OFTEN}|våren|hösten|sommar|vinter|dagar|senast"
_COUNT = "en|ett|två|tre|fyra|fem|sex|sju|åtta|nio|tio"
_HOLDS = (
    (r"kosta\w*|pris\w*|avgift\w*|betala\w*|dyrt?", r"\b(?:kr|kronor|kosta|avgift|gratis|pris|betala)"),
    (r"länge|lång tid", rf"(?:\d|\b(?:{_COUNT})) (?:år|månad|veck|dag|dygn|timm|minut)"),
    ("ofta", rf"\b(?:{_OFTEN})"),
    (r"när|tid|dag|datum|år", rf"\b(?:{_MONTHS}|{_TIMES}|20\d\d|kl\.? ?\d)"),
    (r"många|mycket", r"\b(?!(?:19|20)\d\d\b)\d(?!\. )|\b(?:två|tre|fyra|fem|sex|sju|åtta|nio|tio|alla|flera)\b"),
    (r"vem|vems", r"(?<!fråga )\b(?:kansli|styrelse|kontaktperson|ordförande|ansvar|politiker|tjänsteperson)"),
    ("vilka", r"\b1\)|\w, [^.:]+ och |\b(?:politiker|tjänsteperson)"),
    (r"var|vart|nånstans|någonstans", r"https?:|\b(?:teams|digital|webb|länk|på plats|lokal|sidan)"),
)
"""Pairs of patterns: words in a short question, and the form of a text that answers it. The first match counts."""
_TO_US = re.compile(r"(?:vad|va|vilka|vem) \w+ (?:ni|du)(?: göra?)?")
"""A short question to the network or the bot itself: "vad gör ni?"."""


def leans_on(text: str) -> bool:
    """Return whether the message is only understood with the question before: "och när?", "vad kostar det då?"."""
    words = [word.casefold() for word in WORD.findall(text)]
    if not words or len(words) > SHORT or _TO_US.fullmatch(" ".join(words)):
        return False
    rest = [word for word in words if word not in _OPEN]
    return words[0] in _LEANING_START or not rest or (len(rest) == 1 and bool(_LEANING & set(words)))


def together(before: str, text: str) -> str:
    """Return a question and its follow-up as one text."""
    first = WORD.match(text)
    text = text[:1].lower() + text[1:] if first and first[0].casefold() in FUNCTION else text
    return f"{before.rstrip(' ?!.')}, {text}"


def is_bare(text: str) -> bool:
    """Return whether the message names no subject of its own: "och när?", but not "och för regioner?"."""
    return all(word.casefold() in _OPEN for word in WORD.findall(text))


def holds(text: str, answer: str, before: str = "") -> bool:
    """Return whether ``answer`` has the price, time, number, person or place that the follow-up ``text`` asks for.

    Something that the question ``before`` named already does not count. Return False for all other follow-ups, such as
    "hur gör vi då?", because we can't tell.
    """
    asked, answered, known = fold(text), fold(answer), fold(before)
    for question, form in _HOLDS:
        if re.search(rf"\b(?:{question})\b", asked):
            return any(match[0] not in known for match in re.finditer(form, answered))
    return False
