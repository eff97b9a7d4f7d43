"""The card on which two entries stand side by side."""

from __future__ import annotations

from microsoft_teams.cards import CardElement, Column, ColumnSet

from bot import swedish
from bot.bankcare.cards import STATES
from bot.cards import button, buttons, card, heading, label, markdown, one_line, plain, short, small
from bot.message import Json
from storage.faq import Entry, EntryState

SHOWN = 700
"""Characters of an answer: a column is narrow, and on a phone it is read to the end by opening the entry."""
PHRASINGS = 6


def compare(first: Entry, second: Entry, notice: str = "") -> Json:
    """Return two entries side by side, with the way to merge them in either direction that is allowed."""
    return card(
        heading("Svarar de på samma fråga?"),
        *([label(notice)] if notice else []),
        plain(
            "Slår du ihop dem får det svar som du behåller den andra frågan som ett sätt att fråga till. "
            "Det andra svaret arkiveras. Du kan ångra det i historiken."
        ),
        ColumnSet(columns=[_column(first, second), _column(second, first)]),
        actions=[button("Slå inte ihop", "faq.edit", entry=first.id)],
        summary=f"Slå ihop? {first.question} {second.question}",
    )


def merged(other: Entry) -> str:
    """Return what a form says after a merge."""
    return f"Ihopslaget. ”{one_line(other.question)}” är arkiverat, och frågan finns här bland sätten att fråga."


def _column(shown: Entry, other: Entry) -> Column:
    """Return one entry. It may be kept unless members would lose the answer that they see."""
    may_keep = shown.published or not other.published
    row: Json = {
        "entry": shown.id,
        "other": other.id,
        "seen": shown.changed_at.isoformat(),
        "other_seen": other.changed_at.isoformat(),
    }
    parts: list[CardElement] = [
        label(shown.question),
        small(f"{STATES[EntryState(shown.state)]}. Ändrat {swedish.day(shown.changed_at)}."),
        markdown(short(shown.answer, SHOWN)),
    ]
    asked = [phrasing.text for phrasing in shown.phrasings]
    if asked:
        more = f" … och {len(asked) - PHRASINGS} till" if len(asked) > PHRASINGS else ""
        parts.append(small(f"Andra sätt att fråga: {'; '.join(asked[:PHRASINGS])}{more}"))
    parts += [buttons(button("Behåll", "care.merge", style="positive", **row))] if may_keep else []
    return Column(width="stretch", items=parts)
