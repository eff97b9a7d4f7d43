"""Only what clearly leans on the question before is joined with it."""

from __future__ import annotations

import pytest

from bot.wording import follow_ups


@pytest.mark.parametrize(
    "text",
    [
        "och när?",
        "när då",
        "hur ofta?",
        "vad kostar det",
        "va kostar de å va med",
        "hur gör vi då?",
        "var är det?",
        "när är nästa?",
        "gäller det regioner också",
        "är det gratis?",
        "men vilken nämnd gäller det?",
        "och för regioner?",
        "vem bestämmer det",
    ],
)
def test_it_leans(text: str) -> None:
    assert follow_ups.leans_on(text)


@pytest.mark.parametrize(
    "text",
    [
        "hur många e vi",
        "hur många är vi?",
        "vad är det för väder",
        "hur är det med elpriset",
        "är Uppsala medlem?",
        "hur gör man",
        "vem är du",
        "vad gör ni?",
        "finns det bidrag?",
        "vilka är vi",
        "kan jag fråga dig",
        "",
    ],
)
def test_it_is_a_question_of_its_own(text: str) -> None:
    assert not follow_ups.leans_on(text)
