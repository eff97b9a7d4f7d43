"""What an imported list would change: a plan to be shown, and carried out as it was shown. Only adds and changes.

A contact person who is missing from the list keeps the seat: a list tells who is there, not who has left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from bot.imports.plans import ImportLine, ImportOutcome, ImportPlan
from bot.memberlist import records
from bot.memberlist.columns import Sheet
from bot.memberlist.records import Record
from bot.message import UserError
from bot.register import checks, seats, words
from bot.register import municipalities as editing
from bot.register.change import Change
from bot.register.municipalities import Facts
from storage import contacts, municipalities, people
from storage.contacts import Contact
from storage.municipalities import MemberState, Municipality
from storage.people import Person, PersonRole


@dataclass(frozen=True, slots=True)
class Wanted:
    """A checked row: a person with a seat and municipality, and the row's facts about the municipality."""

    number: int
    code: str
    seat: PersonRole | None = None
    name: str = ""
    mail: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Plan(ImportPlan[Wanted]):
    """What an import does. ``wanted`` has every row that can be read, also those that change nothing."""

    sheet: Sheet
    """Where it comes from."""
    new_members: tuple[str, ...]
    """Codes of municipalities that become members: they stand on a list without states, and nobody had said."""
    former: tuple[str, ...] = ()
    """Names of municipalities that stand as former members and stay so, though the list has people of theirs."""

    @property
    def ignored(self) -> tuple[str, ...]:
        """Columns that are not read."""
        return self.sheet.ignored

    @property
    def refused_rows(self) -> int:
        """Rows of which at least a part is refused. The others below the headings are read."""
        return len({line.where for line in self.of(ImportOutcome.REFUSED)})

    @property
    def read_rows(self) -> int:
        """Rows of which nothing is refused."""
        return len({line.where for line in self.lines}) - self.refused_rows

    @property
    def useful(self) -> bool:
        """Return whether it changes anything."""
        return bool(self.new_members or self.of(ImportOutcome.NEW, ImportOutcome.CHANGED))


class Register:
    """The register as it is, read once; with ``lock`` held until the transaction ends."""

    def __init__(self, session: Session, mails: list[str], *, lock: bool) -> None:
        rows = municipalities.lock_all(session) if lock else {row.code: row for row in municipalities.everyone(session)}
        self.municipalities: dict[str, Municipality] = dict(rows)
        self.same = people.with_mails(session, mails)
        """By address, everybody who has it."""
        self.people: dict[str, Person] = {}
        """By address, the person whom a row is about, as far as they are known."""
        self.seats = {(one.municipality_code, one.seat, one.person_id) for one in contacts.current(session)}
        self.held = {(code, seat) for code, seat, _ in self.seats}


def plan(session: Session, table: Sheet, *, lock: bool = False) -> Plan:
    """What importing ``table`` would do now."""
    return _Planning(session, table, lock=lock).plan()


def carry_out(change: Change, plan: Plan) -> None:
    """Do what a plan says, in the transaction that made it with ``lock``."""
    register = Register(change.session, [one.mail for one in plan.wanted], lock=False)
    new: list[tuple[Wanted, Person]] = []
    for one in plan.wanted:
        municipality = register.municipalities[one.code]
        if one.facts:
            editing.change(change, municipality, _facts(municipality, one.facts))
        if one.mail:
            new.append((one, _person(change, register, one)))
    for code in plan.new_members:
        editing.change(
            change, register.municipalities[code], _facts(register.municipalities[code], {"state": MemberState.MEMBER})
        )
    change.session.flush()
    for one, person in new:
        _seat(change, register, one, person)


def _person(change: Change, register: Register, one: Wanted) -> Person:
    person = register.people.get(one.mail) or seats.known_as(one.name, register.same.get(one.mail, ()))
    known = person is not None
    if person is None:
        person = Person(name=one.name, mail=one.mail, first_seen_at=change.now)
        change.session.add(person)
    elif person.teams_id is None:
        person.name = one.name
    if one.phone and _takes(person, one.phone):
        if known:
            change.record("Nytt telefonnummer (import)", f"municipality:{one.code}", person.id)
        person.phone = one.phone
    register.people[one.mail] = person
    return person


def _takes(person: Person, phone: str) -> bool:
    """Return whether a list's number is kept. The own number of a person who uses the bot is newer than any list."""
    return person.phone != phone and (person.phone is None or person.teams_id is None)


def _seat(change: Change, register: Register, one: Wanted, person: Person) -> None:
    key = (one.code, str(one.seat), person.id)
    if key in register.seats or one.seat is None:
        return
    register.seats.add(key)
    person.municipality_code = person.municipality_code or one.code
    person.role = person.role or one.seat
    seated = Contact(municipality_code=one.code, seat=one.seat, person_id=person.id, since=change.today)
    change.session.add(seated)
    change.record(f"Ny {words.seat(one.seat)} (import)", f"municipality:{one.code}", person.id)


def _facts(one: Municipality, given: dict[str, object]) -> Facts:
    """The municipality's facts with what a row gives."""
    now = {
        "state": MemberState(one.state),
        "programme_url": one.programme_url,
        "programme_until": one.programme_until,
        "mail_domains": tuple(one.mail_domains),
    }
    return Facts(**{**now, **given})  # type: ignore[arg-type]


