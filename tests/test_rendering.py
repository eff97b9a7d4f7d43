"""Cards as Microsoft's own renderer shows them: data letter by letter, line breaks as lines."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from microsoft_teams.cards import CardElement

from bot.cards import card, caution, escape, heading, label, markdown, plain, small, web_link
from tests.support import renderer
from tests.support.renderer import Renderer, rendering

pytestmark = pytest.mark.asyncio(loop_scope="module")

ODD = (
    "3. Energi",
    "12) Vatten",
    "1986. Året",
    "- Mat",
    "+ Mat",
    "* Mat",
    "---",
    "- - -",
    "===",
    "***",
    "___",
    "~~~",
    "```",
    "# Rubrik",
    "> citat",
    "    Fyra mellanslag",
    "&lt;b&gt; &amp; &#65;",
    "Fråga & svar",
    "{{DATE(2027-02-01T00:00:00Z,SHORT)}}",
    "{{DATE(2027-02-01T00:00:00Z)}} {{TIME(2027-02-01T08:00:00Z)}}",
    "{{{TIME(2027-02-01T08:00:00+01:00)}}}",
    "**fet** _kursiv_ `kod` ~~struken~~",
    "[klicka](https://spion.example) ![bild](https://spion.example/x.png)",
    "<b>fet</b><script>alert(1)</script><at>Alla</at>",
    "<https://spion.example>",
    "| a | b |",
    "\\*",
    "[ref]: https://spion.example",
    "3\\. Energi",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Renderer]:
    """One browser for all tests: it takes a second of CPU to start."""
    if reason := renderer.missing():
        (pytest.fail if os.environ.get("BROWSER_TEST") == "required" else pytest.skip)(reason)
    async with rendering() as page:
        yield page


async def test_data_is_shown_letter_by_letter_wherever_it_stands(browser: Renderer) -> None:
    for data in ODD:
        places: list[tuple[CardElement, str]] = [(part(data), data) for part in (heading, label, caution, plain)]
        places += [(markdown(escape(data)), data), (small(escape(data)), data)]
        places += [(markdown(f"Texten {escape(data)} fortsätter"), f"Texten {' '.join(data.split())} fortsätter")]
        for element, expected in places:
            lines, elements = await browser.show(card(element, summary="x"))
            assert (seen(lines), elements) == ([expected.strip()], []), element
        lines, elements = await browser.show(card(markdown(f"- {escape(data)}\n- {escape(data)}"), summary="x"))
        assert (seen(lines), elements) == ([data.strip()] * 2, ["li", "li"]), data
        lines, _ = await browser.show(card(markdown(web_link(data, "https://a.se")), summary="x"))
        assert seen(lines) == [data.strip()]


@pytest.mark.parametrize(
    ("text", "shown", "elements"),
    [
        (
            "Steg ett: ring.\nSteg två: skriv.\n• Ta med hjälm",
            ["Steg ett: ring.", "Steg två: skriv.", "• Ta med hjälm"],
            [],
        ),
        ("Ett.\r\nTvå.\r\n\r\nTre.", ["Ett.", "Två.", "Tre."], []),
        ("Ta med:\n- hjälm\n- skor\nVälkommen!", ["Ta med:", "hjälm", "skor", "Välkommen!"], ["li", "li"]),
        ("Så här:\n2. ring\n3. skriv\nKlart.", ["Så här:", "ring", "skriv", "Klart."], ["li", "li"]),
        ("Ett.\n    Indraget.\n\tMed tabb.", ["Ett.", "Indraget.", "Med tabb."], []),
        ("Ett.\n**Två.**\nTre.", ["Ett.", "Två.", "Tre."], ["strong"]),
        ("Rubrik\n---\nText", ["Rubrik", "Text"], ["hr"]),
    ],
)
async def test_the_line_breaks_of_a_text_are_shown(
    browser: Renderer, text: str, shown: list[str], elements: list[str]
) -> None:
    for part in (markdown, small):
        assert await browser.show(card(part(text), summary="x")) == (shown, elements)


async def test_what_a_member_writes_keeps_its_lines(browser: Renderer) -> None:
    text = "Hej!\n- Ett\n3. {{TIME(2027-02-01T08:00:00Z)}}\n\n> Två"
    lines, elements = await browser.show(card(plain(text), summary="x"))
    assert (lines, elements) == ([line for line in text.split("\n") if line], [])


def seen(lines: list[str]) -> list[str]:
    """Return lines without the sign that no one sees, which keeps a card's functions from running."""
    return [line.replace("\u200b", "") for line in lines]
