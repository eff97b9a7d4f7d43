"""The mails that remind about a question."""

from __future__ import annotations

from bot import swedish
from bot.questions.details import QuestionDetails
from storage.outgoing import AsMail


def unanswered(shown: QuestionDetails, days: int, *, keeper: bool) -> AsMail:
    """Say that nobody has answered for so many working days. ``keeper``: to a moderator, not to the kansli."""
    why = f"du håller i {shown.home}" if keeper else "du arbetar på kansliet"
    return AsMail(
        subject=f"Obesvarad fråga till {shown.home}",
        text=(
            f"Ingen har svarat på {swedish.count(days, 'arbetsdag', 'arbetsdagar')}. Skriv ”öppna frågor” till mig i "
            "chatten, så kan du svara, flytta frågan, påminna gruppen eller stänga den.\n\n"
            f"{_asked(shown)}"
        ),
        why=f"Du får mejlet för att {why}.",
        quote=shown.question.text,
    )


def lost(shown: QuestionDetails, what: str) -> AsMail:
    """Say that the question's card did not reach its channel, for the reason in ``what``."""
    return AsMail(
        subject=what,
        text=(
            f"{what}, så kanalen har kanske inte sett den. Kontrollera att boten är tillagd där. Skriv sedan "
            "”öppna frågor” till mig i chatten, så kan du lägga ut den igen, flytta den eller svara.\n\n"
            f"{_asked(shown)}"
        ),
        why="Du får mejlet för att du arbetar på kansliet.",
        quote=shown.question.text,
    )


def at_kansli(shown: QuestionDetails) -> AsMail:
    """To the asker: the group's channel is gone, so the kansli has the question."""
    return AsMail(
        subject="Din fråga ligger hos kansliet",
        text=(
            f"Kanalen för {shown.home} finns inte längre, så gruppen ser inte din fråga. Kansliet har fått den och "
            f"svarar eller flyttar den till en annan grupp.\n\n{_asked(shown)}"
        ),
        why="Du får mejlet för att du ställde frågan.",
        quote=shown.question.text,
    )


def released(shown: QuestionDetails) -> AsMail:
    """Say that a claim has ended."""
    return AsMail(
        subject="Frågan du tog är ledig igen",
        text=(
            f"Det gick två arbetsdagar utan svar, så frågan till {shown.home} är ledig för andra igen. "
            f"Du kan fortfarande svara i gruppens kanal.\n\n{_asked(shown)}"
        ),
        why="Du får mejlet för att du tryckte på ”Jag tar den”.",
        quote=shown.question.text,
    )


def _asked(shown: QuestionDetails) -> str:
    return f"Frågan ställdes {swedish.day(shown.question.asked_at)}:"
