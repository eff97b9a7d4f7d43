"""Decide who may answer a consultation, and who may read the answers. Every handler loads its consultation here.

A press names the consultation only. The point of view that it changes is always the presser's own.

==================  ====================================  =========================================
consultation        may be answered by                    answers may be read by
==================  ====================================  =========================================
out, before its     its recipients, and members if it     the kansli; each person sees their own
last day is over    stands in a channel
over or recalled    nobody                                the kansli
==================  ====================================  =========================================
"""

from __future__ import annotations

from bot.message import UserError
from bot.swedish import WEEKDAYS, date_of, day
from bot.turn import Turn
from storage import announcements, viewpoints
from storage.announcements import OUT, Announcement, AnnouncementState

NO_CONSULTATION = "Det utskicket är ingen remiss, så det tar inte emot synpunkter."
NOT_OUT = "Remissen är inte skickad, så den tar inte emot synpunkter än."
RECALLED = "Kansliet har tagit tillbaka remissen, så den tar inte emot synpunkter."
NOT_YOURS = "Den remissen har inte gått till dig. Skriv **lämna synpunkt** för att se dina."
GONE = "Den remissen finns inte kvar. Skriv **utskick** för att se dem som finns."


def open_to(turn: Turn) -> Announcement:
    """Return the consultation that a button names, its row locked, if the person may answer it now."""
    row = announcements.lock(turn.session, turn.data.get("announcement"))
    if row is None or row.state not in OUT:
        raise UserError(NOT_OUT)
    if row.kind != viewpoints.KIND:
        raise UserError(NO_CONSULTATION)
    if not viewpoints.reached(turn.session, row, turn.person.id):
        raise UserError(NOT_YOURS)
    if row.state == AnnouncementState.RECALLED:
        raise UserError(RECALLED)
    if row.last_date is not None and row.last_date < date_of(turn.now):
        last = f"{WEEKDAYS[row.last_date.weekday()]} {day(row.last_date)}"
        own = " Det du har skrivit är kvar, och kansliet läser det." if _has_written(turn, row) else ""
        raise UserError(
            f"Sista dagen var {last}, så remissen tar inte emot fler synpunkter.{own} "
            "Vill du säga något mer? Tryck Fråga kansliet på remissens kort."
        )
    return row


def kept(turn: Turn) -> Announcement:
    """Return the consultation that a button names, for the kansli. It may be over or recalled."""
    turn.refuse_members()
    row = announcements.lock(turn.session, turn.data.get("announcement"))
    if row is None or row.state not in OUT:
        raise UserError(GONE)
    if row.kind != viewpoints.KIND:
        raise UserError(NO_CONSULTATION)
    return row


def _has_written(turn: Turn, row: Announcement) -> bool:
    return viewpoints.of_person(turn.session, row.id, turn.person.id) is not None
