"""The words of the questions to a silent person and to their colleague, the same in a card and in a mail.

They ask and never state: the bot sees only a part of what people do.
"""

from __future__ import annotations

from bot.cards import escape, one_line
from bot.schedule.times import span_of, written
from bot.silence.novelties import Missed
from storage.outgoing import AsMail

ASK = "Hur går det hos er?"
ASK_TEXT = (
    "Jag ville bara höra hur det går, och om det är något som jag eller kollegorna i nätverket kan hjälpa till med. "
    "Ett tryck räcker som svar."
)
COLLEAGUE = "Stämmer era kontaktpersoner?"


def missed(found: Missed) -> list[str]:
    """Return what is new, as lines of Markdown."""
    lines = [f"Besvarad fråga: ”{escape(one_line(question.text, 100))}”" for question in found.questions]
    lines += [
        f"Möte: {escape(event.title)}, {written(span_of(event.starts_at, event.ends_at))}" for event in found.events
    ]
    return lines + [f"Svar i kunskapsbanken: {escape(one_line(entry.question, 100))}" for entry in found.entries]


def ask_mail(found: Missed) -> AsMail:
    """Return the question to a person as a mail."""
    title = "Nytt i dina temagrupper" if found.follows else "På gång i nätverket"
    lines = missed(found)
    news = [f"**{title}**", "\n".join(f"- {line}" for line in lines)] if lines else []
    return AsMail(
        subject=ASK,
        text="\n\n".join(
            [
                ASK_TEXT.replace("Ett tryck räcker som svar.", "Skriv till mig i Teams. Ett hej räcker som svar."),
                *news,
                "Vill du ha en paus? Skriv **påminnelser** till mig. Har du slutat? Skriv **jag har slutat**.",
            ]
        ),
        why="Du får mejlet för att du är med i nätverket.",
    )


def colleague_text(named: str, seat: str, place: str) -> str:
    """Return the question to a colleague. It says nothing about what the person has done or not done."""
    who = f"Är {named} fortfarande er {seat}" if named else f"Stämmer det fortfarande vem som är er {seat}"
    return f"Vi vill att rätt personer får nytta av nätverket. {who} för {place}?"


def colleague_mail(named: str, seat: str, place: str) -> AsMail:
    """Return the question to a colleague as a mail."""
    answer = "Svara på samma fråga i vår chatt i Teams, eller mejla kansliet."
    return AsMail(
        subject=COLLEAGUE,
        text=f"{escape(colleague_text(named, seat, place))}\n\n{answer}",
        why=f"Du får mejlet för att du är kontaktperson för {escape(place)}.",
    )
