"""The words of a reminder about what a municipality lacks, in a card and in a mail."""

from __future__ import annotations

from bot.cards import escape
from bot.register.coverage import RegisterGap
from storage.municipalities import Municipality
from storage.outgoing import AsMail

_WHAT = {
    RegisterGap.POLITICIAN: "kontaktpolitiker",
    RegisterGap.OFFICER: "tjänsteperson som kontakt",
    RegisterGap.PROGRAMME: "hållbarhetsprogram som gäller i år",
}


def heading(gap: RegisterGap, place: Municipality) -> str:
    """Return what is lacking, in one line."""
    return f"{place.full_name} saknar {_WHAT[gap]}"


def text(gap: RegisterGap, place: Municipality, contact: str) -> str:
    """Return the reminder, in Teams Markdown. ``contact`` is the kansli's mail address."""
    name = escape(place.full_name)
    if gap is RegisterGap.PROGRAMME:
        return (
            f"I nätverkets register saknas ett program som gäller i år för {name}. Har ni ett? Mejla länken, och "
            f"sista året som programmet gäller, till kansliet: {contact}. Har ni inget, så svara gärna det."
        )
    return (
        f"I nätverkets register saknar {name} en {_WHAT[gap]}. Är det du? Skriv **min kommun** till mig och välj att "
        f"du har tagit över. Är det någon annan? Mejla namn och mejladress till kansliet: {contact}."
    )


def by_mail(gap: RegisterGap, place: Municipality, contact: str) -> AsMail:
    """Return the reminder as a mail."""
    return AsMail(
        subject=heading(gap, place),
        text=text(gap, place, contact),
        why=f"Du får mejlet för att du är kontaktperson för, eller arbetar i, {escape(place.full_name)}.",
    )
