"""The sentences that the register answers, as patterns: a line for each way to say it, with words from a vocabulary.

``{who}`` stands for an entry of the vocabulary. A line must fit the whole sentence.
"""

from __future__ import annotations

import re

_VOCABULARY = {
    "place": r"(?P<about>[^?!,;:]+?)",
    "rest": r"[^?!,;:]+?",
    "is": r"(?:är|e|ä)",
    "at": r"(?:i|för|från|hos|på|till|åt)",
    "one": r"(?:jag|vi|man)",
    "some": r"(?:någon|nån|några|en)",
    "still": r"(?:(?:fortfarande|redan|också|oxå|nu|verkligen|kvar|kvar som|ännu) )*",
    "network": r"(?:sekom|sveriges ekokommuner|ekokommunerna|nätverket|föreningen|ert nätverk|vårt nätverk)",
    "net": r"(?: (?:(?:i|av|till|hos|på) )?{network})?",
    "where": r"(?: i {place})?",
    "seat": (
        r"(?P<seat>kontaktperson(?:en|er|erna)?|kontaktpolitiker(?:n|na)?|(?:kontakt)?tjänsteperson(?:en|er|erna)?|"
        r"ersättare(?:n|ns)?(?: för kontaktpolitikern)?|rapportör(?:en|er|erna)?|"
        r"kontaktis(?:en|ar)?|kontakt(?:en|er|erna)?)"
    ),
    "members": r"(?:medlem(?:mar|marna)?|medlemskommun(?:er|erna)?|ekokommun(?:er|erna)?)",
    "kin": r"(?:kommun(?:er|erna)?|regioner|{members})",
    "member": r"(?:en )?(?:medlemmar|medlemskommun|medlem|ekokommun|med)",
    "have": r"(?:har (?:ni|vi|du|{network})|finns(?: det)?|{is} det)",
    "anybody": r"(?:någon|nån|några|nåra|en kollega|kollegor|nån kommun|någon kommun)(?: av er)?",
    "here": r"(?: här| i nätverket| av er)?",
    "who": (
        r"(?:vem|vilka(?: kommuner| kollegor)?|vilken(?: kommun| kollega)|"
        r"(?:finns det|{is} det|känner du|känner ni|vet du|vet ni) {anybody}{here}(?: som)?){here}"
    ),
    "much": r"(?:(?:något|nåt|mycket|mkt|mer|mest) )?",
    "can": (
        r"(?:kan hjälpa (?:(?:mig|mej|oss|till|en) )*(?:med|i|kring)|(?:kan|vet) {much}om|har (?:(?:bra|god) )?koll på|"
        r"{is} (?:bra|duktiga?|kunniga?|vassa?|experter|expert|haj|hajar) (?:på|inom|i)|"
        r"har (?:(?:någon|nån|lång|egen) )?(?:erfarenhet(?:er)? av|kunskaper om|kunskap om)|"
        r"(?:har )?(?:jobbat|arbetat) med|(?:jobbar|arbetar) med|"
        r"har (?:gjort|tagit fram|skrivit)(?: (?:en|ett|nån|någon|nåt|något))?)"
    ),
    "meet": r"(?:kontakta|prata med|höra av (?:mig|oss) till|ringa|mejla|skriva till)",
    "ask": r"(?:fråga|prata med|vända (?:mig|oss|sig) till|kontakta|bolla med)",
    "address": r"(?:kontaktuppgifter(?:na)?|(?:mejl|mail)(?:en|adress(?:en)?)?|telefonnummer)",
    "left": (
        r"(?:(?:har )?(?:(?:nu|nyligen|precis|just) )?(?:slutat|sagt upp mig|gått i pension|bytt jobb)|"
        r"slutar|ska sluta|kommer att sluta|går i pension|byter jobb)"
    ),
    "later": r"(?: (?:på|i|hos|från|vid|den|nu|idag|snart|nästa|efter) {rest}| nu| idag| snart)?",
    "new": r"(?:nya? |nyvalda? |utsedda? )?",
}

