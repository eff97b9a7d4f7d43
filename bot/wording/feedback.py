"""Recognises what people say about an answer: it is wrong, it answered something else, it solved the matter. Pure."""

from __future__ import annotations

import re
from enum import StrEnum

from bot.wording.utterance import WORD, fold


class Feedback(StrEnum):
    """What somebody says about an answer that they got."""

    WRONG = "wrong"
    """The answer is not true."""
    MISSED = "missed"
    """The answer is about something else than the question."""
    SOLVED = "solved"
    """The matter is solved."""


MOST = 25
"""Most words of a message that is about an answer. A longer one tells something else too."""
MOST_SCOLDED = 9
"""Most words of a message that only scolds."""
MOST_BARE = 6
"""Most words that say that it is solved without a thank. A longer message tells how: it may be somebody's answer."""
_ASKING = re.compile(
    r"^(?:hej\w*[ ,!]+)?(?:vad|va|hur|när|var|vart|vem|vilk\w+|varför|kan|får|måste|ska|har|är|finns|stämmer|hjälpte)\b"
)
_THANKS = re.compile(r"^(?:tusen |stort |ok |okej |ja |jo |toppen |super |perfekt )*tack\w*\b")
_IT = r"(?:det|detta|de|svaret|ditt svar|uppgiften|siffran|datumet|länken|informationen|allt)"
_WRONG = re.compile(
    rf"\bstäm(?:mer|de) (?:\w+ )?(?:inte|ej)\b"
    rf"|\b{_IT} (?:\S+ ){{0,6}}?(?:är|var|blev) (?:\w+ )?"
    r"(?:fel|felaktigt?|inte rätt|inte sant|inaktuellt?|föråldra[dt]|gammalt)\b"
    r"|^(?:nej |men |nej men )?(?:det är |det var )?(?:helt |ju )?fel(?: svar)?$"
    rf"|^{_IT} (?:är|e|var) (?:\w+ )?(?:gamm(?:al|la|alt)|för (?:hög|låg)|inaktuella?|föråldrad)\w*$"
    r"|\bgäller (?:inte|ej) längre\b|\b(?:du|ni) har fel\b|\bfel(?:aktigt)? svar\b"
    r"|\b(?:gamla|fel|felaktiga|inaktuella) (?:uppgifter|siffror)$"
)
_MISSED = re.compile(
    r"\b(?:inte|inget|inga|ej) (?:\w+ )?svar(?:et)? (?:på|till)\b|\bsvara(?:r|de)? (?:\w+ )?(?:inte|ej) på\b"
    r"|\binte (?:det|vad|de|så) (?:som )?jag (?:frågade|undrade|menade|ville|letade|sökte)\b"
    r"|\bhjälp(?:te|er) (?:mig |oss )?(?:inte|ej)\b|\bingen hjälp\b"
    r"|\b(?:du|ni) (?:förstår|fattar|missförst\w+|missuppf\w+) (?:inte|mig|frågan)\b"
    r"|\b(?:du|ni) har (?:missförst|missuppf)\w+\b"
    r"|\bsvara(?:r|de)? (?:\w+ )?(?:på )?(?:något|nåt|nånting|någonting|en) (?:helt )?ann(?:at|an)\b"
    r"|\bannat än (?:det|vad) jag\b|\bmenade (?:något|nåt) annat\b|^(?:nej )?jag (?:förstår|fattar) inte(?: svaret)?$"
    r"|\bfel fråga\b|\binte (?:alls )?(?:till )?(?:någon |nån )?hjälp\b"
)
_SCOLDS = re.compile(
    r"\b(?:du|boten|bot|ni|det|detta|de|svaret|den) (?:här |där )?(?:är|e|ä|var|va|blev|suger)\b"
    r"(?: (?!inte|ej)\w+){0,3}? (?:värdelös|kass|dålig|usel|dum|skit|skräp|trög|idiot|korkad|oanvändbar|meningslös)\w*$"
    r"|^(?:fan|jävla|satan|helvete|skit|usch)?(?: \w+){0,2} ?(?:dålig|värdelös|kass|dum|usel|korkad|trög)\w*"
    r"(?: (?:du|det|den|boten|bot))?(?: (?:är|e|va|var))?$"
    r"|^(?:\w+ )?(?:uselt|dåligt|kasst|värdelöst) svar$|^(?:\w+ )?(?:du|boten|det här|den här boten) suger\b.{0,20}$"
    r"|\b(?:du|boten|det här) (?:fattar|kan|duger|suger|vet) (?:ju )?(?:ingenting|inget|noll|inte till nåt|fett)?$"
)
"""Scolds the bot or its answer, and says nothing else: "fan vad dålig du är"."""
_SOLVED = re.compile(
    r"\b(?:löste|löst|ordnade|redde ut|ordnat) sig\b|\bdet (?:löste|löser) (?:det|frågan|allt|problemet|saken)\b"
    r"|\b(?:är|blev) löst\b|^löst$|\bnu (?:funkar|fungerar|löste|förstår|fattar|vet)\b|\bdå vet jag$"
    r"|\bdet (?:hjälpte|funkade|fungerade)\b"
    r"|\b(?:frågan|problemet) (?:är )?löst\b|\bdå är det löst\b|\b(?:precis|just) (?:det|vad) jag behövde\b"
)
_NOT = re.compile(r"\b(?:inte|ej|aldrig)\b")


def about(text: str) -> Feedback | None:
    """Return what the message says about an answer; None if it says something else, or asks."""
    said = " ".join(WORD.findall(fold(text)))
    words = said.split()
    if not words or len(words) > MOST or "?" in text or _ASKING.search(said):
        return None
    if _MISSED.search(said) or (len(words) <= MOST_SCOLDED and _SCOLDS.search(said)):
        return Feedback.MISSED
    if _WRONG.search(said):
        return Feedback.WRONG
    thanked = bool(_THANKS.search(said))
    if _SOLVED.search(said) and not _NOT.search(said) and (thanked or len(words) <= MOST_BARE):
        return Feedback.SOLVED
    return None


def subject(text: str) -> str:
    """Return the words that say what a complaint is about: "8a" in "det stämmer inte det du skrev om 8a"; or empty."""
    found = re.search(r"\b(?:om|för|gällande|angående|kring)\s+(.+)$", " ".join(text.split()), re.IGNORECASE)
    return found[1].strip(" .!") if found else ""
