"""What reading a list would change: shown first, and carried out as it was shown. The same list twice changes nothing.

A municipality on the list is confirmed. If the list is complete, *Klart* of a municipality that it lacks is doubted:
its person is asked once, and the state stays until they answer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from itertools import islice

from sqlalchemy.orm import Session

from bot.message import UserError
from bot.progress import states
from bot.register import headings, spreadsheet
from bot.register.change import Change
from bot.statuslists import names
from bot.statuslists.names import NameLine
from bot.swedish import listed
from storage import duties, municipalities
from storage.duties import Duty, DutySource, DutyState, DutyStatus
from storage.municipalities import MemberState, Municipality

NOBODY = "none"
"""The answer that an unsure row means no municipality that it was offered."""
NOTE = "Lista"
"""What the history says about a state that a list set."""
_OTHER = re.compile(
    r"^(e-?post|mejl|mail|roll|uppdrag|förnamn|efternamn|datum|titel|status|medlem\w*|begin:vcalendar)|@", re.IGNORECASE
)
"""What stands in lists of members and of events, and not in a list of who is done."""
_NO_MEMBER = {
    MemberState.FORMER: "är inte medlem längre",
    MemberState.PROSPECT: "är inte medlem än",
    MemberState.UNKNOWN: "står inte som medlem i registret",
}


class ListOutcome(StrEnum):
    """How a row went."""

    CONFIRMS = "confirms"
    ALREADY = "already"
    """A list has confirmed it before."""
    LEFT = "left"
    """The list says that it is not done."""
    ASKED = "asked"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ListLine:
    """What one row does."""

    number: int
    text: str
    outcome: ListOutcome
    codes: tuple[str, ...] = ()
    """The municipality, or those to choose from."""
    reason: str = ""

    @property
    def reading(self) -> str:
        """Return how a tolerant reading understood the name; empty if it stands as it is called."""
        sure = len(self.codes) == 1 and self.outcome is not ListOutcome.ASKED
        name = names.full_name(self.codes[0]) if sure else ""
        plain, text = name.casefold().removesuffix(" kommun"), self.text.casefold().removesuffix(" kommun")
        same = text in (plain, plain.removesuffix("s"))
        return "" if not name or same else name


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What a list does. Two with the same fingerprint do the same."""

    lines: tuple[ListLine, ...]
    lacking: tuple[str, ...]
    """Codes of municipalities that say done, that the list does not have, and that nobody was asked about."""
    denied: tuple[str, ...]
    """The same where the list says that they are not done."""

    @property
    def counts(self) -> Counter[ListOutcome]:
        """Return how many rows went each way."""
        return Counter(line.outcome for line in self.lines)

    def of(self, outcome: ListOutcome) -> list[ListLine]:
        """Return the rows that went one way."""
        return [line for line in self.lines if line.outcome is outcome]

    @property
    def useful(self) -> bool:
        """Return whether it can change anything."""
        may = ListOutcome.CONFIRMS in self.counts or ListOutcome.ASKED in self.counts
        return may or bool(self.lacking or self.denied)

    @property
    def fingerprint(self) -> str:
        """Return a text that differs for a plan that does something else."""
        return sha256(repr((self.lines, self.lacking, self.denied)).encode()).hexdigest()[:32]


def table_of(data: bytes, *, alone: bool) -> str:
    """Return the rows of a file as text that :func:`prepared` reads. Raise :class:`UserError` for any other file.

    ``alone``: nobody said that it is a list of this kind, so a file about people or events is another file.
    """
    for table in spreadsheet.read(data):
        rows = [] if table.flaw else list(islice(table.rows, names.MOST_ROWS + 1))
        if alone and any(_OTHER.search(cell) for row in rows[:10] for cell in row.cells):
            continue
        try:
            names.read([spreadsheet.Table(iter(rows))])
        except UserError:
            continue
        return headings.as_text(rows)
    raise UserError("Jag hittar ingen kolumn med kommuner i filen.")


