"""The rules of an announcement's life: written, approved, scheduled, sent, stopped, corrected, recalled."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.announcements import manuscript
from bot.announcements.manuscript import Manuscript
from bot.delivery.recurrence import Every, Recurrence
from bot.message import UserError
from bot.register import target as targets
from bot.register.change import Change
from bot.register.target import NOBODY, HeadCount, Target
from bot.swedish import STOCKHOLM, date_of, day
from bot.turn import App
from storage import outbox
from storage.announcements import Announcement, AnnouncementState

FARTHEST = timedelta(days=366)
"""How far ahead a sending may be scheduled."""
MOST_TIMES = 100
"""How often a form may say that it repeats: two years of weeks."""
_TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?")


def create(change: Change, content: Manuscript, target: Target) -> Announcement:
    """Store a new draft."""
    row = Announcement(
        state=AnnouncementState.DRAFT,
        version=1,
        audience=target.json,
        changed_by_id=change.by,
        created_at=change.now,
        changed_at=change.now,
    )
    content.write(row)
    change.session.add(row)
    change.session.flush()
    return row


def copy(change: Change, row: Announcement) -> Announcement:
    """Store a draft with the text and audience of an earlier announcement. Its last day is not copied."""
    fresh = create(change, Manuscript.of(row), Target())
    fresh.audience, fresh.last_date = dict(row.audience), None
    return fresh


def save(change: Change, row: Announcement, content: Manuscript) -> None:
    """Save a draft's content. It needs a new approval."""
    content.write(row)
    _touch(change, row)


def retarget(change: Change, row: Announcement, target: Target) -> None:
    """Save to whom a draft goes. It needs a new approval."""
    row.audience = target.json
    _touch(change, row)


def refuse_unfinished(row: Announcement, today: date) -> None:
    """Raise :class:`UserError` if something in the content must be mended before it is sent."""
    refuse_wrong(Manuscript.of(row), today)


def refuse_wrong(content: Manuscript, today: date) -> None:
    """Raise :class:`UserError` if something in a text must be mended before it is sent."""
    wrong = [problem.text for problem in manuscript.problems(content, today) if problem.blocks]
    if wrong:
        raise UserError(f"Det går inte att skicka än. {' '.join(wrong)}")


def judged_on(row: Announcement, content: Manuscript, today: date) -> date:
    """Return the day on which a correction is judged: a last day that is past may stay as it was."""
    return min(today, row.last_date) if row.last_date and row.last_date == content.last_date else today


def refuse_unsent(row: Announcement, found: HeadCount, review_above: int, today: date) -> None:
    """Raise :class:`UserError` if the announcement may not go now: its content, no recipients, or no approval."""
    refuse_unfinished(row, today)
    if not found.channels and not found.people:
        raise UserError(NOBODY)
    if needs_review(row, found, review_above):
        raise UserError(
            f"Utskick till fler än {review_above} personer ska granskas av en till på kansliet. Välj Be någon granska."
        )


def refused(app: App, session: Session, row: Announcement, at: datetime) -> str:
    """Return why a scheduled announcement may not go at ``at``; empty if it may."""
    try:
        known = targets.conditions(app)
        found = targets.counted(session, targets.of(row.audience, known), at, app.settings, known)
        refuse_unsent(row, found, app.settings.review_above, date_of(at))
    except UserError as refusal:
        return str(refusal)
    return ""


def needs_review(row: Announcement, found: HeadCount, review_above: int) -> bool:
    """Return whether the newest version must be approved by a second person before it is sent."""
    return 0 < review_above < found.people and row.approved_version != row.version


def approve(change: Change, row: Announcement) -> None:
    """Approve the newest version. Nobody approves what they wrote."""
    if change.by == row.changed_by_id:
        raise UserError("Du skrev den senaste versionen. Be någon annan på kansliet granska den.")
    row.approved_version, row.approved_by_id = row.version, change.by
    change.record("Utskicket godkänt", row.subject)


