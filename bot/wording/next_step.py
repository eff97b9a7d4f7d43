"""Decides where a question that the bank can't answer belongs: to colleagues, or to the kansli. Pure.

The words decide. A practice that is asked about ("hur gör ni", "har någon …") is for colleagues, even if it mentions an
invoice. An errand ("jag glömde lösenordet", "ring mig") is for the kansli: nobody else can do it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from bot.wording.utterance import WORD, fold


class NextStep(StrEnum):
    """Where a question belongs."""

    PEERS = "peers"
    KANSLI = "kansli"
    ENGLISH = "english"
    """It is written in English, which we don't understand."""


@dataclass(frozen=True, slots=True)
class Likely:
    """The likeliest next step for a question."""

    step: NextStep
    clear: bool = False
    """Whether the words say so themselves. Then guesses from the bank only stand in the way."""
    bare: bool = False
    """Whether there is nothing to send yet: "jag vill prata med en människa"."""


_SOMEBODY = r"(?:någon|nån|nåt|något|några|nåra)"
_OTHERS = rf"(?:ni|andra|dom|{_SOMEBODY})"
_ASKS_PEERS = re.compile(
    rf"""
      \b(?:har|vet|känner|finns|är) \ (?:det \ )? {_SOMEBODY} \b (?! \ (?:fråg|tid|datum|svarat|på \ kansli))
    | \b{_SOMEBODY} \ (?:annan|annanstans|som|här|kommun|kollega|ute)\b
    | ^(?:hej\w*[ ,!]+)? {_SOMEBODY} \ (?!fråg|tid)
    | \bhur \ (?!når|bildades|finansieras|fungerar|funkar|kontaktar)\w+ \ (?:ni|andra)\b (?! \ (?:som|er\b))
    | \bhur \ (?:har|brukar|skulle|kan) \ {_OTHERS}\b
    | \bvad \ (?:tycker|tänker|anser|säger|brukar|gjorde|använder) \ {_OTHERS}\b
    | \bvad \ gör \ (?:andra | ni \ (?:åt|med|mot|när|om|för \ att))\b
    | \bvilk(?:a|en|et) \ (?:\w+ \ )? (?:använder|har|valde|köpte|kör) \ (?:ni|andra)\b
    | \bvilka \ kommuner \ (?:har|använder|jobbar|arbetar|gör|kan|ställer)\b
    | \bvem \ (?:har|kan|vet|jobbar|arbetar) \b
    | \b(?:erfarenhet(?:er)?|goda \ exempel|tips|lärdomar|dela \ med \ (?:er|sig))\b
    | \b(?:att|vill|kan) \ dela\b
    | \bvi \ (?:\w+ \ ){{0,4}}? (?:håller \ (?:på|o)|funderar|planerar|tar \ fram|utreder|kämpar)\b
    | \bvi \ ska \ (?:börja|bygga|införa|ta \ fram|upphandla|starta|byta|skriva)\b
    | \b(?:i|hos) \ (?:er|andra) \ kommun(?:er)?\b
    """,
    re.VERBOSE,
)
_HELP_US = re.compile(
    r"\b(?:kan ni (?:hjälpa|stötta)|hjälp\w*) (?:oss|mig) (?:med|att)\b"
    r"|\bbehöver hjälp (?:med|att)\b|\bhur får (?:man|ni|vi) (?:med sig|\w+ att)\b"
    r"|\b(?:äger|tar|kör|ställer|använder|betalar|låter|kräver|mäter|har) ni\b"
    r"|\bargument (?:för|emot|mot)\b|\bmall(?:ar)? (?:för|till)\b"
)
"""For colleagues, if it is about no matter of the kansli's."""
_ERRAND = re.compile(
    r"""
      \b(?: lösenord\w* | faktur\w* | logotyp\w* | logga\b(?!\ (?:in|ut)) | loggan | stadga\w* | inlogg\w* | logga\ in
          | kontonumm\w* | bankgiro\w* | plusgiro\w* | organisationsnumm\w* | org\.?\ ?n(?:umme)?r | kvitto\w*
          | protokoll\w* | påminnelseavgift\w* | fakturaadress\w* | referensnumm\w* | fakturer(?:a|at|ade|ats) )\b
    | \bring(?:a|er)?\ (?:mig|oss|upp)\b
    | \b(?:kontakta|mejla|maila|svara|nå)\ (?:mig|oss)\b | \bhör(?:a)?\ av\ er\b
    | \bjag\ vill\ (?:bli\ (?:uppringd|kontaktad)|klaga|anmäla|avsluta|säga\ upp)\b
    | \bjag\ vill\ (?:lämna|boka|beställa|ha\ (?:en\ )?kopia)\b
    | \b(?:kan|skulle|kunde)\ (?:ni|du|någon|nån|kansliet)\ (?:kunna\ |snälla\ )?
      (?:skicka|sända|ringa|mejla|maila|ta\ bort|lägga\ (?:in|till|upp)|ändra|uppdatera|boka|bjuda|fixa|rätta)\b
    | \bskicka\ (?:mig|oss|över|en|ett)\b | \bskicka\b.*\btill\ (?:mig|oss)\b
    | \bta\ bort\ (?:mig|oss)\b.*\b(?:från|ur)\b
    | \b\w*(?:länk|sida|formulär|inbjud)\w*\ (?:\S+\ ){0,4}(?:funkar|fungerar|öppnas|går)\ (?:ej|inte)\b
    | \b(?:funkar|fungerar|öppnas)\ (?:ej|inte)\ (?:\S+\ ){0,3}?(?:länk|sida|formulär|inbjud)\w*
    | \b(?:mitt|min|mina|vårt|vår|våra)\ (?:efter)?(?:namn|mejl|mail|e-?post|adress|titel|telefon|mobil|nummer)\w*
      \ (?:(?:är|e|blev|står)\ (?:\w+\ )?(?:fel|ny|gam|inaktuell)|stämmer\ (?:inte|ej))
    | \bhar\ (?:bytt|ändrat|fått\ nya?t?t?)\ (?:efter)?(?:namn|mejl|mail|e-?post|adress|titel|telefon|mobil|nummer)\w*
    | ^nya?t?t?\ (?:efter)?(?:namn|mejl|mail|e-?post|fakturaadress|adress|titel|telefon|mobil|nummer)\w*
      \ (?:från|fr|är|fom|gäller)\b
    | \bjag\ (?:\w+\ )?(?:går|är|vara|blir)\ (?:på\ )?(?:föräldra|tjänst|sjuk|barn)(?:led|skriv)\w*
    | \b(?:ersätter|vikarierar\ för|tar\ över\ (?:efter|från))\ mig\b
    | \b(?:kommer|kom)\ inte\ in\b | \bglömt?(?:de)?\ (?:mitt|min|bort)\b
    | \bsäger?\ (?:\w+\ )?upp\ (?:sig|oss|medlem\w*)\b | \binte\ (?:va|vara)\ (?:med|kvar)\ längre\b
    | \b(?:säga\ upp|gå\ ur|lämna\ nätverket|avanmäl\w*|avbokning|avboka)\b
    | \b(?:blir?\ (?:\w+\ )?av\ med|går?\ (?:\w+\ )?ur|slutar?\ (?:\w+\ )?(?:som|vara))\ (?:medlem|nätverket|sekom)\w*
    """,
    re.VERBOSE,
)
_HUMAN = re.compile(
    r"\b(?:prata|tala|snacka|chatta|få kontakt|komma i kontakt|kopplas?) (?:\w+ )?(?:med|till) "
    r"(?:en |nån |någon )?(?:riktig |annan )?(?:människa|person|nån|någon|handläggare|kansliet|kansli|er|dig)\b"
    r"(?! (?:i|från|hos) )"
    r"|\briktig människa\b|\bring(?:a|er)?(?: upp)? (?:mig|oss)\b"
)
_OURS = re.compile(
    r"(?:årsmöte|\bavgiften\b|(?:medlems|års)avgift|\b(?:ni|er) (?:har för )?avgift|medlem|\bkansli|\bstyrelse|\bordf"
    r"|\bkosta\w* (?:det|de|oss|er)\b|\bgå(?:r)? (?:med|ur)\b|webbinari|webinar|nyhetsbrev|enkät|kontaktperson"
    r"|konferens|kemikaliekonf|hotell|kontaktpolitik|påminn|\btjata|\bgdpr|personuppgift|dataskydd|\blagras?\b"
    r"|\brapporter(?:a|ar|at|ade|ing|ingen)\b|rapporteringsv|\buppskov|\bräknas\b|\b\d{1,2}[ab]\b"
    r"|\b(?:års|årets) siffror\b|\bsiffrorna\b"
    r"|anmäler|nyckeltal|\bsekom|ekokommun|akademi|inspelning|anmälan|anmäla (?:mig|oss|sig)"
    r"|verksamhetsplan|nätverke|tjänstepersonsforum|\bboten\b|teams)"
)
"""Matters of the network itself, which the kansli knows best."""
_I_WANT = re.compile(r"^(?:hej\w*[ ,!]+)?(?:jag|vi) (?:vill|skulle vilja|behöver|har problem|saknar|hittar inte)\b")
_ENGLISH = frozenset(
    (
        "the what how when where who why which can could does do is are am we you my our your with of english write "
        "please hello help speak and to member need want have about this there contact anyone someone join use it for "
        "not understand swedish don't know much"
    ).split()
)
_SPEAKS = re.compile(r"\b(?:kan|pratar|talar|snackar|förstår) (?:du|ni|boten) (?:\w+ )?engelska\b")
"""Asks whether we understand English."""
_SWEDISH = frozenset(
    "och att är vi ni jag inte som på till för med av vad hur när var det den en ett har kan ska".split()
)


def likely(text: str, *, themed: bool = False) -> Likely:
    """Return the likeliest next step. ``themed`` says that the words point to a theme group."""
    if is_english(text) or _SPEAKS.search(fold(text)):
        return Likely(NextStep.ENGLISH, clear=True)
    asked = " ".join(fold(text).split())
    if not asked:
        return Likely(NextStep.KANSLI)
    ours, human = bool(_OURS.search(asked)), bool(_HUMAN.search(asked))
    if _ASKS_PEERS.search(asked) and not human:
        return Likely(NextStep.PEERS, clear=not ours)
    if human or _ERRAND.search(asked):
        return Likely(NextStep.KANSLI, clear=True, bare=human)
    if not ours and _HELP_US.search(asked):
        return Likely(NextStep.PEERS, clear=True)
    return Likely(NextStep.KANSLI if ours or (not themed and _I_WANT.search(asked)) else NextStep.PEERS)


def is_english(text: str) -> bool:
    """Return whether a message is in English: most of its words are, and no common word is Swedish."""
    words = WORD.findall(fold(text))
    english = sum(word in _ENGLISH for word in words)
    if _SWEDISH & set(words) or not english:
        return False
    return 2 * english >= len(words) and (english > 1 or "english" in words)