class _Planning:
    def __init__(self, session: Session, table: Sheet, *, lock: bool) -> None:
        self._session = session
        self._table = table
        self._register = Register(session, [record.mail.casefold() for record in table.records], lock=lock)
        self._phones: dict[str, tuple[str, int]] = {}
        self._names: dict[str, tuple[str, int]] = {}
        self._seen: dict[tuple[str, str, str], int] = {}
        self._said: dict[tuple[str, str], tuple[object, int]] = {}
        self._domains: dict[str, tuple[str, int]] = {}
        self._wanted: list[Wanted] = []

    def plan(self) -> Plan:
        lines = tuple(line for record in self._table.records for line in self._lines(record))
        codes = () if self._table.states else dict.fromkeys(one.code for one in self._wanted)
        new_members = (code for code in codes if self._register.municipalities[code].state == MemberState.UNKNOWN)
        return Plan(lines, tuple(self._wanted), self._table, tuple(new_members), tuple(self._former()))

    def _former(self) -> Iterator[str]:
        rows = [self._register.municipalities[code] for code in sorted({one.code for one in self._wanted if one.mail})]
        said = {one.code for one in self._wanted if "state" in one.facts}
        return (one.full_name for one in rows if one.state == MemberState.FORMER and one.code not in said)

    def _lines(self, record: Record) -> Iterator[ImportLine]:
        where = f"rad {record.number}"
        try:
            wanted = self._checked(record)
        except UserError as refusal:
            yield ImportLine(where, ImportOutcome.REFUSED, record.about, str(refusal))
            return
        about = self._register.municipalities[wanted.code].full_name
        if wanted.mail:
            about = f"{wanted.name}, {about}"
        try:
            wanted = replace(wanted, phone=self._phone(record, wanted.mail))
        except UserError as refusal:
            told = f"Telefonnumret sparas inte, men resten av raden. {refusal}"
            yield ImportLine(where, ImportOutcome.REFUSED, about, told)
        news, changes = self._difference(wanted)
        self._wanted.append(wanted)
        outcome = ImportOutcome.NEW if news else ImportOutcome.CHANGED if changes else ImportOutcome.UNCHANGED
        yield ImportLine(where, outcome, about, ", ".join([*news, *changes]))

    def _phone(self, record: Record, mail: str) -> str | None:
        number = records.phone(record) if mail else None
        if number is not None:
            before, line = self._phones.setdefault(mail, (number, record.number))
            if before != number:
                raise UserError(f"Personen har ett annat nummer på rad {line}.")
        return number

    def _checked(self, record: Record) -> Wanted:
        records.refuse_odd_values(record)
        code = records.municipality(record)
        facts = records.facts(record)
        self._refuse_contradiction(record.number, code, facts)
        self._refuse_shared_domains(record.number, code, facts)
        if not (record.name or record.mail):
            if not facts:
                raise UserError("Raden har ingen person och säger inget om kommunen.")
            return Wanted(record.number, code, facts=facts)
        seat = records.seat(record)
        name, mail = checks.checked_name(record.name), checks.checked_mail(record.mail)
        self._refuse_duplicate(record.number, code, seat, name, mail)
        known = seats.known_as(name, self._register.same.get(mail, ()))
        if known is None:
            seats.refuse_erased(self._session, mail)
        else:
            self._register.people[mail] = known
        return Wanted(record.number, code, seat, name, mail, facts)

    def _refuse_duplicate(self, number: int, code: str, seat: str, name: str, mail: str) -> None:
        before, line = self._names.setdefault(mail, (name.casefold(), number))
        if before != name.casefold():
            raise UserError(f"Samma adress som rad {line}, men ett annat namn. Varje person behöver en egen adress.")
        first = self._seen.setdefault((code, seat, mail), number)
        if first != number:
            raise UserError(f"Dubblett: samma person och uppdrag som rad {first}.")

    def _refuse_contradiction(self, number: int, code: str, facts: dict[str, object]) -> None:
        for name, value in facts.items():
            before, line = self._said.get((code, name), (value, number))
            if before != value:
                raise UserError(f"Raden säger något annat om kommunen än rad {line}.")
        self._said |= {(code, name): (value, number) for name, value in facts.items()}

    def _refuse_shared_domains(self, number: int, code: str, facts: dict[str, object]) -> None:
        one, given = self._register.municipalities[code], facts.get("mail_domains")
        domains = given if isinstance(given, tuple) else ()
        editing.refuse_taken(self._register.municipalities.values(), one, domains)
        for domain in domains:
            whose, line = self._domains.setdefault(domain, (code, number))
            if whose != code:
                raise UserError(f"Mejldomänen {domain} står för en annan kommun på rad {line}.")

    def _difference(self, wanted: Wanted) -> tuple[list[str], list[str]]:
        """Return what is new and what changes."""
        news: list[str] = []
        changes: list[str] = []
        municipality = self._register.municipalities[wanted.code]
        for name, value in wanted.facts.items():
            now = getattr(municipality, name)
            if (tuple(now) if isinstance(now, list) else now) != value:
                shown = f" till {value}" if name == "programme_until" else ""
                changes.append(f"ändrar {records.FACT_NAMES[name]}{shown}")
        if not wanted.mail or wanted.seat is None:
            return news, changes
        person = self._register.people.get(wanted.mail)
        if person is None:
            news.append("ny person")
        elif person.teams_id is None and person.name != wanted.name:
            changes.append("nytt namn")
        if person is not None and wanted.phone and _takes(person, wanted.phone):
            changes.append("nytt telefonnummer")
        seat = words.seat(wanted.seat)
        if person is None or (wanted.code, wanted.seat, person.id) not in self._register.seats:
            also = (wanted.code, wanted.seat) in self._register.held
            news.append(f"ny {seat}" + (" (kommunen har redan någon, som står kvar)" if also else ""))
        return news, changes
