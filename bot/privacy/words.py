"""The data kept about people, in Swedish: by class what, why, for how long, and what remains after erasing.

A table with a key to people must be in one of the classes; a test fails otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.settings import Settings
from bot.swedish import count

HowLong = Callable[[Settings], str]


@dataclass(frozen=True, slots=True)
class KeptClass:
    """A class of what is kept."""

    title: str
    tables: tuple[str, ...]
    what: str
    why: str
    how_long: HowLong
    remains: str = ""
    """What stays, without the person, when they are erased; empty where all of it goes."""


def days(number: int) -> str:
    """``180 dagar``, ``3 år``."""
    years, rest = divmod(number, 365)
    return count(years, "år", "år") if years and not rest else count(number, "dag", "dagar")


def _while_here(settings: Settings) -> str:
    return (
        f"Tills du tar bort dig. Lämnar du nätverkets team tar jag bort dig efter {days(settings.leaver_days)}, om du "
        "inte har kommit tillbaka eller skrivit till mig. Har du kvar ett uppdrag räknas tiden från att kansliet "
        "avslutar det. Kansliet kan också ta bort dig tidigare."
    )


CLASSES = (
    KeptClass(
        "Namn och kontaktuppgifter",
        ("people", "people_names", "conversations", "roster_members", "news_choices"),
        "Namn och mejladress, också de du hade förut, telefonnummer om du eller kansliet har skrivit det, kommun, "
        "roll, dina egna val, Teams id för dig och för vår chatt, och vilka av nätverkets team du är med i.",
        "Så att jag kan svara dig, påminna dig och veta vilken kommun du arbetar för.",
        _while_here,
    ),
    KeptClass(
        "Uppdrag och roller",
        ("contacts", "roles", "proposals"),
        "Vilka uppdrag du har och har haft för din kommun, roller som kansliet har gett dig, och vilka som får veta "
        "det när de frågar mig.",
        "Så att kommunen, kansliet och andra medlemmar vet vem som är kontaktperson.",
        lambda settings: (
            f"Så länge du har uppdraget. Ett avslutat uppdrag står med ditt namn i högst {days(settings.history_days)}."
        ),
        "Att någon hade uppdraget, och när. Inte vem.",
    ),
    KeptClass(
        "Temagrupper",
        ("follows", "theme_group_moderators", "question_followers"),
        "Vilka temagrupper och frågor du följer, och vilka grupper du håller i.",
        "Så att du får veta när det händer något där.",
        _while_here,
    ),
    KeptClass(
        "Frågor och svar mellan medlemmar",
        ("questions", "answers"),
        "Frågor som du har ställt till en temagrupp och svar som du har gett.",
        "Så att fler får nytta av dem.",
        lambda settings: f"Så länge frågan väntar på svar, och sedan {days(settings.peer_days)}.",
        "Frågan och svaren, utan ditt hela namn och din mejladress. Står det andra uppgifter om dig i texten? Säg till "
        "kansliet.",
    ),
    KeptClass(
        "Frågor till kunskapsbanken",
        ("faq_recent_questions", "faq_votes"),
        "Din senaste fråga i varje chatt, och vad du tyckte om svaren.",
        "Så att jag förstår en följdfråga, och så att svaren blir bättre.",
        lambda settings: (
            "Senaste frågan: högst någon timme. Rösten: så länge svaret finns. "
            f"Det du skrev om varför: {days(settings.question_days)}."
        ),
    ),
    KeptClass(
        "Påbörjade samtal och svar",
        ("open_dialogs", "seen_activities", "download_links", "thread_offers", "answer_forms"),
        "Påbörjade samtal, mina svar till dig det senaste dygnet, länkar för att hämta filer, inlägg i en frågas "
        "tråd som jag har frågat dig om jag får skicka vidare, och att du har börjat svara på en fråga.",
        "Så att vi kan fortsätta där vi var, och så att du inte får samma svar två gånger.",
        lambda settings: (
            f"Svar: ett dygn. Påbörjade samtal: {days(settings.dialog_days)}. Länkar: 15 minuter. "
            "Inlägg: tills du har sagt ja eller nej, högst ett dygn. Att du har börjat svara: högst någon timme."
        ),
    ),
    KeptClass(
        "Din start i nätverket",
        (
            *("onboardings", "match_profiles", "match_offers", "match_avoidances", "pair_members"),
            *("new_members", "pending_guests", "check_ins", "silences"),
        ),
        "Din introduktion: hur långt du har kommit, dina svar, vad du brottas med och hur du säger att det går. Om du "
        "har tackat ja till inbjudan. Din kontaktperson, vem du har matchats med och inte vill matchas med. När jag "
        "har frågat dig eller en kollega hur det går.",
        "Så att du kan fortsätta där du var, och så att rätt personer hittar varandra.",
        _while_here,
        "Att en kollega har blivit frågad om någon annan. Inte vem.",
    ),
    KeptClass(
        "Utskick",
        ("deliveries", "contents", "content_people", "announcement_marks", "people_in_lists", "news_listings"),
        "Meddelanden och påminnelser, i Teams och med mejl: när de gick, om de kom fram och vad som stod. Också vilka "
        "meddelanden till andra som nämner dig, vad du har tryckt på kansliets utskick (läst, intresserad, delat), "
        "om du står i en lista som kansliet har klistrat in, och utskick du får i veckobrev eller en annan lista.",
        "Så att kansliet kan se om du har blivit påmind, och så att inget skickas två gånger.",
        lambda settings: (
            f"Texten: {days(settings.message_days)}. Att något skickades: {days(settings.delivery_days)}. "
            "Det du har tryckt och listor: tills du tar bort dig."
        ),
    ),
    KeptClass(
        "Synpunkter på remisser",
        ("viewpoints",),
        "Vad du har svarat på kansliets remisser, och om det var din egen eller kommunens synpunkt.",
        "Så att kansliet kan väga in vad medlemmarna tycker.",
        lambda settings: f"{days(settings.peer_days)} efter din sista ändring, eller tills du tar bort dig.",
        "Det du har skrivit som kommunens synpunkt, utan ditt hela namn och din mejladress. Dina egna synpunkter tar "
        "jag bort.",
    ),
    KeptClass(
        "Kansliets utskick",
        ("announcements",),
        "Utskick som du har skrivit, skickat eller granskat på kansliet.",
        "Så att kansliet vet vem som kan svara på frågor om dem, och att två har läst dem.",
        lambda _: "Så länge utskicket finns, eller tills du tar bort dig.",
        "Utskicken, utan ditt namn.",
    ),
    KeptClass(
        "Mötesinbjudningar",
        ("invitations",),
        "Möten som jag har bjudit in dig till i kalendern, och vad du har svarat i Outlook.",
        "Så att din kalender stämmer när mötet flyttas eller ställs in.",
        lambda settings: f"{days(settings.delivery_days)} efter mötet.",
        "Ett kodat spår av din mejladress, tills du är borttagen ur mötet i kalendern. Det brukar ta någon minut.",
    ),
    KeptClass(
        "Webbinarier och andra möten",
        ("events", "event_registrations", "event_questions", "event_participations", "event_ratings"),
        "Möten som du har anmält dig till, står i kö till eller har tackat nej till, om du var med, ditt omdöme, dina "
        "frågor till den som talar, och möten som du håller i eller har lagt in på kansliet.",
        "Så att du får plats, påminnelser och svar, och så att vi vet hur många som kommer och om det är värt tiden.",
        lambda _: "Tills du tar bort dig.",
        "Mötena, utan ditt namn.",
    ),
    KeptClass(
        "Kommunens uppgifter",
        ("duties", "duty_statuses", "duty_changes", "duty_hands"),
        "Vad du har sagt om kommunens uppgifter i nätverket (klart, uppskjutet, behöver hjälp, inte jag), och "
        "uppgifter som du har lagt in på kansliet.",
        "Så att ni påminns om det som är kvar, och inte om det som är gjort.",
        lambda _: "Så länge uppgiften finns, eller tills du tar bort dig.",
        "Kommunens uppgifter och hur långt den har kommit. Inte vem som sa det.",
    ),
    KeptClass(
        "Ändringslogg",
        ("audit_log", "agenda_choices"),
        "Ändringar i registret och kunskapsbanken som du har gjort eller som gäller dig, och vad du som kansli har "
        "valt under Veckans beslut.",
        "Så att det går att se i efterhand vem som ändrade vad.",
        lambda settings: f"{days(settings.audit_days)}. Veckans beslut: {days(35)}.",
        "Vad som ändrades och när. Inte vem som gjorde det eller vem det gällde.",
    ),
    KeptClass(
        "Svar i kunskapsbanken",
        ("faq_entries", "faq_entry_changes"),
        "Vilka svar i kunskapsbanken som du har skrivit, ändrat eller granskat eller som kommer från dig, och om ditt "
        "namn får stå där.",
        "Så att kansliet vet vem som kan granska dem. Medlemmarna ser ditt namn bara om du har sagt ja.",
        lambda settings: (
            f"Så länge svaret finns, eller tills du tar bort dig. Ändringarna: {days(settings.audit_days)}."
        ),
        "Svaren och hur de har ändrats, utan ditt namn.",
    ),
)
OTHER = KeptClass("Annat", (), "Uppgifter som hör till fler funktioner.", "Så att funktionen fungerar.", _while_here)


def class_of(table: str) -> KeptClass:
    """The class that a table belongs to."""
    return next((one for one in CLASSES if table in one.tables), OTHER)


def classes_of(tables: list[str]) -> Iterator[tuple[KeptClass, list[str]]]:
    """The classes of these tables, in order, each with its tables."""
    for one in (*CLASSES, OTHER):
        theirs = [table for table in tables if class_of(table) is one]
        if theirs:
            yield one, theirs
