"""Charts: the same numbers as a chart and as a table, with words for people who see neither."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from typing import Any, get_args

import pytest
from microsoft_teams.cards import CardElement, ChartColor

from bot import charts
from bot.cards import card, escape
from bot.charts import COLOURS, Series
from bot.local import render
from tests.support import renderer
from tests.support.renderer import Renderer, rendering

LABELS = ("Skyfall", "*Upphandling*", "{{DATE(2027-02-01T00:00:00Z)}}")
CAME, LATE = Series("Kom", (31, 1240.5, 0)), Series("För sent", (2, None, 3))
NUMBERS = [("31", "2"), ("1\N{NO-BREAK SPACE}240,5", "–"), ("0", "3")]
SUMMARY = "Flest kom till *Upphandling*."


def made() -> dict[str, CardElement]:
    """Each kind of chart once."""
    about = "Deltagare", "personer", LABELS
    return {
        "Chart.VerticalBar": charts.columns(*about, [CAME], summary=SUMMARY),
        "Chart.VerticalBar.Grouped": charts.columns(*about, [CAME, LATE], summary=SUMMARY),
        "Chart.HorizontalBar": charts.bars(*about, CAME, summary=SUMMARY),
        "Chart.Line": charts.lines(*about, [CAME, LATE], summary=SUMMARY),
        "Chart.Donut": charts.shares(*about, CAME, summary=SUMMARY),
    }


def table_of(chart: Any) -> list[list[str]]:
    """The cells of a chart's table, row by row, as they are written."""
    return [[cell["items"][0]["text"] for cell in row["cells"]] for row in chart["fallback"]["rows"]]


@pytest.mark.parametrize("kind", list(made()))
def test_a_chart_has_words_above_it_and_its_numbers_in_a_table_of_version_1_5(kind: str) -> None:
    (framed,) = card(made()[kind], summary="Deltagare")["body"]
    *_, chart = framed["items"]

    assert (chart["type"], chart["fallback"]["type"], chart["fallback"]["firstRowAsHeaders"]) == (kind, "Table", True)
    assert "fallback" not in framed, "the words above the chart are shown by every client"
    assert render.render(framed).parts[:3] != ()
    two = len(table_of(chart)[0]) == 3
    assert table_of(chart)[0][1:] == (["Kom", "För sent"] if two else ["Kom"])
    assert [tuple(row[1:]) for row in table_of(chart)[1:]] == [row if two else row[:1] for row in NUMBERS]


@pytest.mark.parametrize("kind", list(made()))
def test_a_terminal_shows_the_table(kind: str) -> None:
    lines = [str(part) for part in render.render(card(made()[kind], summary="Deltagare")).parts]
    text = "\n".join(lines).replace(render.BOLD, "").replace(render.PLAIN, "")

    assert text.startswith("Deltagare\nAntal personer\nFlest kom till *Upphandling*.\n")
    assert "Skyfall · 31" in text
    assert "*Upphandling* · 1\N{NO-BREAK SPACE}240,5" in text


def test_a_number_that_is_not_known_is_no_zero() -> None:
    (framed,) = card(made()["Chart.Line"], summary="Deltagare")["body"]
    drawn = framed["items"][-1]["data"]

    assert [[point["y"] for point in each["values"]] for each in drawn] == [[31, 1240.5, 0], [2, 3]]
    assert [each["legend"] for each in drawn] == ["Kom", "För sent"]


def test_lines_may_have_short_marks_while_the_table_keeps_the_labels() -> None:
    drawn = charts.lines("Deltagare", "personer", LABELS, [CAME], summary=SUMMARY, ticks="SUA", across="ämne")
    chart = card(drawn, summary="Deltagare")["body"][0]["items"][-1]

    assert [point["x"] for point in chart["data"][0]["values"]] == ["S", "U", "A"]
    assert chart["xAxisTitle"] == "ämne"
    rows = chart["fallback"]["rows"][1:]
    assert [row["cells"][0]["items"][0]["text"] for row in rows] == [escape(name) for name in LABELS]


@pytest.mark.parametrize(
    ("values", "top"),
    [((0, 0), 4), ((1, 0), 4), ((3, 2), 4), ((5, None), 8), ((120, 7), 120), ((121, 7), 124), ((1.5, 2), None)],
)
@pytest.mark.parametrize("make", [charts.columns, charts.lines])
def test_the_axis_of_counts_has_whole_numbers(make: Any, values: Any, top: int | None) -> None:
    for series in ([Series("Kom", values)], [Series("Kom", values), Series("Anmälda", values)]):
        (framed,) = card(make("Deltagare", "personer", ("A", "B"), series, summary=SUMMARY), summary="Deltagare")[
            "body"
        ]
        assert (framed["items"][-1]["yMin"], framed["items"][-1].get("yMax")) == (0, top)


def test_teams_knows_the_colours_and_each_series_has_another() -> None:
    assert set(COLOURS) <= set(get_args(ChartColor))
    assert len(set(COLOURS)) == len(COLOURS) >= max(charts.MOST_SERIES, charts.MOST_SHARES)


@pytest.mark.parametrize(
    ("labels", "series", "summary"),
    [
        ((), [Series("Kom", ())], SUMMARY),
        (LABELS, [], SUMMARY),
        (LABELS, [Series("Kom", (1, 2))], SUMMARY),
        (LABELS, [CAME, CAME, CAME, CAME], SUMMARY),
        (tuple(map(str, range(25))), [Series("Kom", tuple(range(25)))], SUMMARY),
        (LABELS, [CAME], "  "),
    ],
)
def test_a_chart_that_nobody_could_read_is_refused(labels: Any, series: Any, summary: str) -> None:
    for make in (charts.columns, charts.lines):
        with pytest.raises(ValueError, match=r"chart|number"):
            make("Deltagare", "personer", labels, series, summary=summary)


def test_a_ring_has_few_parts() -> None:
    names = tuple(map(str, range(7)))
    with pytest.raises(ValueError, match="at most 6"):
        charts.shares("Svar", "svar", names, Series("", tuple(range(7))), summary=SUMMARY)


@pytest.fixture
async def browser() -> AsyncIterator[Renderer]:
    if reason := renderer.missing():
        (pytest.fail if os.environ.get("BROWSER_TEST") == "required" else pytest.skip)(reason)
    async with rendering() as page:
        yield page


async def test_a_client_without_charts_shows_the_table(browser: Renderer) -> None:
    for kind, chart in made().items():
        lines, _ = await browser.show(card(chart, summary="Deltagare"))

        assert lines[:3] == ["Deltagare", "Antal personer", SUMMARY], kind
        cells = [line for line in lines[3:] if line.strip()]
        two = kind in ("Chart.VerticalBar.Grouped", "Chart.Line")
        rows = [(name, *numbers[: 1 + two]) for name, numbers in zip(LABELS, NUMBERS, strict=True)]
        assert [cell.replace("\u200b", "") for cell in cells] == [
            *(["Kom", "För sent"] if two else ["Kom"]),
            *(cell for row in rows for cell in row),
        ], kind
