"""Cards with the bank's figures: the year in short with its charts, the themes, and the answers that are read most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from microsoft_teams.cards import Action, CardElement

from bot import charts
from bot.bankfigures import months as year
from bot.cards import button, buttons, card, heading, label, plain, row, small
from bot.charts import Series
from bot.message import Json
from bot.swedish import MONTHS, count
from storage.faq import EntryState
from storage.faq_figures import EntryUse, QuestionTally

MOST_THEMES = 12
"""Themes in the chart; a phone shows no more bars."""
NO_THEME = "Utan tema"
EMPTY_BANK = "Kunskapsbanken är tom än så länge. Skriv **nytt svar** för att lägga till det första svaret."
NOT_ASKED = "Ingen har frågat något de senaste tolv månaderna, så här finns inget att visa än."
_STATES = {EntryState.DRAFT: " (utkast)", EntryState.ARCHIVED: " (arkiverat)"}


def overview(
    months: Sequence[date], tallies: Sequence[QuestionTally], entries: Mapping[str, int], kept_days: int
) -> Json:
    """Return the twelve months in short. ``entries`` are the bank's numbers by state.

    ``kept_days`` is how long the wordings of questions are kept.
    """
    total = together(tallies)
    published, drafts = entries.get(EntryState.PUBLISHED, 0), entries.get(EntryState.DRAFT, 0)
    bank = f"Banken har {count(published, 'publicerat', 'publicerade')} svar och {count(drafts, 'utkast', 'utkast')}."
    body: list[CardElement] = [heading("Läget i kunskapsbanken")]
    if not sum(entries.values()):
        body.append(plain(EMPTY_BANK.replace("**", "")))
    if total.asked:
        body += [plain(f"De senaste tolv månaderna: {outcome(total)}"), plain(votes(total)), plain(bank)]
        body += [chart(months, tallies), unanswered(months, tallies)]
    else:
        body += [plain(NOT_ASKED), *([plain(bank)] if sum(entries.values()) else [])]
    return card(
        *body,
        small(
            "Siffrorna pekar inte ut någon och finns kvar. Det medlemmarna skrev tar jag bort efter "
            f"{count(kept_days, 'dag', 'dagar')}, så kunskapsluckorna går inte längre tillbaka än så. "
            "Rösten från någon som tas bort försvinner, så Hjälpte kan minska i efterhand."
        ),
        *_ways(asked=bool(total.asked)),
        summary=f"Läget i kunskapsbanken: {outcome(total)}" if total.asked else "Läget i kunskapsbanken",
    )


def chart(months: Sequence[date], tallies: Sequence[QuestionTally]) -> CardElement:
    """Return how many questions were asked and answered in each month, and how many answers helped."""
    series = [
        Series("Ställda", [tally.asked for tally in tallies]),
        Series("Fick svar", [tally.answered for tally in tallies]),
        Series("Hjälpte", [tally.liked for tally in tallies]),
    ]
    summary = f"{_month(months[-1])} hittills: {outcome(tallies[-1])}"
    return _per_month("Frågor och svar per månad", months, series, summary)


def unanswered(months: Sequence[date], tallies: Sequence[QuestionTally]) -> CardElement:
    """Return how many questions got no sure answer in each month."""
    series = [
        Series("Osäkra", [tally.unsure for tally in tallies]),
        Series("Vet inte", [tally.unknown for tally in tallies]),
    ]
    worst = max(range(len(tallies)), key=lambda at: tallies[at].asked - tallies[at].answered)
    without = tallies[worst].asked - tallies[worst].answered
    most = f" Flest var det i {_month(months[worst]).lower()}: {without}." if without else ""
    summary = f"Osäkra är de som fick ”Menade du …?” utan att någon valde.{most}"
    return _per_month("Frågor utan säkert svar per månad", months, series, summary)


def by_month(months: Sequence[date], tallies: Sequence[QuestionTally]) -> Json:
    """Return the charts' numbers in words, the newest month first."""
    body: list[CardElement] = [heading("Siffror per månad")]
    for month, tally in reversed(list(zip(months, tallies, strict=True))):
        voted = f" {votes(tally)}" if tally.liked + tally.disliked else ""
        body += [label(_month(month)), plain(f"{outcome(tally).capitalize()}{voted}")]
    return card(*body, buttons(_back()), summary=f"Siffror per månad. {_month(months[-1])}: {outcome(tallies[-1])}")


