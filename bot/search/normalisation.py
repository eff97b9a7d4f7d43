"""Written and spoken Swedish made one: text in, plain lower-case words out.

Applied to the bank and to questions alike. The table holds spellings of the same word, not synonyms: those belong in
the bank as alternative phrasings (a hand-written thesaurus gave next to nothing, reference/retrieval.md).
"""

from __future__ import annotations

import re
import unicodedata

_WORD = re.compile(r"\w+")
_UNSEEN = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF])  # soft hyphens and joiners of pasted text
_WATER = re.compile(r"\bVA\b")  # in capitals it is vatten och avlopp, else the spoken "var", "vad" or "vara"

_SENTENCE = re.compile(r"[^.?!\n]*[^.?!\s][^.?!\n]*[.?!]*")
_ASKS = 3  # words of a sentence that asks something by itself

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
    # courtesies say nothing of what is asked
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
    """Lower-case words of ``text`` in order, without punctuation, in their plain spelling."""
    text = unicodedata.normalize("NFKC", text).translate(_UNSEEN)
    if "VA" in text and not text.isupper():
        text = _WATER.sub("vatten och avlopp", text)
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        found.extend(_PLAIN.get(word, (word,)))
    return _va(found)


def askings(text: str) -> list[str]:
    """Return what a message may ask: all of it, and then each of its questions if there is more in it than that."""
    asked = [sentence.strip() for sentence in _SENTENCE.findall(text) if sentence.endswith("?")]
    asked = [sentence for sentence in asked if len(_WORD.findall(sentence)) >= _ASKS]
    return [text, *(sentence for sentence in asked if sentence != text.strip())]


def _va(found: list[str]) -> list[str]:
    """Read the spoken "va": "va är" and "va det" ask what, otherwise it is the verb."""
    for at, word in enumerate(found):
        if word == "va":
            follows = found[at + 1] if at + 1 < len(found) else ""
            asks = at == 0 or follows in {"är", "gör", "gäller", "kostar", "heter", "betyder", "innebär"}
            found[at] = "vad" if asks else "vara"
    return found
