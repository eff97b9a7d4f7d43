"""The data kept about people, in Swedish: by class what, why, for how long, and what remains after erasing.

A table with a key to people must be in one of the classes; a test fails otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.register.subscriptions import WORDS
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
            *("new_members", "pending_guests", "check_ins"),
        ),
        "Hur långt du har kommit i introduktionen, dina svar där, vad du brottas med, om du vill ha eller vara "
        "kontaktperson, vem du har matchats med, hur det gick, och vem du inte vill matchas med. Om du har tackat ja "
        "till inbjudan och är hälsad välkommen, och hur du säger att det går.",
        "Så att du kan fortsätta där du var, och så att rätt personer hittar varandra.",
        _while_here,
    ),
    KeptClass(
        "Utskick",
        (
            "deliveries",
            "contents",
            "content_people",
            "announcement_marks",
            "people_in_lists",
            "news_listings",
            "silences",
        ),
        "Meddelanden och påminnelser, i Teams och med mejl: när de gick, om de kom fram och vad som stod. Också vilka "
        "meddelanden till andra som nämner dig, vad du har tryckt på kansliets utskick (läst, intresserad, delat), "
        "om du står i en lista som kansliet har klistrat in, och utskick du får i veckobrev eller en annan lista. "
        "Och när jag har frågat hur det går hos er.",
        "Så att kansliet kan se om du har blivit påmind, och så att inget skickas två gånger.",
        lambda settings: (
            f"Texten: {days(settings.message_days)}. Att det gick: {days(settings.delivery_days)}. "
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
        ("faq_entries",),
        "Vilka svar i kunskapsbanken som du har skrivit eller som kommer från dig, och om ditt namn får stå där.",
        "Så att kansliet vet vem som kan granska dem. Medlemmarna ser ditt namn bara om du har sagt ja.",
        lambda _: "Så länge svaret finns, eller tills du tar bort dig.",
        "Svaren, utan ditt namn.",
    ),
)
OTHER = KeptClass("Annat", (), "Uppgifter som hör till fler funktioner.", "Så att funktionen fungerar.", _while_here)

COLUMNS = {
    "name": "Namn",
    "mail": "Mejladress",
    "phone": "Telefon",
    "entra_id": "Id i Microsoft Entra",
    "teams_id": "Id i Teams",
    "guest": "Gästkonto",
    "municipality_code": "Kommunkod",
    "role": "Roll",
    "helps_with": "Kan hjälpa till med",
    "wrestles_with": "Brottas med",
    "visible_to": "Visas för",
    "remind_by": "Påminnelser",
    "paused_until": "Ingen påminnelse till och med",
    "first_seen_at": "Först sedd",
    "last_active_at": "Senast aktiv",
    "left_at": "Lämnade teamen",
    "seen_at": "Senast ändrad",
    "scope": "Sorts chatt",
    "tenant_id": "Organisationens id",
    "seat": "Uppdrag",
    "since": "Från och med",
    "until": "Till och med",
    "given_at": "När",
    "kind": "Sort",
    "created_at": "Skapad",
    "changed_at": "Ändrad",
    "reviewed_on": "Granskad",
    "theme": "Tema",
    "text": "Text",
    "answer": "Svar",
    "question": "Fråga",
    "behalf": "Vems synpunkt",
    "phrasings": "Andra sätt att fråga",
    "helpful": "Hjälpte svaret",
    "reason": "Skäl",
    "note": "Anteckning",
    "at": "När",
    "asked_at": "När",
    "ended_at": "Avslutad",
    "claimed_at": "Tagen",
    "show_name": "Visar namn",
    "came": "Var med",
    "stars": "Omdöme 1–5",
    "comment": "Vad jag skrev",
    "status": "Läge",
    "state": "Läge",
    "more": "Mer att svara på",
    "solved": "Löste frågan",
    "may_write": "Den som frågade får skriva till mig",
    "answers": "Svar hittills",
    "reply": "Mitt svar",
    "body": "Innehåll",
    "subject": "Gäller",
    "settled_at": "Klart",
    "route": "Väg",
    "file": "Fil",
    "expires_at": "Gäller till",
    "used_at": "Använd",
    "what": "Vad",
    "about": "Om",
}
"""Columns that a reader without technical knowledge understands; the others stand only in the JSON file."""
VALUES = {
    "politician": "kontaktpolitiker",
    "officer": "tjänsteperson",
    "substitute": "ersättare",
    "reporter": "rapportör",
    "other": "annan roll",
    "kansli": "kansli",
    "board": "styrelse",
    "text": "mina uppgifter",
    "json": "mina uppgifter",
    "log": "ändringsloggen",
    "members": "medlemslistan",
    "chat": "i chatten",
    "mail": "med mejl",
    "both": "i chatten och med mejl",
    "network": "medlemmar i hela nätverket",
    "municipality": "min kommun och kansliet",
    "own": "min egen",
    "town": "kommunens",
    "new_chat": "i chatten",
    "mention": "i tråden",
    "feed": "som avisering i Teams",
    "personal": "egen chatt",
    "seat": "uppdrag",
    "belongs": "hör till kommunen",
    "leaves": "har slutat",
    "waiting": "väntar",
    "sent": "skickat",
    "unreachable": "gick inte fram",
    "failed": "misslyckades",
    "cancelled": "avbrutet",
    "expired": "för gammalt",
    "open": "öppen",
    "answered": "besvarad",
    "solved": "löst",
    "withdrawn": "återtagen",
    "closed": "stängd",
    **WORDS,
}
"""What the database's words mean, where a column holds one of a few."""
CODED = frozenset("role seat remind_by visible_to route scope kind status state file behalf part".split())


def class_of(table: str) -> KeptClass:
    """The class that a table belongs to."""
    return next((one for one in CLASSES if table in one.tables), OTHER)


def classes_of(tables: list[str]) -> Iterator[tuple[KeptClass, list[str]]]:
    """The classes of these tables, in order, each with its tables."""
    for one in (*CLASSES, OTHER):
        theirs = [table for table in tables if class_of(table) is one]
        if theirs:
            yield one, theirs
