"""What a row of somebody's list says, and the checks of each value. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.message import UserError
from bot.register import checks, finder, municipalities, official_names, sheets
from bot.swedish import MONTHS, listed
from storage.municipalities import MemberState
from storage.people import SEATS, PersonRole

FACT_NAMES = {
    "state": "medlemskap",
    "programme_url": "länken till programmet",
    "programme_until": "programmets sista år",
    "mail_domains": "mejldomäner",
}
PERSONAL = ("name", "first", "last", "mail", "phone", "seat")
"""Fields that tell of a person; the others of the municipality."""
NOTHING = frozenset({"", "-", "–", "—", "saknas", "vakant", "n/a"})
"""What stands in a cell that says nothing."""
LONGEST_VALUE = 500
"""Characters; the longest column, of the link to the programme, takes as many."""
_SEATS = {
    PersonRole.SUBSTITUTE: r"ersätt|suppleant",
    PersonRole.REPORTER: r"rapportör|nyckeltal",
    PersonRole.POLITICIAN: r"politiker|förtroendevald|kommunalråd|regionråd",
    PersonRole.OFFICER: r"tjänste|tjm\b|strateg|handläggare|samordnare|miljöchef|hållbarhetschef",
}
_STATES = {
    MemberState.FORMER: r"tidigare( medlem)?|utträdd|f\.?\s?d\.?( medlem)?|lämnat",
    MemberState.PROSPECT: r"prospekt|på väg( att bli medlem)?|intresserad",
    MemberState.MEMBER: r"medlem|ja|x",
    MemberState.UNKNOWN: r"inte angivet|okänt",
}


_LOST_ZERO = re.compile(r"[1-9]\d{6,8}")
"""A Swedish telephone number that Excel took for a number, which has no zero in front."""
_EXCEL_ERROR = re.compile(r"#[\w/]+[!?]?")
_MONTH = "|".join(f"{month[:3]}[a-zåäö]*" for month in MONTHS)
_DATE = re.compile(
    rf"(?<!\d)(?:\d\d?[./-]\d\d?[./-]|(?:\d\d?\s)?(?:{_MONTH})\.?\s)?(?P<year>(?:19|20|21)\d\d)"
    r"(?:([-/.]?)(?:0[1-9]|1[0-2])\2(?:0[1-9]|[12]\d|3[01])(?:[ t]00:00:00)?)?(?!\d)",
    re.IGNORECASE,
)
"""A year alone or in a date: 2030, 2030-12-31, 20301231, 31/12/2030, 31 december 2030."""
_ENDS = re.compile(
    r"(?:(?:[^#\d]*#)*[^#\d]*(?:till|till och med|t\.?\s?o\.?\s?m\.?|[-–—/])\s*)?(?:(?:år|den|slutet av)\s+)?#[\s.)\]]*"
)
"""A text with ``#`` for its dates that says which one is the end: alone, or after a word or sign for "until"."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a row says of one person, or of the municipality only; as written."""

    number: int
    code: str = ""
    municipality: str = ""
    first: str = ""
    last: str = ""
    name: str = ""
    mail: str = ""
    phone: str = ""
    seat: str = ""
    state: str = ""
    programme_url: str = ""
    programme_until: str = ""
    mail_domains: str = ""
    exact: bool = False
    """Whether the list is written with å, ä and ö, so that "Habo" means Habo."""

    @property
    def about(self) -> str:
        """Which row it is, for somebody who has the list before them."""
        return ", ".join(part for part in (self.name or self.mail, self.municipality or self.code) if part)[:80]


def refuse_odd_values(record: Record) -> None:
    """Raise :class:`UserError` for a formula, for Excel's word for an error, and for more text than we store."""
    for name in ("code", "municipality", *PERSONAL, *FACT_NAMES):
        value = getattr(record, name) if name != "phone" else ""  # a number may begin with a plus: phone() checks it
        if value.startswith(("=", "@", "+")) or (value.startswith("-") and value not in NOTHING):
            raise UserError("En cell innehåller en formel. Skriv bara värdet.")
        if _EXCEL_ERROR.fullmatch(value):
            raise UserError(f"En cell innehåller ett fel från Excel ({value}). Skriv bara värdet.")
        if len(value) > LONGEST_VALUE:
            raise UserError(f"En cell är för lång, {len(value)} tecken eller fler. Skriv högst {LONGEST_VALUE} tecken.")