def send(change: Change, row: Announcement) -> None:
    """Begin to send. The rows of the recipients follow (:mod:`bot.announcements.notices`)."""
    row.state, row.sent_at, row.send_at = AnnouncementState.SENDING, change.now, None
    row.sender_id = row.sender_id if change.by is None else change.by
    row.spread_version = row.version
    change.record("Utskicket skickat", row.subject)


def schedule(change: Change, row: Announcement, when: datetime, rule: Recurrence | None = None) -> None:
    """Have it sent later, with a rule again and again. It is a new version, so that an old card sends nothing now."""
    if row.last_date and row.last_date < date_of(when):
        raise UserError(f"Sista dagen är {day(row.last_date)}, alltså före den tiden. Välj en tidigare tid.")
    row.state, row.send_at, row.sender_id = AnnouncementState.SCHEDULED, when, change.by
    _repeat(row, rule)
    _same_text(row)
    change.record("Utskicket schemalagt", row.subject)


def unschedule(change: Change, row: Announcement, what: str = "Utskicket avschemalagt") -> None:
    """Make a scheduled announcement a draft again."""
    row.state, row.send_at = AnnouncementState.DRAFT, None
    _repeat(row, None)
    _same_text(row)
    change.record(what, row.subject)


def rule_of(row: Announcement) -> Recurrence | None:
    """Return how a scheduled announcement repeats; None if it goes once."""
    if not row.repeats or row.repeat_from is None:
        return None
    return Recurrence(Every(row.repeats), row.repeat_from, row.repeat_until)


def take_next(change: Change, row: Announcement) -> Announcement:
    """Return what is sent of a scheduled announcement whose time has come: a copy, the last time the row itself.

    A time that was missed is skipped. The row keeps its version, so that *Avschemalägg* on an older card still works.
    """
    rule = rule_of(row)
    following = rule.after(change.now) if rule else None
    if following is None:
        _repeat(row, None)
        return row
    row.send_at = following
    fresh = create(change, Manuscript.of(row), Target())
    fresh.audience, fresh.changed_by_id, fresh.sender_id = dict(row.audience), row.changed_by_id, row.sender_id
    if row.approved_version == row.version:
        fresh.approved_version, fresh.approved_by_id = fresh.version, row.approved_by_id
    return fresh


def stop(change: Change, row: Announcement) -> int:
    """Stop what has not gone. Return how many messages were stopped."""
    row.state, row.ended_at = AnnouncementState.CANCELLED, change.now
    row.changed_at = change.now
    row.spread_version = row.version - 1  # the last ones are still under way, and are counted when they have gone
    stopped = outbox.cancel(change.session, row.subject, change.now)
    change.record("Utskicket avbrutet", row.subject)
    return stopped


def correct(change: Change, row: Announcement, content: Manuscript) -> None:
    """Change the content of an announcement that is out. Copies follow (:mod:`bot.announcements.notices`)."""
    if content == Manuscript.of(row):
        raise UserError("Inget är ändrat, så det finns inget att rätta.")
    today = judged_on(row, content, change.today)
    content.write(row)
    refuse_unfinished(row, today)
    _touch(change, row)
    row.corrected_at = change.now
    change.record("Utskicket rättat", row.subject)


def correct_as_approved(change: Change, row: Announcement, content: Manuscript, writer: int) -> None:
    """Correct it as a colleague wrote and the author of the change approves."""
    correct(change, row, content)
    row.changed_by_id, row.approved_version, row.approved_by_id = writer, row.version, change.by


def recall(change: Change, row: Announcement, *, delete: bool) -> int:
    """Take it back. Return how many messages were stopped before they went."""
    row.state, row.delete_copies = AnnouncementState.RECALLED, delete
    row.ended_at = row.ended_at or change.now
    _touch(change, row)
    stopped = outbox.cancel(change.session, row.subject, change.now)
    change.record("Utskicket återtaget", row.subject)
    return stopped


def discard(change: Change, row: Announcement) -> None:
    """Throw a draft away."""
    change.record("Utkast till utskick kastat", row.subject)
    change.session.delete(row)


