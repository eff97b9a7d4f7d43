"""Charts in cards, each with a table of the same numbers for clients that show no charts.

Teams' charts are newer than Adaptive Cards 1.5, so a chart never carries the meaning alone: its title, unit and summary
stand as text above it, and its ``fallback`` is a table of version 1.5. Colours are Teams' own names, which change with
the light, dark and high-contrast themes; each series also has its name, and each bar its number. ::

    came = Series("Kom", (31, 40))
    charts.columns("Deltagare", "personer", ("Skyfall", "Upphandling"), [came], summary="Flest kom till Upphandling.")
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from microsoft_teams.cards import (
    BarChartDataValue,
    CardElement,
    ChartColor,
    ColumnDefinition,
    Container,
    DonutChart,
    DonutChartData,
    GroupedVerticalBarChart,
    GroupedVerticalBarChartData,
    HorizontalBarChart,
    HorizontalBarChartDataValue,
    LineChart,
    LineChartData,
    LineChartValue,
    Table,
    TableCell,
    TableRow,
    TextBlock,
    VerticalBarChart,
    VerticalBarChartDataValue,
)

from bot.cards import escape, label, plain, small

MOST_POINTS = 24
"""The most labels of a chart: the table must also be readable on a phone, and a card holds at most 28 kB."""
MOST_SERIES = 3
"""The most series of a chart: with the labels, a table has room for so many columns at 300 pixels."""
MOST_SHARES = 6
"""The most parts of a ring: more are not told apart."""
STEPS = 4
"""Into how many steps Microsoft's client divides an upright axis (Fluent's charts, ``yAxisTickCount``)."""
COLOURS: tuple[ChartColor, ...] = (
    "categoricalBlue",
    "categoricalMarigold",
    "categoricalTeal",
    "categoricalPurple",
    "categoricalRed",
    "categoricalGreen",
)
"""Colours of Teams' categorical set. Neighbours also differ in lightness, for people who do not tell hues apart."""


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers with a Swedish name: one for each of the chart's labels, or None where there is no number."""

    name: str
    values: Sequence[float | None]


def columns(title: str, unit: str, labels: Sequence[str], series: Sequence[Series], *, summary: str) -> CardElement:
    """Return standing columns, for a few labels in an order, such as days. Several series stand side by side.

    ``summary`` says what the chart shows, in one or two sentences: it is what people read who do not see it.
    Raise :class:`ValueError` for a chart that can't be read, or whose numbers do not match its labels.
    """
    table = _table(labels, series, unit)
    if len(series) == 1:
        points = [
            VerticalBarChartDataValue(x=label_, y=value)
            for label_, value in zip(labels, series[0].values, strict=True)
            if value is not None
        ]
        single = VerticalBarChart(
            title=title,
            y_axis_title=unit,
            data=points,
            color=COLOURS[0],
            show_bar_values=True,
            y_min=0,
            y_max=_top(series),
            fallback=table,
        )
        return _framed(title, unit, summary, single)
    grouped = GroupedVerticalBarChart(
        title=title,
        y_axis_title=unit,
        data=_groups(labels, series),
        show_bar_values=True,
        show_legend=True,
        y_min=0,
        y_max=_top(series),
        fallback=table,
    )
    return _framed(title, unit, summary, grouped)


def bars(title: str, unit: str, labels: Sequence[str], series: Series, *, summary: str) -> CardElement:
    """Return lying bars, for labels that are long, such as names of groups. Otherwise as :func:`columns`."""
    table = _table(labels, [series], unit)
    points = [
        HorizontalBarChartDataValue(x=label_, y=value)
        for label_, value in zip(labels, series.values, strict=True)
        if value is not None
    ]
    chart = HorizontalBarChart(
        title=title, x_axis_title=unit, data=points, color=COLOURS[0], display_mode="AbsoluteNoAxis", fallback=table
    )
    return _framed(title, unit, summary, chart)


