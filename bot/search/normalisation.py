"""Turns written and spoken Swedish into the same plain lower-case words.

Used for the bank and for questions alike. The table holds spellings of the same word, not synonyms. Synonyms belong in
the bank as alternative phrasings: a hand-written thesaurus gave almost nothing (reference/retrieval.md).
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
_UNSEEN = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])  # soft hyphens and joiners of pasted text
_WATER = re.compile(r"\bVA\b")  # in capitals it is vatten och avlopp, else the spoken "var", "vad" or "vara"

_SENTENCE = re.compile(r"[^.?!\n]*[^.?!\s][^.?!\n]*[.?!]*")
_ASKS = 3  # fewest words of a sentence that is a question by itself

_FORMS = {
    # spoken forms (reference/domain.md §5.1)
    "e": "är",
    "å": "och",
    "dom": "de",
    "nån": "någon",
    "nåt": "något",
    "nåra": "några",
    "nånting": "någonting",
    "nånstans": "någonstans",
    "sån": "sådan",
    "sånt": "sådant",
    "såna": "sådana",
    "oxå": "också",
    "ska": "skall",
    "sen": "sedan",
    "mej": "mig",
    "dej": "dig",
    "sej": "sig",
    "me": "med",
    # courtesies carry no content
    "hej": "",
    "hejsan": "",
    "hallå": "",
    "tjena": "",
    "tack": "",
    "snälla": "",
    "mvh": "",
    # written short forms
    "iaf": "",
    "asap": "",
    "ngn": "någon",
    "ngt": "något",
    "mkt": "mycket",
    "pga": "på grund av",
    "tex": "till exempel",
    "bla": "bland annat",
    "resp": "respektive",
    "ang": "angående",
    "inkl": "inklusive",
    "pers": "personer",
    "inv": "invånare",
    "pr": "per",
    "konf": "konferens",
    "mail": "mejl",
    "maila": "mejla",
    "epost": "mejl",
    # the association's abbreviations
    "kf": "kommunfullmäktige",
    "ks": "kommunstyrelsen",
    "ksau": "kommunstyrelsens arbetsutskott",
    "öp": "översiktsplan",
    "gn": "gröna nyckeltal",
    "vp": "verksamhetsplan",
    "rvu": "resvaneundersökning",
    "a2030": "agenda 2030",
    "sdg": "globala mål",
    # one word, many spellings
    "webinar": "webbinarium",
    "webinars": "webbinarier",
    "webinarium": "webbinarium",
    "webinarier": "webbinarier",
    "webbinar": "webbinarium",
    "webinariet": "webbinariet",
    "benchmark": "jämförelse",
    "benchmarka": "jämföra",
    "benchmarking": "jämförelse",
}
_PLAIN = {form: tuple(plain.split()) for form, plain in _FORMS.items()}


def words(text: str) -> list[str]:
    """Return the words of ``text`` in order, in lower case and plain spelling, without punctuation."""
    text = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
    if "VA" in text and not text.isupper():
        text = _WATER.sub("vatten och avlopp", text)
    plain: list[str] = []
    for word in _WORD.findall(text.lower()):
        plain.extend(_PLAIN.get(word, (word,)))
    return _va(plain)


def askings(text: str) -> list[str]:
    """Return the texts to search for a message: the whole message, then each question in it."""
    asked = [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.endswith("?")]
    asked = [sentence for sentence in asked if len(_WORD.findall(sentence)) >= _ASKS]
    return [text, *(sentence for sentence in asked if sentence != text.strip())]


def _va(spoken: list[str]) -> list[str]:
    """Replace the spoken "va" by "vad" where it asks ("va är", "va" at the start), otherwise by the verb "vara"."""
    for at, word in enumerate(spoken):
        if word == "va":
            follows = spoken[at + 1] if at + 1 < len(spoken) else ""
            asks = at == 0 or follows in {"är", "gör", "gäller", "kostar", "heter", "betyder", "innebär"}
            spoken[at] = "vad" if asks else "vara"
    return spoken