def prepared(session: Session, duty: Duty, text: str) -> ListPlan:
    """Return what a list would do now. Raise :class:`UserError` if it is no list of municipalities."""
    lines = names.read(spreadsheet.read_text(text))
    places = {place.code: place for place in municipalities.everyone(session)}
    rows = {code: row for (_, code), row in duties.statuses(session, [duty.id]).items()}
    planned = tuple(_planned(line, duty, places, rows) for line in lines)
    mentioned = {code for line in planned for code in line.codes if line.outcome is not ListOutcome.LEFT}
    denied = {code for line in planned for code in line.codes if line.outcome is ListOutcome.LEFT}
    doubtful = [
        code
        for code, row in sorted(rows.items())
        if row.state == DutyState.SAYS_DONE and row.doubted_at is None and states.concerns(duty, places[code])
    ]
    return ListPlan(
        lines=planned,
        lacking=tuple(code for code in doubtful if code not in mentioned | denied),
        denied=tuple(code for code in doubtful if code in denied),
    )


def checked_picks(plan: ListPlan, picks: Mapping[str, object]) -> dict[str, str]:
    """Return what each unsure row is, by its number. Raise :class:`UserError` unless every one is answered."""
    chosen: dict[str, str] = {}
    taken = {code for line in plan.lines for code in line.codes if line.outcome is not ListOutcome.ASKED}
    for line in plan.of(ListOutcome.ASKED):
        pick = picks.get(str(line.number))
        if pick not in (*line.codes, NOBODY):
            raise UserError(f"Välj kommun för rad {line.number}, ”{line.text}”, eller ”Ingen av dem”.")
        if pick in taken:
            raise UserError(f"{names.full_name(str(pick))} står redan i listan. Välj en annan för rad {line.number}.")
        taken |= {str(pick)} - {NOBODY}
        chosen[str(line.number)] = str(pick)
    return chosen


def carry_out(
    change: Change, duty: Duty, plan: ListPlan, picks: Mapping[str, str], *, complete: bool
) -> list[DutyStatus]:
    """Confirm what the list says. Return the states that it contradicts, whose people are to be asked.

    ``picks`` are the answers about unsure rows; ``complete`` says that everybody who is done stands on the list.
    """
    picked = [code for code in picks.values() if code != NOBODY]
    codes = [*(line.codes[0] for line in plan.of(ListOutcome.CONFIRMS)), *picked]
    for code in codes:
        states.set_state(change, duty, code, DutyState.CONFIRMED, DutySource.LIST, note=NOTE)
    doubtful = [*plan.denied, *(plan.lacking if complete else ())]
    doubted = [states.lock(change, duty, code) for code in doubtful if code not in picked]
    for row in doubted:
        row.doubted_at = change.now
    if codes or doubted:
        change.record(f"Läste in en lista: {len(codes)} bekräftade, {len(doubted)} frågas", duty.subject)
    change.session.flush()
    return doubted


def _planned(
    line: NameLine, duty: Duty, places: Mapping[str, Municipality], rows: Mapping[str, DutyStatus]
) -> ListLine:
    if line.reason:
        return ListLine(line.number, line.text, ListOutcome.REFUSED, reason=line.reason)
    concerned = tuple(code for code in line.codes if states.concerns(duty, places[code]))
    if not concerned:
        reason = listed([_stranger(places[code]) for code in line.codes], "och")
        return ListLine(line.number, line.text, ListOutcome.REFUSED, reason=f"{reason}.")
    if not line.sure:
        outcome = ListOutcome.ASKED if line.done else ListOutcome.LEFT
        return ListLine(line.number, line.text, outcome, concerned if line.done else ())
    row = rows.get(line.codes[0])
    if not line.done:
        return ListLine(line.number, line.text, ListOutcome.LEFT, line.codes)
    same = row is not None and (row.state, row.source) == (DutyState.CONFIRMED, DutySource.LIST)
    return ListLine(line.number, line.text, ListOutcome.ALREADY if same else ListOutcome.CONFIRMS, line.codes)


def _stranger(place: Municipality) -> str:
    """Return why a duty does not concern a municipality."""
    why = _NO_MEMBER.get(MemberState(place.state), "är medlem, men uppgiften gäller inte den")
    return f"{place.full_name} {why}"
