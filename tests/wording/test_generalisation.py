"""What points out a person or a place is taken out of a text, and questions are grouped by likeness."""

from __future__ import annotations

import pytest

from bot.search import likeness
from bot.wording import generalisation
from storage import content

PLACES = generalisation.Places.of(content.municipalities())


@pytest.mark.parametrize(
    ("text", "left", "removed"),
    [
        ("Hej! Hur renar ni pfas i Lunds kommun? Mvh Anna Ek, Lund", "Hur renar ni pfas i kommunen?", 2),
        ("Kalle Svensson undrar om Västra Götaland har en plan", "… undrar om regionen har en plan", 2),
        ("Har Växjö en plan 2025-2030 av Svenskt Vatten?", "Har kommunen en plan 2025-2030 av Svenskt Vatten?", 1),
        ("Ring 070-123 45 67 eller maja@lund.se, pnr 19121212-1212", "Ring … eller …, pnr …", 3),
        ("Vara eller inte vara i Vara kommun?", "Vara eller inte vara i kommunen?", 1),
        ("Gäller Göteborgs Stads och Falu kommuns mål i Örebro län?", "Gäller kommunens och kommunens mål i länet?", 3),
        ("Sotenäs undrar: per invånare?", "Kommunen undrar: per invånare?", 1),
        ("Hej Maja, går det?\n\nHälsningar\nAnna", "går det?", 2),
        ("Läs https://x.se/Kalle-12345678, sade Åsa-Maria Lind.", "Läs https://x.se/Kalle-12345678, sade …", 1),
        ("Min chef Torborg och Bo frågar bo om annas mål", "Min chef … och … frågar bo om annas mål", 2),
        ("Fick Bo Svensson bidrag, och Bo?", "Fick … bidrag, och …?", 2),
        ("Per invånare, hur mycket? Tack på förhand!", "Per invånare, hur mycket?", 0),
        ("Är Agenda 2030, Sveriges Ekokommuner, Power BI?", "Är Agenda 2030, Sveriges Ekokommuner, Power BI?", 0),
        ("hej", "…", 0),
        ("", "…", 0),
    ],
)  # fmt: skip
def test_a_text_is_made_general_and_says_what_was_taken(text: str, left: str, removed: int) -> None:
    general = generalisation.general(text, PLACES, ["Bo Ek (Gäst)"])

    assert general.text == left
    assert len(general.removed) == removed


def test_places_may_be_kept_and_members_count_whole() -> None:
    text = "Fråga Sanning Sund i Lund, inte Sund"

    assert (
        generalisation.general(text, PLACES, (), ["Sanning Sund"], keep_places=True).text == "Fråga … i Lund, inte Sund"
    )
    assert "Sanning Sund" in generalisation.candidates(text)


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("hur gör ni", "Hur gör ni?"),
        ("Vi vill veta.", "Vi vill veta."),
        ("ord " * 100 + "slut. Hur gör ni då? Tack.", "Hur gör ni då?"),
        ("ordet " * 100, "Ordet " + "ordet " * 47 + "ordet…"),
    ],
)
def test_a_text_becomes_one_question(text: str, question: str) -> None:
    assert generalisation.as_question(text, 300) == question


def test_questions_are_grouped_by_likeness() -> None:
    texts = ["hur sorterar ni textil", "finns det bastu", "Sorterar ni textilier?", "hur", "textilsortering hur", "hur"]

    assert likeness.groups(texts) == [[0, 2, 4], [1], [3, 5]]
    assert likeness.groups([]) == []
