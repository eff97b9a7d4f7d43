"""The mails that remind about a question."""

from __future__ import annotations

from bot import swedish
from bot.cards import one_line
from bot.mail_address import is_address
from bot.questions.details import QuestionDetails, Said
from storage import name_keys
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


def answered(shown: QuestionDetails, response: Said, *, own: bool) -> AsMail:
    """Bring a colleague's answer, to the asker or to somebody who follows the question."""
    asked = shown.question
    whose = "din fråga" if own else "en fråga du följer"
    way = [
        f"Undrar du något mer? Skriv det till mig i chatten, så skickar jag det till {response.to}.",
        "Löste svaret din fråga? Tryck **Det löste det** i chatten, så vet den som svarade att det hjälpte.",
    ]
    if is_address(response.mail):
        mail = name_keys.keyed(response.answer.person_id or 0, response.mail)
        way.insert(1, f"Du kan också skriva direkt: [{mail}](mailto:{mail}) eller [chatta i Teams]({response.chat}).")
    text = f"En kollega har svarat på {whose} till {shown.home}. Frågan och svaret står här under."
    return AsMail(
        subject=f"Svar på {whose}: {one_line(asked.text, 60)}",
        text=text if not own else "\n".join([text, "", *(f"- {line}" for line in way)]),
        why=f"Du får mejlet för att du {'ställde' if own else 'följer'} frågan.",
        quote=f"{'Din fråga' if own else 'Frågan'}:\n{asked.text}\n\nSvar från {response.who}:\n{response.answer.text}",
    )


def follow_up(shown: QuestionDetails, response: Said, words: str) -> AsMail:
    """Bring what the asker wrote after an answer, to the person who gave that answer."""
    return AsMail(
        subject=f"En följdfråga om ditt svar: {one_line(words, 60)}",
        text="Den som fick ditt svar undrar en sak till. Öppna chatten och skriv ditt svar på kortet där.",
        why="Du får mejlet för att du svarade på frågan.",
        quote=(
            f"Frågan:\n{shown.question.text}\n\nDitt svar:\n{response.answer.text}\n\n{shown.asker} skriver:\n{words}"
        ),
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