LEFT_SEAT = """
jag {left} som {seat}(?: {at} {rest})?
jag (?:{is} inte|ska inte) (?:längre )?(?:kvar som )?(?:vara )?{seat}(?: längre)?(?: {at} {rest})?(?: längre)?
"""
LEFT_JOB = """
jag {left}{later}
jag (?:jobbar|arbetar) inte (?:kvar längre|kvar|längre)(?: {at} {rest})?
jag (?:jobbar|arbetar) inte {at} {rest} längre
"""
NEW_SEAT = """
jag {is} (?:nu |numera )?(?:den |er )?{new}{seat}(?: {at} {place})?
jag (?:har blivit|blir|ska bli|ska vara|har utsetts till|{is} utsedd till) {new}{seat}(?: {at} {place})?
jag {is} {place}s {new}{seat}
"""
CONTACT = """
(?:vem|vilka|vad heter|vem {is} det som)(?: som)? ?{is}? ?(?:er |våran? )?{seat} {at} {place}
(?:vem|vilka|vilken) har (?:ni|vi|du) som {seat} {at} {place}
(?:vem|vilka|vilken) {seat} {have} {at} {place}
vilka {seat} har {place}
(?:alla )?{seat} {at} {place}
{seat} {place}
(?:vem {is}|vilka {is}|vad heter) {place} {seat}
{place}s {seat}
(?:vem|vilka) (?:sitter|står|är satt|{is} anmäld) (?:som|för) {seat} {at} {place}
har {place} {some} {seat}
finns det {some} {seat} {at} {place}
(?:vem|vilka) (?:ska|kan|bör) {one} {meet} {at} {place}
(?:vem|vilka) kontaktar {one} {at} {place}
hur (?:når|kontaktar) {one} {seat} {at} {place}
{address} {at} {seat} {at} {place}
"""
COUNT = """
hur många (?:{is}|har blivit) (?:vi|ni|{member})(?: totalt| sammanlagt| just)?{net}{where}
hur många {kin} (?:{is}|har blivit) {member}{net}{where}
hur många {kin} i {place} {is} {member}{net}
hur många i {place} {is} {member}{net}
hur många (?:kommuner|{members}) har (?:ni|vi|{network}){where}
hur många (?:kommuner|{members}) {is} det (?:som {is} )?(?:{member}|totalt){net}{where}
hur många {members}(?: {have})?{net}{where}
(?:totalt )?antal(?:et)? {members}{net}{where}
"""
MEMBERS = """
vilka(?: {kin})?(?: alla)? (?:{is}|har blivit) {member}(?:mer|mar|er)?{net}{where}
(?:vilka|vilken)(?: {kin})? i {place} {is} {member}(?:er|mar)?{net}
vilka {place} {kin} {is} {member}(?:er|mar)?{net}
vilka {members} {have}{net}{where}
vilka kommuner {is} ekokommuner{where}
(?:en )?(?:visa )?(?:lista )?(?:på |över )?(?:alla )?(?:medlemskommuner|ekokommuner|medlemmarna){net}{where}
(?:en )?(?:visa|lista|visa lista)(?: på| över)?(?: alla)? {members}{net}{where}
medlemslistan?
{members} i {place}
"""
MEMBER = """
(?:om )?{is} {place} {still}{member}{net}
(?:om )?{place} {is} {still}{member}{net}
finns {place} med(?: {at} {network})?(?: på (?:listan|medlemslistan))?
(?:har|gick) {place} (?:gått |blivit )?(?:med|medlem){net}
(?:tillhör|hör) {place} (?:till )?{network}
(?:när|hur länge|sedan när|sen när) (?:blev|har|{is}|gick) {place} (?:varit )?{member}{net}
{place} (?:medlem|ekokommun)
"""
HELP = """
{who} {can} {place}
(?:vem|vilka) (?:kan|ska|bör) {one} {ask} (?:om|kring|angående|när det gäller) {place}
"""
COUNT_AFTER = """
(?:och |men )?hur många(?: {is} (?:det|de|dom|vi|ni))?(?: där)?
"""
MEMBERS_AFTER = """
(?:och |men )?vilka(?: {is} (?:det|de|dom))?(?: där)?
"""
CONTACT_AFTER = """
(?:och |men )?vem(?: {is} (?:det|deras kontaktperson|kontaktperson))?(?: där)?
"""
MEMBER_AFTER = """
(?:och |men )?{is} (?:de|dom|den|kommunen) {member}{net}
"""
PLACE_AFTER = """
(?:och|å|men) (?:{at} )?{place}
(?:{at} )?{place} då
"""


def compiled(lines: str) -> list[re.Pattern[str]]:
    """Return a pattern for each line."""
    return [re.compile(_spelt_out(line), re.IGNORECASE) for line in lines.strip().splitlines()]


def _spelt_out(line: str) -> str:
    """Put the vocabulary's entries in the place of their names, also inside entries."""
    while (whole := re.sub(r"\{([a-z]+)\}", lambda match: _VOCABULARY[match[1]], line)) != line:
        line = whole
    return line