def themes(shown: Sequence[tuple[str, QuestionTally]]) -> Json:
    """Return how many questions were about each theme, and how they went."""
    body: list[CardElement] = [heading("Frågor per tema")]
    if not shown:
        return card(*body, plain(NOT_ASKED), buttons(_back()), summary="Frågor per tema")
    first, rest = shown[:MOST_THEMES], shown[MOST_THEMES:]
    names = [_theme(name) for name, _ in first]
    summary = f"Flest frågor handlade om {names[0].lower()}: {first[0][1].asked}."
    asked = Series("Frågor", [tally.asked for _, tally in first])
    body += [
        small("De senaste tolv månaderna. Temat är det närmaste svarets, så för frågor utan svar är det en gissning."),
        charts.bars("Ställda frågor", "frågor", names, asked, summary=summary),
    ]
    for name, tally in first:
        body += [label(_theme(name)), plain(outcome(tally))]
    if rest:
        body.append(small(f"Övriga {count(len(rest), 'tema', 'teman')}: {outcome(together([it for _, it in rest]))}"))
    return card(*body, buttons(_back()), summary=f"Frågor per tema. {summary}")


def most_read(shown: Sequence[EntryUse]) -> Json:
    """Return the answers that were read most, each with its votes and a way to change it."""
    body: list[CardElement] = [heading("Mest lästa svar")]
    body.append(
        plain("De senaste tolv månaderna. Tryck på ett svar för att läsa eller ändra det." if shown else NOT_ASKED)
    )
    for number, use in enumerate(shown, 1):
        state = _STATES.get(EntryState(use.state), "")
        body.append(row(f"{number}. {use.question}{state}", "faq.edit", entry=use.entry_id))
        voted = f" Hjälpte {use.liked}, hjälpte inte {use.disliked}." if use.liked or use.disliked else ""
        body.append(small(f"Läst {count(use.times, 'gång', 'gånger')}.{voted}"))
    return card(*body, buttons(_back()), summary=f"Mest lästa svar ({len(shown)})")


def outcome(tally: QuestionTally) -> str:
    """Return how questions went, in a sentence."""
    if not tally.asked:
        return "inga frågor."
    share = f" ({round(100 * tally.answered / tally.asked)} %)"
    return (
        f"{count(tally.asked, 'fråga', 'frågor')}. {tally.answered} fick svar{share}, "
        f"{count(tally.unsure, 'var osäker', 'var osäkra')} och {tally.unknown} visste jag inget om."
    )


def votes(tally: QuestionTally) -> str:
    """Return what readers thought, in a sentence."""
    if not tally.liked + tally.disliked:
        return "Ingen har röstat om ett svar hjälpte."
    return (
        f"{count(tally.liked, 'läsare', 'läsare')} svarade att det hjälpte, {tally.disliked} att det inte gjorde det."
    )


def together(tallies: Sequence[QuestionTally]) -> QuestionTally:
    """Return the sum of tallies."""
    return QuestionTally(
        asked=sum(tally.asked for tally in tallies),
        answered=sum(tally.answered for tally in tallies),
        unknown=sum(tally.unknown for tally in tallies),
        liked=sum(tally.liked for tally in tallies),
        disliked=sum(tally.disliked for tally in tallies),
    )


def _per_month(title: str, months: Sequence[date], series: Sequence[Series], summary: str) -> CardElement:
    ticks = year.initials(months)
    return charts.lines(title, "frågor", year.labels(months), series, summary=summary, ticks=ticks, across="månad")


def _ways(*, asked: bool) -> list[CardElement]:
    figures = [
        button("Per månad", "bankfigures.by_month"),
        button("Per tema", "bankfigures.themes"),
        button("Mest lästa svar", "bankfigures.most_read"),
    ]
    return [
        *([buttons(*figures)] if asked else []),
        buttons(button("De tio största luckorna", "faq.top_gaps"), button("Vad läsarna tycker", "faq.opinions")),
        buttons(button("Till kunskapsbanken", "faq.overview")),
    ]


def _back() -> Action:
    return button("Till läget", "bankfigures.show")


def _theme(name: str) -> str:
    return f"{name[:1].upper()}{name[1:]}" if name else NO_THEME


def _month(month: date) -> str:
    return f"{MONTHS[month.month - 1].capitalize()} {month.year}"
