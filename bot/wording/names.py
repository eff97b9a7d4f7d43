"""Names of people: the words that tell them from organisations, and the first name of a display name."""

from __future__ import annotations

import re

FIRST_NAMES = frozenset(
    (
        "Agneta Albin Alexander Alice Alva Amanda Anders Andreas Anette Ann Anna Annika Anton Arne Axel Barbro "
        "Bengt Berit Bertil Birgitta Björn Bo Britt Camilla Carina Carl Caroline Cecilia Charlotte Christer "
        "Christina Claes Daniel David Ebba Elin Elisabeth Ella Elsa Emelie Emil Emma Erik Eva Filip Fredrik Frida "
        "Gabriel Gun Gunilla Gunnar Gustav Göran Hanna Hans Helena Henrik Håkan Ida Inger Ingrid Isabelle Jakob "
        "Jan Jenny Jesper Jessica Joakim Johan Johanna John Jonas Jonathan Josefin Julia Kalle Karin Karl Katarina "
        "Kenneth Kent Kerstin Kjell Klara Kristina Lars Leif Lena Lennart Linda Linnea Lisa Lotta Louise Lovisa "
        "Lucas Magnus Maja Malin Marcus Margareta Maria Marianne Marie Martin Mats Matilda Mattias Michael Mikael "
        "Mohamed Monica Moa Niklas Nils Olle Olof Oscar Oskar Patrik Per Peter Petra Pia Pontus Rasmus Rebecka "
        "Richard Robert Robin Roger Roland Rolf Sara Sebastian Sofia Sofie Sonja Stefan Stig Susanne Sven Therese "
        "Thomas Tobias Tommy Tomas Tove Ulf Ulla Ulrika Urban Viktor Viktoria Yvonne Åke Åsa Örjan"
    ).split()
)
"""Common Swedish first names."""
WORDS_TOO = frozenset("Bo Hans Kent Klara Moa Per Robin Stig Tove Urban".split())
"""First names that are also ordinary words, which may begin a sentence."""
NO_PERSON = frozenset(
    (
        "Agenda Allmänna Arbetsmiljöverket Boverket EU Energimyndigheten Europeiska Excel FN Föreningen Globala "
        "Google Gröna Havs Jordbruksverket Kommunal Kommunala Länsstyrelsen Livsmedelsverket Microsoft Miljö "
        "Miljömålen Naturvårdsverket Nordiska Norra Office Power Region Regionen SEKOM SKR Skogsstyrelsen Sveriges "
        "Svensk Svenska Svenskt Södra Teams Trafikverket Vatten Världsnaturfonden Västra Östra"
    ).split()
)
"""First words of capitalised names that are not people: authorities, organisations, products."""

TITLES = frozenset(
    "adj bitr civ civilekonom civilingenjör dipl docent dr doktor ekon em fd fil fru fröken herr hr ing lic lektor "
    "mag med miss mr mrs ms phd prof professor rektor sir tekn".split()
)
"""What may stand before a name, without its full stops."""
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|[|/].*")
"""What directories add to a name: "(Ale kommun)", "| Miljö"."""
_FIRST_NAME = re.compile(r"[^\W\d_]{2,}(?:['’-][^\W\d_]+)*")


def first_name(name: str) -> str:
    """Return the first name of a display name, as a greeting has it; empty where nobody can tell.

    Directories also write "Nordin, Hassan", "Dr Karin Ek" and mail addresses.
    """
    if "@" in name:
        return ""
    before, _, after = _ASIDE.sub(" ", name).partition(",")
    last_name_first = after.strip() and not _begins_with_first_name(before)
    words = _words(after) or _words(before) if last_name_first else _words(before)
    return words[0] if words and _FIRST_NAME.fullmatch(words[0]) else ""


def _words(text: str) -> list[str]:
    """Return the words of a name from the first one on that is no title."""
    words = text.split()
    while words and words[0].replace(".", "").casefold() in TITLES:
        del words[0]
    return words


def _begins_with_first_name(text: str) -> bool:
    """Return whether a known first name is followed by more: then what comes after a comma is no name."""
    words = _words(text)
    return len(words) > 1 and words[0].partition("-")[0].capitalize() in FIRST_NAMES
