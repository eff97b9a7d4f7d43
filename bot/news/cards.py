"""The cards of a member's news: what is current, and how they want each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from microsoft_teams.cards import CardElement

from bot import swedish
from bot.cards import button, buttons, card, choice_input, heading, label, markdown, paged, plain, small
from bot.message import Json
from bot.news.words import facts
from bot.register.subscriptions import KINDS, WAYS
from storage.announcements import Announcement
from storage.news import NewsWay

ON_PAGE = 6
TITLE = "Aktuellt för dig"
NOTHING = (
    "Det finns inget aktuellt för dig just nu. När kansliet skickar något som gäller dig, eller en temagrupp som du "
    "följer, står det här tills det har gått ut."
)
HOW = (
    "**Direkt**: så fort kansliet skickar det.\n"
    "**I veckobrevet**: samlat i ett meddelande veckans första arbetsdag, bara när det finns något.\n"
    "**Bara i kanalen**: jag skriver inte till dig. Du läser det i kanalen."
)
EXCEPTIONS = (
    "Det som kansliet har märkt Viktigt kommer alltid direkt. Det som skulle stå i veckobrevet kommer direkt om sista "
    "dagen är för nära. Påminnelser och svar påverkas inte. Har du pausat påminnelser väntar också veckobrevet."
)
NO_CHANNEL = (
    "Bara i kanalen gäller kanalen Allmänt och temagrupper som du följer. Går ett utskick inte till någon av dem får "
    "du det i veckobrevet."
)


def overview(rows: Sequence[Announcement], page: int) -> Json:
    """Return what is current for a member, newest first, a page at a time."""
    choose = button("Välj hur du får det", "news.choose", alone=True)
    if not rows:
        return card(heading(TITLE), plain(NOTHING), actions=[choose], summary=NOTHING)
    shown = paged(rows, page, ON_PAGE, "news.show")
    more = [button("Visa fler", "news.show", page=shown.number + 1)] if shown.number < shown.last else []
    first = [button("Till början", "news.show", page=0)] if shown.number else []
    number = swedish.count(len(rows), "utskick", "utskick")
    return card(
        heading(TITLE),
        *(part for row in shown.shown for part in item(row)),
        *([small(f"{shown.place}. {number} i allt.")] if shown.last else []),
        actions=[*more, *first, choose],
        summary=f"{TITLE}: {number}. {'. '.join(row.heading for row in shown.shown)}",
    )


def item(row: Announcement) -> list[CardElement]:
    """Return an announcement in a list, with the button that opens it in a message of its own."""
    return [
        label(row.heading),
        small(facts(row)),
        buttons(button("Öppna", "announcements.read", alone=True, announcement=row.id)),
    ]


def choices(chosen: Mapping[str, NewsWay], notice: str = "") -> Json:
    """Return how a member gets each kind, to be changed."""
    offered = [(way.value, title) for way, title in WAYS.items()]
    return card(
        heading("Så får du kansliets utskick"),
        *([label(notice)] if notice else []),
        markdown(HOW),
        *(
            choice_input(f"way_{kind}", many, offered, value=chosen.get(kind, NewsWay.AT_ONCE))
            for kind, (_, many) in KINDS.items()
        ),
        buttons(button("Spara", "news.save", style="positive")),
        buttons(
            button("Allt i veckobrevet", "news.all", alone=True, way=NewsWay.WEEKLY.value),
            button("Allt direkt", "news.all", alone=True, way=NewsWay.AT_ONCE.value),
        ),
        small(EXCEPTIONS),
        small(NO_CHANNEL),
        actions=[button("Se vad som är aktuellt", "news.show", alone=True, page=0)],
        summary="Så får du kansliets utskick: välj direkt, i veckobrevet eller bara i kanalen.",
    )