def reopen(change: Change, row: Announcement, what: str) -> None:
    """Let a finished announcement send again to some recipients."""
    row.state, row.ended_at = AnnouncementState.SENDING, None
    change.record(what, row.subject)


def checked_moment(day_text: object, time_text: object, now: datetime) -> datetime:
    """Return the time that a form says, in UTC. Raise :class:`UserError` for a time that can't be used."""
    try:
        wanted = date.fromisoformat(str(day_text or "").strip()[:10])
    except ValueError:
        raise UserError("Välj vilken dag utskicket ska gå.") from None
    match = _TIME.fullmatch(str(time_text or "").strip().removeprefix("kl.").strip())
    hour, minute = (int(match[1]), int(match[2] or 0)) if match else (99, 0)
    if hour > 23 or minute > 59:  # noqa: PLR2004 - a day's last hour and minute
        raise UserError("Skriv klockslaget som 08.30.")
    local = datetime.combine(wanted, time(hour, minute), STOCKHOLM)
    moment = local.astimezone(UTC)
    if moment.astimezone(STOCKHOLM).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise UserError(
            f"Klockan {hour:02}.{minute:02} finns inte {day(wanted)}, för då ställs klockan fram. "
            f"Välj {hour + 1:02}.{minute:02} i stället."
        )
    if moment <= now:
        raise UserError("Den tiden har redan varit. Välj en senare, eller tryck Skicka nu.")
    if moment > now + FARTHEST:
        raise UserError("Välj en tid inom ett år.")
    return moment


def checked_rule(form: Mapping[str, Any], first: datetime) -> Recurrence | None:
    """Return how a form says that it repeats; None for once. Raise :class:`UserError` for an end that can't be used."""
    repeats = str(form.get("repeats") or "")
    if repeats not in list(Every):
        return None
    rule = Recurrence(Every(repeats), first)
    times, until = str(form.get("times") or "").strip(), str(form.get("until") or "").strip()
    ends: list[date] = []
    if times:
        if not times.isdecimal() or not 1 < int(times[:9]) <= MOST_TIMES:
            raise UserError(f"Skriv hur många gånger utskicket ska gå med en siffra, från 2 till {MOST_TIMES}.")
        ends.append(date_of(rule.at(int(times) - 1)))
    if until:
        try:
            ends.append(date.fromisoformat(until[:10]))
        except ValueError:
            raise UserError("Jag förstår inte sista dagen att upprepa. Skriv den som 2027-06-30.") from None
    if ends and min(ends) < date_of(rule.at(1)):
        raise UserError(f"Andra gången blir {day(rule.at(1))}. Välj ett senare slut, eller att det går bara en gång.")
    return Recurrence(rule.every, first, min(ends, default=None))


def nudge(change: Change, row: Announcement) -> None:
    """Have people reminded who have not pressed. Raise :class:`UserError` for a second time or after the last day."""
    refuse_nudge(row, change.today)
    row.nudged_version, row.nudge_at = row.version, change.now
    change.record("Påmint dem som inte tryckt", row.subject)


def refuse_nudge(row: Announcement, today: date) -> None:
    """Raise :class:`UserError` if people may not be reminded of it."""
    if row.last_date and row.last_date < today:
        raise UserError(f"Sista dagen, {day(row.last_date)}, har varit. Därför går det inte att påminna längre.")
    if row.nudged_version == row.version:
        raise UserError("De som inte tryckt är redan påminda. Efter en rättelse kan du påminna en gång till.")


def _repeat(row: Announcement, rule: Recurrence | None) -> None:
    row.repeats = rule.every if rule else None
    row.repeat_from, row.repeat_until = (rule.first, rule.until) if rule else (None, None)


def _touch(change: Change, row: Announcement) -> None:
    row.version += 1
    row.changed_at, row.changed_by_id = change.now, change.by


def _same_text(row: Announcement) -> None:
    """Begin a new version with the same text: its writer and its approval stay."""
    if row.approved_version == row.version:
        row.approved_version = row.version + 1
    row.version += 1
