"""Which theme group a question belongs to."""

from __future__ import annotations

import tomllib

import pytest

from bot.search.themes import ThemeVote, key_words, likeness, suggest
from storage import content
from tests.bench.routing import cases, measure, questions, together
from tests.support.paths import FAQ_DATA

GROUPS = {group["theme"]: group["words"] for group in tomllib.loads(content._read("groups.toml"))["group"]}
MEMBERS_ASK = [
    ("har någon lyckats få räddningstjänsten att betala för pfassaneringen", "vatten"),
    ("Hur skriver ni om dricksvattenskydd i översiktsplanen?", "vatten"),
    ("va e våtmarksstöd å vem söker, kommunen eller markägarn?", "vatten"),
    ("Skolmat: hur gör ni för att hålla ekoandelen när budgeten kapas?", "livsmedel"),
    ("nån som mätt matsvinn i äldreomsorgen å vill visa siffror", "livsmedel"),
    ("Hur bekämpar ni parkslide utan glyfosat?", "biologisk mångfald"),
    ("Ängsskötsel istället för gräsmatta, hur bemötte ni klagomålen", "biologisk mångfald"),
    ("klimatbudget... ni som har infört, va det värt det?", "klimat"),
    ("laddinfra för kommunens egna bilar: äger ni stolparna eller leasar", "transport och energi"),
    ("Hur fick ni ner flygresorna?", "transport och energi"),
    ("återbruk av möbler internt, vilket system kör ni?", "cirkulärt"),
    ("Agenda 2030 i budgetprocessen, hur kopplar ni mål till nämnderna?", "styrning och ledning"),
    ("miljöledningsystem – iso eller eget?", "styrning och ledning"),
]


@pytest.mark.parametrize(("question", "theme"), MEMBERS_ASK)
def test_a_members_question_finds_its_group(question: str, theme: str) -> None:
    first = suggest(question, GROUPS)[0]

    assert first.theme == theme
    assert first.reason.startswith("Din fråga handlar om ”")


def test_nothing_to_go_by_is_said() -> None:
    found = suggest("Hur gör ni?", GROUPS)

    assert [one.theme for one in found] == list(GROUPS)
    assert {(one.share, one.reason) for one in found} == {(0.0, "")}


def test_entries_earlier_questions_and_key_words_vote_together() -> None:
    groups = {"vatten": ["pfas"], "klimat": ["klimat"], "livsmedel": []}
    entries = [
        ThemeVote("klimat", 0.3),
        ThemeVote("klimat", 0.1),
        ThemeVote("vatten", 0.2),
        ThemeVote("medlemskap", 0.4),
    ]
    earlier = [ThemeVote("livsmedel", 0.9)]

    def themes(question: str, *votes: list[ThemeVote]) -> list[str]:
        return [one.theme for one in suggest(question, groups, *votes)]

    assert themes("?", entries, earlier) == ["klimat", "vatten", "livsmedel"]
    assert themes("pfas?", entries, earlier) == ["vatten", "klimat", "livsmedel"]
    assert suggest("?", groups, entries)[0].reason == "Det liknar svar i kunskapsbanken på samma tema."
    elsewhere = [
        ThemeVote("klimat", 0.05),
        ThemeVote("medlemskap", 0.95),
    ]  # the bank speaks of something without a group
    assert themes("pfas?", elsewhere) == ["vatten", "klimat", "livsmedel"]
    assert themes("?", elsewhere, earlier) == ["livsmedel", "klimat", "vatten"]
    assert suggest("?", groups, elsewhere)[0].reason == ""
    assert suggest("?", groups, (), earlier)[0].reason == "Gruppen har fått liknande frågor."


def test_short_key_words_stand_alone() -> None:
    words = ["va", "iso", "pfas"]

    assert key_words("Varför isolera PFAS-förorenat?", words) == ["pfas"]
    assert key_words("ISO eller VA?", words) == ["va", "iso"]


def test_likeness_is_of_words_whatever_their_endings() -> None:
    assert likeness("Hur renar ni pfas i brunnen?", "hur renade man pfas i brunnar") >= 0.5
    assert likeness("Hur renar ni pfas i brunnen?", "Klimatbudget, hur började ni?") == 0.0
    assert likeness("", "hur?") == 0.0


@pytest.mark.skipif(
    not (FAQ_DATA / "evaluate.py").exists(), reason="no questions in FAQ_DATA or ../shared/data/retrieval"
)
def test_real_questions_find_their_theme_by_all_three_voices() -> None:
    first, two = measure(list(cases(questions(FAQ_DATA), left_out=False)), together)

    assert first >= 0.82
    assert two >= 0.90