def municipality(record: Record) -> str:
    """Return the municipality's code. Raises :class:`UserError` if it is unknown, unsure, or of another name."""
    named = _named(record)
    if not record.code or record.code in NOTHING:
        if named is None:
            raise UserError("Raden säger inte vilken kommun det gäller. Sammanfogade celler behöver delas i Excel.")
        return named
    code = finder.padded(record.code) if record.code.isdecimal() else ""
    if code not in official_names.full_names():
        raise UserError(f"Det finns ingen kommun med koden {record.code}.")
    if named is not None and named != code:
        names = official_names.full_names()
        raise UserError(f"Koden {code} är {names[code]}, men namnet säger {names[named]}.")
    return code


def seat(record: Record) -> PersonRole:
    """Which seat. Raises :class:`UserError` where the row does not say."""
    found = seat_in(record.seat)
    if found is None:
        raise UserError(
            f"Rollen ”{record.seat}” förstår jag inte. Skriv politiker, ersättare, tjänsteperson eller rapportör."
            if record.seat
            else "Rollen saknas. Skriv politiker, ersättare, tjänsteperson eller rapportör."
        )
    return found


def phone(record: Record) -> str | None:
    """Return the person's telephone number; None if the row has none. Raise :class:`UserError` for anything else."""
    number = sheets.restored(record.phone)
    if _LOST_ZERO.fullmatch(number):
        number = f"0{number}"
    return checks.checked_phone("" if number.casefold() in NOTHING else number)


def facts(record: Record) -> dict[str, object]:
    """What the row says of the municipality, by the name of the column. Raises :class:`UserError`."""
    said: dict[str, object] = {}
    if record.state.casefold() not in NOTHING:
        said["state"] = _state(record.state)
    if record.programme_url.casefold() not in NOTHING:
        said["programme_url"] = municipalities.checked_url(record.programme_url)
    if record.programme_until.casefold() not in NOTHING:
        said["programme_until"] = municipalities.checked_year(_last_year(record.programme_until))
    if record.mail_domains.casefold() not in NOTHING:
        said["mail_domains"] = municipalities.checked_domains(record.mail_domains)
    return said


def _named(record: Record) -> str | None:
    text = record.municipality
    if text.casefold() in NOTHING:
        return None
    if record.exact:
        same = official_names.named_exactly(text)
        if len(same) == 1:
            return same[0]
    match finder.official().find(text):
        case finder.Found(code):
            return code
        case finder.Ask(codes):
            names = listed([official_names.full_names()[code] for code in codes], "eller")
            raise UserError(f"”{text}” kan vara {names}. Skriv kommunkoden.")
        case None:
            raise UserError(f"Det finns ingen kommun som heter ”{text}”.")


def _last_year(text: str) -> str:
    """Return the year in which a period ends. Raise :class:`UserError` for a text that may mean another year."""
    years = [date["year"] for date in _DATE.finditer(text)]
    shape = _DATE.sub("#", text.casefold().replace("#", ""))
    if not _ENDS.fullmatch(shape) or years[-1] != max(years):
        raise UserError(f"Det är oklart vilket år programmet slutar: ”{text[:60]}”. Skriv bara det sista året.")
    return years[-1]


def _state(text: str) -> MemberState:
    for state, pattern in _STATES.items():
        if re.fullmatch(pattern, text.casefold()):
            return state
    raise UserError(f"Status ”{text}” förstår jag inte. Skriv medlem, på väg eller tidigare.")


def seat_in(text: str) -> PersonRole | None:
    """The seat that a text names; None for none."""
    if text in SEATS:
        return PersonRole(text)
    return next((seat for seat, pattern in _SEATS.items() if re.search(pattern, text.casefold())), None)