def lines(
    title: str,
    unit: str,
    labels: Sequence[str],
    series: Sequence[Series],
    *,
    summary: str,
    ticks: Sequence[str] = (),
    across: str = "",
) -> CardElement:
    """Return a line for each series, for a development over many labels. Otherwise as :func:`columns`.

    ``ticks`` stand under the lines instead of the labels: a phone has room for one letter under each of twelve points.
    ``across`` says what they are. The table keeps the labels.
    """
    table = _table(labels, series, unit)
    drawn = [
        LineChartData(
            legend=each.name,
            color=COLOURS[at],
            values=[
                LineChartValue(x=tick, y=value)
                for tick, value in zip(ticks or labels, each.values, strict=True)
                if value is not None
            ],
        )
        for at, each in enumerate(series)
    ]
    chart = LineChart(
        title=title,
        x_axis_title=across or None,
        y_axis_title=unit,
        data=drawn,
        show_legend=len(series) > 1,
        y_min=0,
        y_max=_top(series),
        fallback=table,
    )
    return _framed(title, unit, summary, chart)


def shares(title: str, unit: str, labels: Sequence[str], series: Series, *, summary: str) -> CardElement:
    """Return a ring of at most :data:`MOST_SHARES` parts of a whole. Otherwise as :func:`columns`."""
    if len(labels) > MOST_SHARES:
        raise ValueError(f"a ring has at most {MOST_SHARES} parts, and {title!r} has {len(labels)}")
    table = _table(labels, [series], unit)
    parts = [
        DonutChartData(legend=label_, value=value, color=COLOURS[at])
        for at, (label_, value) in enumerate(zip(labels, series.values, strict=True))
        if value is not None
    ]
    chart = DonutChart(title=title, data=parts, show_legend=True, fallback=table)
    return _framed(title, unit, summary, chart)


def number(value: float | None) -> str:
    """Return ``1 234,5`` with a hard space before each three digits, or a dash for no number."""
    if value is None:
        return "–"
    text = f"{value:,.1f}" if value % 1 else f"{value:,.0f}"
    return text.replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def _groups(labels: Sequence[str], series: Sequence[Series]) -> list[GroupedVerticalBarChartData]:
    """Return the columns of each series."""
    return [
        GroupedVerticalBarChartData(
            legend=each.name,
            color=COLOURS[at],
            values=[
                BarChartDataValue(x=label_, y=value)
                for label_, value in zip(labels, each.values, strict=True)
                if value is not None
            ],
        )
        for at, each in enumerate(series)
    ]


def _top(series: Sequence[Series]) -> float | None:
    """Return where the upright axis ends, so that no step of counts is a fraction; None where the client may choose.

    Clients may ignore it: the Agents Playground's lines follow it, its columns do not.
    """
    values = [value for each in series for value in each.values if value is not None]
    if any(value % 1 for value in values):
        return None
    return max(1, ceil(max(values, default=0) / STEPS)) * STEPS


def _framed(title: str, unit: str, summary: str, chart: CardElement) -> CardElement:
    """Return the chart under its title, unit and summary, which every client shows as text."""
    if not summary.strip():
        raise ValueError(f"the chart {title!r} has no summary, so people who do not see it learn nothing")
    return Container(items=[label(title), small(f"Antal {unit}"), plain(summary), chart], spacing="Medium")


def _table(labels: Sequence[str], series: Sequence[Series], unit: str) -> Table:
    """Return the same numbers as a table of Adaptive Cards 1.5, whose first row is its headings."""
    if not 1 <= len(labels) <= MOST_POINTS or not 1 <= len(series) <= MOST_SERIES:
        raise ValueError(f"a chart has 1 to {MOST_POINTS} labels and 1 to {MOST_SERIES} series")
    if any(len(each.values) != len(labels) for each in series):
        raise ValueError(f"each series has a number for each label: {labels!r}")
    headings = ["\N{NO-BREAK SPACE}", *(escape(each.name or unit) for each in series)]
    rows = [_row(headings, bold=True)]
    for at, name in enumerate(labels):
        rows.append(_row([escape(name), *(number(each.values[at]) for each in series)]))
    widths = [ColumnDefinition(width=2 if len(series) > 1 else 1), *(ColumnDefinition(width=1) for _ in series)]
    for column in widths[1:]:
        column.horizontal_cell_content_alignment = "Right"
    return Table(columns=widths, rows=rows, first_row_as_headers=True, show_grid_lines=True)


def _row(cells: Sequence[str], *, bold: bool = False) -> TableRow:
    weight: Literal["Bolder"] | None = "Bolder" if bold else None
    return TableRow(cells=[TableCell(items=[TextBlock(text=cell, wrap=True, weight=weight)]) for cell in cells])
