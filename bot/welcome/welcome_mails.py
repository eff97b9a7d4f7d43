"""The first welcome as a mail, and the mail to guests who have not accepted the invitation."""

from __future__ import annotations

from storage.outgoing import AsMail

TITLE = "Välkommen till Sveriges Ekokommuner!"
INVITED = "Din inbjudan till Sveriges Ekokommuners Teams väntar"


def welcome() -> AsMail:
    """Return the mail to people whom no chat reaches, or who have not opened it."""
    return AsMail(
        subject=TITLE,
        text=(
            "I nätverkets Teams finns jag, SEKOM-boten. Jag svarar på frågor om nätverket, påminner dig i tid och "
            "hjälper dig att hitta kollegor i andra kommuner.\n\n"
            "Skriv **kom igång** till mig i Teams. Då ordnar vi det viktigaste på två minuter: din kommun, din roll "
            "och vad du vill följa."
        ),
        why="Du får mejlet en gång, för att du är ny i Sveriges Ekokommuners team.",
    )


def invited(*, last: bool) -> AsMail:
    """Return the mail to a guest who has not accepted the invitation; ``last`` is the second and last one."""
    text = (
        "Din kommun är med i Sveriges Ekokommuner, och du är inbjuden till nätverkets Teams. Där finns kollegor i "
        "andra kommuner, webbinarier och svar på frågor.\n\n"
        "Än så länge är din inbjudan inte besvarad. Så här gör du:\n\n"
        "- Sök i inkorgen och skräpposten efter ett mejl från **invites@microsoft.com**, och välj att acceptera.\n"
        "- Logga in med din vanliga mejladress på jobbet.\n"
        "- Hittar du inte inbjudan? Svara på det här mejlet, så skickar kansliet en ny.\n\n"
    )
    ending = "Det här är den sista påminnelsen. Ska någon annan i din kommun ha platsen, så svara på mejlet."
    return AsMail(
        subject=INVITED,
        text=text + (ending if last else "Det tar ett par minuter. Välkommen in!"),
        why="Du får mejlet för att kansliet har bjudit in dig till Sveriges Ekokommuners Teams. Du får högst två.",
    )
