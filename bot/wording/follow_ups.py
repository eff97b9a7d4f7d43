"""Follow-ups: messages that are only understood together with the question before. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.wording.utterance import FUNCTION, WORD, fold

_STEM = 5
"""Letters by which a word of a follow-up is looked for in the answer."""
SHORT = 6
"""Most words of a message that may be a follow-up."""
_LEANING_START = {"och", "o", "å", "men", "då", "samt", "eller"}
_LEANING = {"det", "den", "de", "dem", "dom", "detta", "denna", "där", "då", "dit", "dess", "sån", "sådan", "sådant"}
_ASIDE = {"också", "även", "igen"}
"""Words that may stand after the one that leans: "gäller det regioner också"."""
_SUBJECTS = {"vi", "ni", "jag", "du", "man"}
"""A question with a subject of its own says what it is about, unless a word in it leans."""
_OF_IT = re.compile(r"(?:är|e|gäller|kostar) (?:det|de|den|dom) \w+(?: också| även)?")
"""A short question about something that was named: "är det gratis?", "gäller det regioner?"."""
_OPEN = FUNCTION | frozenset("lång tid tar nästa fler mer mera info berätta bestämmer beslutar".split())
"""Words that leave open what a follow-up is about."""
_MONTHS = "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december"
_OFTEN = "varje|per år|om året|årlig|årsvis|gång|kvartal|löpande"
_TIMES = f"vecka|veckor|månad|{_OFTEN}|våren|hösten|sommar|vinter|dagar|senast"
_COUNT = "en|ett|två|tre|fyra|fem|sex|sju|åtta|nio|tio"


@dataclass(frozen=True, slots=True)
class Form:
    """A kind of fact that a question may ask for, and how a text that has it looks."""

    name: str
    """In Swedish, as in "Jag har inget svar om just priset."."""
    asked: re.Pattern[str]
    held: re.Pattern[str]

    def is_in(self, answer: str, known: str = "") -> bool:
        """Return whether ``answer`` has the fact, apart from what ``known`` names already."""
        return any(match[0] not in known for match in self.held.finditer(fold(answer)))


def _form(name: str, asked: str, held: str) -> Form:
    return Form(name, re.compile(rf"\b(?:{asked})\b"), re.compile(held))


_FORMS = (
    _form(
        "priset",
        r"kosta\w*|pris\w*|avgift\w*|betala\w*|dyr|dyr[ta]|dyrare|billig\w*|gratis",
        r"\b(?:kr|kronor|kosta|avgift|gratis|pris|betala)",
    ),
    _form("hur länge", "länge|lång tid", rf"(?:\d|\b(?:{_COUNT})) (?:år|månad|veck|dag|dygn|timm|minut)"),
    _form("hur ofta", "ofta", rf"\b(?:{_OFTEN})"),
    _form("tiden", "när|tid|dag|datum|år", rf"\b(?:{_MONTHS}|{_TIMES}|20\d\d|kl\.? ?\d)"),
    _form(
        "antalet",
        "många|mycket",
        r"\b(?!(?:19|20)\d\d\b)\d(?!\. )|\b(?:två|tre|fyra|fem|sex|sju|åtta|nio|tio|alla|flera)\b",
    ),
    _form(
        "vem",
        "vem|vems",
        r"(?<!fråga )\b(?:kansli|styrelse|kontaktperson|ordförande|ansvar|politiker|tjänsteperson)",
    ),
    _form("vilka", "vilka", r"\b1\)|\w, [^.:]+ och |\b(?:politiker|tjänsteperson)"),
    _form(
        "platsen",
        "var|vart|nånstans|någonstans",
        r"https?:|\b(?:teams|digital|webb|länk|på plats|lokal|sidan)",
    ),
)
"""The first form whose ``asked`` is in a short question counts."""
KINDS = frozenset(("priset", "hur länge", "hur ofta", "tiden", "antalet", "platsen"))
"""The kinds of fact that can be seen in a text. A person cannot: "vem har …" may be answered in many ways."""
_TO_US = re.compile(r"(?:vad|va|vilka|vem) \w+ (?:ni|du)(?: göra?)?")
"""A short question to the network or the bot itself: "vad gör ni?"."""


def leans_on(text: str) -> bool:
    """Return whether the message is only understood with the question before: "och när?", "vad kostar det då?".

    It is when it starts with "och" or its like, names nothing of its own, or ends in a word that points back. "Vad är
    det för väder?" and "hur många är vi?" are questions by themselves.
    """
    words = [word.casefold() for word in WORD.findall(text)]
    if not words or len(words) > SHORT or _TO_US.fullmatch(" ".join(words)):
        return False
    if words[0] in _LEANING_START or _OF_IT.fullmatch(" ".join(words)):
        return True
    rest = [word for word in words if word not in _OPEN]
    if not rest:
        return bool(_LEANING & set(words)) or not _SUBJECTS & set(words)
    points_back = [word for word in words if word not in _ASIDE][-1:]
    return len(rest) == 1 and bool(_LEANING & set(points_back))


def together(before: str, text: str) -> str:
    """Return a question and its follow-up as one text."""
    first = WORD.match(text)
    text = text[:1].lower() + text[1:] if first and first[0].casefold() in FUNCTION else text
    return f"{before.rstrip(' ?!.')}, {text}"


def share_word(before: str, question: str) -> bool:
    """Return whether the question names something that the question before it names, perhaps in another form."""
    named = (word[:_STEM] for word in WORD.findall(fold(before)) if len(word) >= _STEM and word not in _OPEN)
    return any(start in fold(question) for start in named)


def is_bare(text: str) -> bool:
    """Return whether the message names no subject of its own: "och när?", but not "och för regioner?"."""
    return all(word.casefold() in _OPEN for word in WORD.findall(text))


def holds(text: str, answer: str, before: str = "") -> bool:
    """Return whether ``answer`` has the price, time, number, person or place that the follow-up ``text`` asks for.

    Something that the question ``before`` named already does not count. Return False for all other follow-ups, such as
    "hur gör vi då?", because we can't tell.
    """
    asked, known = form(text), f"{fold(answer)} {fold(before)}"
    own = [word for word in WORD.findall(fold(text)) if word not in _OPEN | _LEANING | _ASIDE]
    if asked is None or not all(word[:_STEM] in known for word in own):
        return False
    return asked.is_in(answer, fold(before))


def carried(before: str, text: str) -> Form | None:
    """Return the kind of fact that a follow-up asks for because the question ``before`` did: "och för en region?"."""
    asked = form(before) if form(text) is None else None
    return asked if asked is not None and asked.name in KINDS else None


def form(text: str) -> Form | None:
    """Return the kind of fact that a short question asks for; None if we can't tell."""
    asked = fold(text)
    return next((kind for kind in _FORMS if kind.asked.search(asked)), None)
