"""Begin an announcement, list them, and what members press on one."""

from __future__ import annotations

from bot import dialog
from bot.announcements import access, cards, desk_cards, lifecycle, manuscript
from bot.announcements.cards import Edition
from bot.announcements.desk_commands import show
from bot.announcements.manuscript import KINDS, LONGEST_HEADING, MOST_LINKS, Manuscript
from bot.message import Reply, UserError, say
from bot.register import target
from bot.register.change import Change
from bot.routes import Role, Routes, Where
from bot.swedish import date_of, listed
from bot.turn import Turn
from bot.wording import one_line
from bot.wording.one_line import Understood
from storage import announcements
from storage.announcements import AnnouncementState, Mark

routes = Routes[Turn](role=Role.KANSLI, where=Where.PERSONAL)
members = Routes[Turn]()
MOST_LISTED = 200


@routes.command(
    "annonsera",
    help="Skriv ett utskick till kanaler och medlemmar, och se det innan det går.",
    takes="till vem och text",
    aliases=("annonsera:", "nytt utskick", "skriv utskick", "annons"),
)
def announce(turn: Turn) -> Reply:
    """Ask for the kind; with a kind show its template; with a whole line show it as it will look."""
    kind = manuscript.kind_named(turn.argument)
    if kind is not None:
        return say(card=desk_cards.form(_template(kind), turn.now))
    if not turn.argument:
        return say(card=desk_cards.choose_kind())
    line = one_line.understand(turn.argument, date_of(turn.now))
    if not line.heading and not line.urls:
        raise UserError(
            "Skriv vad utskicket ska säga, till exempel: annonsera vatten: Ny utlysning, sök senast 3 mars."
        )
    to, unknown = target.understood(turn.session, line.to)
    row = lifecycle.create(Change.of(turn), _content(line), to)
    told = "Sparat som utkast. Stämmer det? Tryck Ändra om något är fel."
    if unknown:
        told = f"Jag vet inte vem du menar med {listed([f'”{word}”' for word in unknown])}. Välj Mottagare. {told}"
    if len(line.urls) > MOST_LINKS:
        told = f"Det får plats {MOST_LINKS} länkar, så jag tog inte med {listed(line.urls[MOST_LINKS:])}. {told}"
    return show(turn, row, told)


@routes.action("announcements.start")
def begin(turn: Turn) -> Reply:
    """Ask for the kind."""
    return turn.in_place(desk_cards.choose_kind())


@routes.action("announcements.new")
def new(turn: Turn) -> Reply:
    """Show the template of a kind. Nothing is stored until it is saved."""
    return turn.in_place(desk_cards.form(_template(manuscript.checked_kind(turn.data.get("kind"))), turn.now))


@routes.command(
    "utskick",
    help="Se utkast, schemalagda och skickade utskick, och hur det gick.",
    aliases=("mina utskick", "visa utskick"),
    button="announcements.list",
)
def overview(turn: Turn) -> Reply:
    """List all announcements, the last changed first."""
    rows = announcements.newest(turn.session, list(AnnouncementState), MOST_LISTED)
    return say(card=desk_cards.overview(rows, turn.page))


@members.action("announcements.read", where=Where.PERSONAL)
def read(turn: Turn) -> Reply:
    """Show an announcement in a message of its own, below the list that names it."""
    access.received(turn)
    return say(card=_own(turn))


@members.action("announcements.mark")
def mark(turn: Turn) -> Reply:
    """Remember what the member says about an announcement."""
    row = access.received(turn)
    which = _mark(turn, row.kind)
    announcements.mark(turn.session, row.id, turn.person.id, which, turn.now)
    return turn.in_place(_own(turn))


@members.action("announcements.unmark")
def unmark(turn: Turn) -> Reply:
    """Forget what the member had said."""
    row = access.received(turn)
    announcements.unmark(turn.session, row.id, turn.person.id, _mark(turn, row.kind))
    return turn.in_place(_own(turn))


@members.action("announcements.show")
def show_newest(turn: Turn) -> Reply:
    """Show the newest version to a recipient, with what they have pressed."""
    return turn.in_place(_own(turn))


@members.action("announcements.ask")
def ask(turn: Turn) -> Reply:
    """Begin a question to the kansli about an announcement."""
    row = access.received(turn)
    if not turn.personal:
        raise UserError("Frågan tar vi i vår egen chatt. Skriv **fråga kollegor** till mig där och välj kansliet.")
    return dialog.start(turn, "question", {**_to_kansli(turn), "_draft": f"Om utskicket ”{row.heading}”: "})


def ask_about(turn: Turn) -> Reply | None:
    """Make a question to the kansli of what somebody writes in an announcement's thread, or as a reply to their copy.

    Return None if the message is about no announcement.
    """
    place, text = turn.incoming.place, turn.incoming.text
    row = access.spoken_of(turn) if text else None
    if row is None:
        return None
    asked = {**_to_kansli(turn), "text": f"{text}\n\n(Gäller utskicket ”{row.heading}”.)"}
    if place.thread_id:
        asked |= {"_conversation": place.conversation_id, "_thread": place.thread_id}
    return dialog.start(turn, "question", asked)


def _to_kansli(turn: Turn) -> dict[str, str]:
    """Return the answers with which a question to the kansli begins."""
    run = f"{turn.incoming.place.conversation_id}/{turn.incoming.activity_id}"[-300:]
    return {"group": "kansli", "_run": run}


def _own(turn: Turn) -> dict[str, object]:
    row = access.received(turn)
    said = announcements.marks_of(turn.session, row.id, turn.person.id)
    return cards.announcement(Edition.of(row, again=True), said)


def _mark(turn: Turn, kind: str) -> Mark:
    wanted = turn.data.get("mark")
    if wanted not in [mark.value for mark in KINDS[kind].marks]:
        raise UserError("Den knappen hör inte till det här utskicket längre.")
    return Mark(str(wanted))


def _template(kind: str) -> Manuscript:
    template = KINDS[kind]
    return Manuscript(kind, template.heading[:LONGEST_HEADING], template.text, evergreen=template.dated)


def _content(line: Understood) -> Manuscript:
    kind = manuscript.kind_of(f"{line.heading} {line.text}")
    links = tuple((manuscript.usual_link(kind, number), url) for number, url in enumerate(line.urls[:MOST_LINKS], 1))
    title = line.heading or KINDS[kind].title
    return Manuscript(kind, title, line.text, links=links, last_date=line.deadline, evergreen=bool(line.deadline))
