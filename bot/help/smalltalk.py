"""Short human answers to messages that ask nothing: greetings, thanks, an emoji, a picture, an empty message."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from bot.wording import feedback
from bot.wording.feedback import Feedback

HELLO = "Hej! Vad undrar du över? Skriv din fråga som vanligt, eller **hjälp** för att se vad jag kan."
THANKS = "Varsågod! Hör av dig när du undrar över något mer."
GOODBYE = "Hej då! Jag finns här när du behöver mig."
OKAY = "Bra! Hör av dig när du undrar över något mer."
WHO = (
    "Jag är SEKOM-boten, ett datorprogram. Jag svarar med det som står i nätverkets kunskapsbank och "
    "säger till när jag inte vet. Skriv **hjälp** för att se vad jag kan."
)
UNCLEAR = (
    "Jag är inte säker på vad du menar. Skriv din fråga med några ord, till exempel: *Vad krävs för att vara medlem?*"
)
EMPTY = "Det kom inget meddelande. Skriv din fråga, eller **hjälp** för att se vad jag kan."
PICTURE = (
    "Jag kan bara läsa text, inte bilder och filer. Beskriv med ord vad du undrar över, så letar jag efter svaret."
)

ELSEWHERE = (
    "Nej, det vet jag inte. Jag kan bara svara på frågor om nätverket, medlemskapet och de gröna nyckeltalen, och "
    "skicka frågor till kollegor och kansliet."
)

_SAID = {
    HELLO: (
        "hej, hejsan, hallå, halloj, tja, tjena, tjenare, tjabba, tjo, morrn, morsning, hej hej, hejhej, hej på "
        "dig, hej där, mår du bra, allt bra, är allt bra, allt väl, hej alla, "
        "hej bot, hej du, god morgon, godmorgon, god dag, goddag, god kväll, god middag, "
        "hello, hi, hey, hur mår du, hej hur mår du, hur är läget, hej hur är läget, läget, "
        "jag har en fråga, jag har en fundering, kan jag fråga en sak, får jag fråga en sak, får jag "
        "fråga något, kan du hjälpa mig, kan du hjälpa till, jag behöver hjälp, help me, can you help me"
    ),
    THANKS: (
        "tack, tack tack, tackar, tackar tackar, tack så mycket, tack så jättemycket, tusen tack, stort tack, tack "
        "för hjälpen, tack för svaret, tack för svar, tack för det, tack ska du ha, tackar för hjälpen, tackar för "
        "svar, tackar så mycket, ok tack, okej tack, toppen tack, perfekt tack, super tack, jättebra tack, bra "
        "tack, ja tack, nej tack, thanks, thank you, thx, tnx, tack det var bra, tack det räcker, tack snälla, tack på "
        "förhand, tack och hej"
    ),
    GOODBYE: (
        "hej då, hejdå, adjö, vi hörs, vi ses, ha det, ha det bra, ha det gött, trevlig helg, trevlig kväll, god "
        "natt, bye, hörs, ses"
    ),
    OKAY: (
        "ok, okej, okey, oki, k, japp, japp japp, jaha, aha, jo, ja, ja visst, jag förstår, förstår, bra, vad bra, "
        "toppen, super, perfekt, fint, kanon, grymt, utmärkt, snyggt, härligt, najs, nice, great, nej, nä, nej då, "
        "inget, det var allt, det var bra, haha, hehe, mm, hmm, lol"
    ),
    WHO: (
        "vem är du, vad är du, är du en bot, är du en människa, är du ett ai, är du en ai, vad heter du, är du "
        "chatgpt, är du mänsklig, vem pratar jag med, är du en robot, är du robot, är du en ai bot, vad är du för "
        "något, vad kan du, vad kan du göra, vad gör du, vad kan jag fråga, vad kan jag fråga dig om, vad kan jag "
        "fråga om, vad kan du hjälpa mig med, vad kan du hjälpa till med, hur funkar du, hur fungerar du"
    ),
    UNCLEAR: ("va, vad, hur, när, var, vem, varför, vilka, vilken, huh, test, testar, testing"),
}
_ANSWERS = {phrase.strip(): answer for answer, phrases in _SAID.items() for phrase in phrases.split(",")}
_WARM = frozenset("👍👌🙏❤🧡💚💙💛💜🥰😊🙂😀😃😄😁👏🎉💪✅😍🤗🌱🌿♥")
_ELSEWHERE = re.compile(
    r"(?:vad|hur|va) (?:är|e|blir|ser|va) (?:det )?(?:för )?(?:väder|vädret|klockan|temperaturen|lunchen)(?: ut)?\b.*"
    r"|(?:hur varmt|hur kallt) (?:är|blir) det.*|(?:kommer|ska) det (?:att )?(?:regna|snöa)\b.*"
    r"|(?:blir|är) det (?:sol|regn)\b.*"
    r"|vilken (?:dag|tid) är det(?: (?:i dag|idag|nu))?|vad är det för (?:dag|datum)(?: (?:i dag|idag))?"
    r"|(?:vem|vilka) vann .{3,40}|(?:berätta|kan du|dra) .{0,20}(?:skämt|vits|saga)|sjung .{0,20}|vad äter du.*"
    r"|(?:vad|va) (?:tycker|tror|anser|tänker|känner) du (?:om|kring)\b.*"
    r"|(?:vem|vad|vilket parti) ska (?:jag|man|vi) rösta på.*"
    r"|(?:gillar|hatar|älskar) du\b.*"
)
"""What people ask a bot to try it: the weather, the time, a joke. Nothing that somebody here would know."""
_THANKING = re.compile(
    r"(?:\w+ ){0,2}tack\w*(?: \w+){0,2} för (?:\w+ )?(?:hjälp|hjälpen|svar|svaret|det|info|infon|tips|tipset)"
)
_PRAISING_THANKS = re.compile(
    r"(?:(?:\w*bra|toppen|kanon\w*|super\w*|perfekt|okej|ok|fint|härligt|snyggt|schysst|underbart|stort|tusen|åh?|aha|jaha"
    r"|då|så|jo|ja|men|mycket|najs) ){1,4}tack(?:ar)?(?: (?:så mycket|snälla|du|ska du ha|för mig))?"
)
"""Praise that ends in thanks: "kanonbra tackar"."""
_ASKING = frozenset("vad va hur när var vart vem vilka vilken vilket varför kan ska får måste finns".split())
_TRIMMINGS = frozenset({"du", "så", "då", "där", "alla", "igen", "bot", "botten", "ekobot", "egentligen"})


def is_greeting(text: str) -> bool:
    """Return whether the text only says hello."""
    return _ANSWERS.get(_plain(text)) == HELLO


def answer(text: str, attachments: Sequence[str] = ()) -> str | None:
    """Return the short answer to small talk, or None if the text should be searched.

    ``attachments`` are content types. If a picture comes with a written question, the words are searched.
    """
    plain = _plain(text)
    if plain:
        said = _ANSWERS.get(plain) or _ANSWERS.get(_bare(plain)) or (THANKS if _only_thanks(text) else None)
        said = said or (THANKS if _THANKING.fullmatch(plain) or _PRAISING_THANKS.fullmatch(plain) else None)
        return said or (ELSEWHERE if _ELSEWHERE.fullmatch(plain) else None)
    if attachments:
        return PICTURE
    if not text.strip():
        return EMPTY
    return OKAY if any(sign in _WARM for sign in text) else UNCLEAR


def _only_thanks(text: str) -> bool:
    """Return whether a longer message thanks and asks nothing: "Tack! Det löste sig, Hudiksvall hade en mall".

    "Tack, det löste sig" only thanks too, where it is not heard as something said of an answer.
    """
    felt = feedback.about(text)
    if felt is not None:
        return felt is Feedback.SOLVED
    first, *rest = re.split(r"[.!,]", text.strip(), maxsplit=1)
    if not rest or _ANSWERS.get(_plain(first)) != THANKS:
        return False
    return not ("?" in text or set(_plain(text).split()) & _ASKING)


def _plain(text: str) -> str:
    """Return lower-case words without punctuation and emoji. "heeej" becomes "hej", as people hold a key down."""
    words = " ".join(re.findall(r"\w+", unicodedata.normalize("NFC", text).casefold()))
    return re.sub(r"(\w)\1{2,}", r"\1", words)


def _bare(plain: str) -> str:
    """Return the text without words that add no meaning: "ok då" becomes "ok"."""
    return " ".join(word for word in plain.split() if word not in _TRIMMINGS)
