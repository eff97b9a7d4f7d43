"""The doctor on set-ups of which one thing is broken: it names that, with its remedy, and nothing else."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from azure.core.credentials_async import AsyncTokenCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from app import utc_now
from bot import identity
from bot.__main__ import main
from bot.conversation import ROUTES
from bot.doctor import examine, here, secret
from bot.doctor.case import Asked, Case, Problem
from bot.doctor.permissions import CALENDAR, MAIL, PERMISSIONS
from bot.graph import failures
from bot.settings import Settings
from manifest import build
from storage import credentials, migrate
from storage.database import Database
from tests.support.edge import running
from tests.support.graph_standin import MAILBOX
from tests.support.network import free_port
from tests.support.tenant_standin import APP_ID, KANSLI_MAILBOX, SECRET, TENANT, Rerouted, TenantStandIn

pytestmark = pytest.mark.clock

KANSLI = "aaaaaaaa-0000-0000-0000-00000000000a"


@dataclass
class SetUp:
    """One set-up in which all is well until a test breaks something."""

    tenant: TenantStandIn
    folder: Path
    environ: dict[str, str]
    asked: Asked = field(default_factory=Asked)
    others: list[TestServer] = field(default_factory=list)
    graph: str = ""
    """Something else in Graph's place."""

    @property
    def database(self) -> Path:
        return self.folder / "bot.db"

    def package(self, **more: Any) -> None:
        """An app package built as it should be, but for ``more``."""
        path = self.folder / "package.zip"
        path.write_bytes(build.build(build.Deployment(**({"app_id": APP_ID} | more)), ROUTES))
        self.asked = Asked(package=path)

    def sql(self, statement: str) -> None:
        database = Database(f"sqlite:///{self.database}")
        with database.engine.begin() as connection:
            connection.exec_driver_sql(statement)
        database.close()

    async def serve(self, **answers: int) -> None:
        """Something else than the bot at the public address: a status for each path."""
        app = web.Application()
        for path, status in answers.items():
            app.router.add_route("*", f"/{path.replace('_', '/')}", partial(_answer, status))
        server = TestServer(app)
        await server.start_server()
        self.others.append(server)
        self.environ["SEKOM_PUBLIC_URL"] = str(server.make_url("")).rstrip("/")

    async def examine(self) -> list[Problem]:
        settings = Settings.load(self.environ)
        async with ClientSession() as session:

            def made() -> AsyncTokenCredential:
                return identity.credential(settings, transport=Rerouted(self.tenant.login), retry_total=0)

            login, graph = self.tenant.login, self.graph or self.tenant.base
            found = await examine(Case(settings, utc_now, session, made, self.asked, login, graph))
        said = " ".join(f"{one.fault} {one.remedy}" for one in found)
        assert SECRET not in said
        assert self.tenant.violations == []
        assert self.tenant.state.mails == []
        return found


async def _answer(status: int, request: web.Request) -> web.StreamResponse:
    """In pieces, as a longer answer comes."""
    response = web.StreamResponse(status=status)
    await response.prepare(request)
    for piece in (b'{"ali', b've": true}'):
        await response.write(piece)
        await asyncio.sleep(0.01)
    return response


@pytest.fixture
async def well(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[SetUp]:
    shutil.copy(sqlite_template, tmp_path / "bot.db")
    async with TenantStandIn() as tenant, running(tokens=True) as edge:
        environ = {
            "MicrosoftAppId": APP_ID,
            "MicrosoftAppPassword": SECRET,
            "MicrosoftAppTenantId": TENANT,
            "SEKOM_CONTACT": KANSLI_MAILBOX,
            "SEKOM_KANSLI": KANSLI,
            "SEKOM_GRAPH_MAILBOX": MAILBOX,
            "SEKOM_PUBLIC_URL": str(edge.url).rstrip("/"),
            "SEKOM_SECRET_EXPIRES": f"{utc_now() + timedelta(days=365):%Y-%m-%d}",
            "DATABASE_URL": f"sqlite:///{tmp_path}/bot.db",
        }
        found = SetUp(tenant, tmp_path, environ)
        found.package()
        yield found
        for server in found.others:
            await server.close()


async def test_it_says_nothing_where_all_is_well(well: SetUp) -> None:
    assert await well.examine() == []


async def test_refusals_that_are_mended_or_long_ago_are_no_fault(well: SetUp) -> None:
    well.sql(PERSON)
    delivered(well, "old", 30, "unreachable", "not_set_up", "")
    assert await well.examine() == []
    delivered(well, "new", 3, "unreachable", "not_set_up", "")
    delivered(well, "mended", 2, "sent", "", "mail")
    assert await well.examine() == []


async def test_a_secret_in_entra_and_an_access_policy_are_as_well(well: SetUp) -> None:
    """The other way to set it up: broad roles, narrowed by a policy, and a secret whose end Entra tells."""
    well.tenant.roles |= {MAIL, CALENDAR, "Application.Read.All"}
    well.tenant.policy, well.tenant.scoped = {MAILBOX}, set()
    del well.environ["SEKOM_SECRET_EXPIRES"]
    well.tenant.state.secrets = [_kept("abc", 5), _kept(SECRET[:3], 300)]
    assert await well.examine() == []


async def test_a_laptop_and_a_bot_without_graph_are_well(well: SetUp) -> None:
    del well.environ["SEKOM_GRAPH_MAILBOX"]
    assert await well.examine() == []
    well.environ = {"DATABASE_URL": well.environ["DATABASE_URL"]}
    assert await well.examine() == []
    assert well.tenant.asked == []


def _kept(hint: str, days: float) -> dict[str, str]:
    return {"hint": hint, "endDateTime": f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT%H:%M:%S}Z"}


# what is broken


def no_database(it: SetUp) -> None:
    it.database.unlink()


def database_held(it: SetUp) -> None:
    """The file is well, and something beside it keeps us out."""
    Path(f"{it.database}-wal").mkdir()


def tables_lost(it: SetUp) -> None:
    it.sql("DROP TABLE leases")
    it.sql("DROP TABLE app_credential")


def empty_database(it: SetUp) -> None:
    it.database.write_bytes(b"")


def damaged_database(it: SetUp) -> None:
    content = bytearray(it.database.read_bytes())
    content[4096 * 3 : 4096 * 9] = b"x" * (4096 * 6)
    it.database.write_bytes(content)


def no_server(it: SetUp) -> None:
    it.environ["DATABASE_URL"] = "postgresql://bot:hemligt@127.0.0.1:1/bot"


def wrong_address(it: SetUp) -> None:
    it.environ["DATABASE_URL"] = "postgresql://bot:hemligt@[::1/bot"


def older_database(it: SetUp) -> None:
    it.sql("UPDATE alembic_version SET version_num = '0004'")


def newer_database(it: SetUp) -> None:
    it.sql("UPDATE alembic_version SET version_num = '9999'")


def no_kansli(it: SetUp) -> None:
    del it.environ["SEKOM_KANSLI"]


def package_of_another_app(it: SetUp) -> None:
    it.package(app_id="6c9e9d3a-0000-4000-8000-000000000002")


def package_without_our_host(it: SetUp) -> None:
    it.package(public_url="https://another.example.org")


def package_that_reads_threads(it: SetUp) -> None:
    it.package(read_threads=True)


def package_that_reads_no_threads(it: SetUp) -> None:
    it.environ["SEKOM_READ_THREADS"] = "true"


def package_that_takes_private_questions(it: SetUp) -> None:
    it.package(private_replies=True)


def package_that_takes_no_private_questions(it: SetUp) -> None:
    it.environ["SEKOM_PRIVATE_REPLIES"] = "true"


def package_with_old_menus(it: SetUp) -> None:
    path = it.asked.package
    assert path is not None
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(files["manifest.json"])
    manifest["bots"][0]["commandLists"][0]["commands"].pop()
    files["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)


def no_package(it: SetUp) -> None:
    it.asked = Asked(package=it.folder / "none.zip")


def wrong_secret(it: SetUp) -> None:
    it.environ["MicrosoftAppPassword"] = "7f2a8d11-0000-4000-8000-000000000009"


def expired_secret(it: SetUp) -> None:
    it.tenant.refusal = 7000222, "The provided client secret keys for app are expired."


def unknown_app(it: SetUp) -> None:
    it.environ["MicrosoftAppId"] = "6c9e9d3a-0000-4000-8000-000000000002"
    it.package(app_id=it.environ["MicrosoftAppId"])


def unknown_tenant(it: SetUp) -> None:
    it.environ["MicrosoftAppTenantId"] = "aaaaaaaa-0000-4000-8000-00000000000b"


def refused_for_another_reason(it: SetUp) -> None:
    it.tenant.refusal = 53003, "Access has been blocked by Conditional Access policies."


def expiry_unknown(it: SetUp) -> None:
    del it.environ["SEKOM_SECRET_EXPIRES"]


def expires(days: int) -> Callable[[SetUp], None]:
    def change(it: SetUp) -> None:
        it.environ["SEKOM_SECRET_EXPIRES"] = f"{utc_now() + timedelta(days=days):%Y-%m-%d}"

    return change


def expires_says_entra(it: SetUp) -> None:
    it.tenant.roles.add("Application.Read.All")
    it.tenant.state.secrets = [_kept("abc", 500), _kept(SECRET[:3], 10)]


def expired_certificate(it: SetUp) -> None:
    it.environ["SEKOM_CERTIFICATE"] = str(certificate(it.folder, days=-1))


def unusable_certificate(it: SetUp) -> None:
    path = it.folder / "bot.pem"
    path.write_text("no certificate")
    it.environ["SEKOM_CERTIFICATE"] = str(path)


def no_such_mailbox(it: SetUp) -> None:
    it.environ["SEKOM_GRAPH_MAILBOX"] = "bott@ekokommuner.example"


def mailbox_out_of_policy(it: SetUp) -> None:
    it.tenant.roles |= {MAIL, CALENDAR}
    it.tenant.scoped, it.tenant.policy = set(), {"another@ekokommuner.example"}


def no_right_to_send(it: SetUp) -> None:
    it.tenant.scoped.remove((MAIL, MAILBOX))


def no_right_to_the_calendar(it: SetUp) -> None:
    it.tenant.scoped.remove((CALENDAR, MAILBOX))


def every_mailbox(it: SetUp) -> None:
    it.tenant.roles |= {MAIL, CALENDAR}


def every_mailbox_for_mail(it: SetUp) -> None:
    it.tenant.roles |= {MAIL}


def nothing_to_compare_with(it: SetUp) -> None:
    it.tenant.roles |= {MAIL, CALENDAR}
    it.environ["SEKOM_CONTACT"] = MAILBOX


def too_much(it: SetUp) -> None:
    it.tenant.roles |= {"Mail.ReadWrite"}


def clock_ahead(it: SetUp) -> None:
    it.tenant.clock_ahead = -600


def clock_behind(it: SetUp) -> None:
    it.tenant.clock_ahead = 600


def nobody_at_the_public_url(it: SetUp) -> None:
    it.environ["SEKOM_PUBLIC_URL"] = f"http://127.0.0.1:{free_port()}"


PERSON = (
    "INSERT INTO people (name, role, helps_with, remind_by, first_seen_at) VALUES ('A', '', '', 'both', '2026-01-01')"
)
ROW = (
    "INSERT INTO deliveries (key, subject, lane, operation, repeat, reach, dated, created_at, not_before, expires_at,"
    " state, attempts, doubts, error, route, settled_at)"
    " VALUES ('{0}', 's', '{0}', 'mail', 'again', 'reminder', 0, '{1}', '{1}', '{1}', '{2}', 1, 0, '{3}', '{4}', '{1}')"
)


def delivered(it: SetUp, key: str, hours: float, *what: str) -> None:
    it.sql(ROW.format(key, f"{utc_now() - timedelta(hours=hours):%Y-%m-%d %H:%M:%S.%f}", *what))


def no_mailbox_for_those_who_want_mail(it: SetUp) -> None:
    del it.environ["SEKOM_GRAPH_MAILBOX"]
    it.sql(PERSON)


def mails_refused_lately(it: SetUp) -> None:
    delivered(it, "a", 3, "sent", "", "mail")
    delivered(it, "b", 2, "unreachable", "not_set_up", "")


def a_kansli_that_has_left(it: SetUp) -> None:
    left = PERSON.replace("(name", "(left_at, entra_id, name").replace("('A'", f"('2026-01-01', '{KANSLI}', 'A'")
    it.sql(left.replace("'both'", "''"))


def a_kansli_that_does_not_exist(it: SetUp) -> None:
    it.sql("INSERT INTO rosters (id, read_at) VALUES ('19:team', '2026-01-01 00:00:00')")


BROKEN: list[tuple[Callable[[SetUp], None], str, str]] = [
    (no_database, r"database: there is no file .*bot\.db", "Start the bot once"),
    (database_held, "database: it can't be used: unable to open database file", "End what holds the file"),
    (tables_lost, "database: tables are gone: app_credential, leases", "last backup"),
    (empty_database, "migrations: the database has none of the bot's tables", "Start the bot: it makes them"),
    (damaged_database, r"database: .*bot\.db is damaged", "put the last backup in its place"),
    (no_server, "database: it can't be used: connection failed", "whether the server runs"),
    (wrong_address, "database: DATABASE_URL can't be understood", "special characters"),
    (older_database, "migrations: the database is at migration 0004, the program at", "python -m bot migrate"),
    (newer_database, "migrations: it is of a newer version of the bot: migration 9999", "Install that version"),
    (no_kansli, "kansli: nobody has the kansli's role", "SEKOM_KANSLI"),
    (
        a_kansli_that_has_left,
        "kansli: all of SEKOM_KANSLI have left the teams, so nothing reaches them",
        "SEKOM_KANSLI",
    ),
    (a_kansli_that_does_not_exist, f"kansli: SEKOM_KANSLI names {KANSLI}, who has never written", "have them write"),
    (no_mailbox_for_those_who_want_mail, "reminders: reminders by mail were chosen by 1,", "Set SEKOM_GRAPH_MAILBOX"),
    (mails_refused_lately, "reminders: Graph refused for want of set-up in the last day: 1 ", "Graph refuses"),
    (package_of_another_app, "app package: .*ids are .*000002, MicrosoftAppId is .*000001", "manifest.build --version"),
    (package_without_our_host, "app package: .*validDomains lacks 127.0.0.1", "manifest.build --version"),
    (
        package_that_reads_threads,
        "app package: .*it asks to read channel messages, SEKOM_READ_THREADS is false",
        "manifest.build --version",
    ),
    (
        package_that_reads_no_threads,
        "app package: .*does not ask to read channel .* SEKOM_READ_THREADS is true",
        "manifest.build --version",
    ),
    (
        package_that_takes_private_questions,
        "app package: .*it says supportsTargetedMessages, SEKOM_PRIVATE_REPLIES is false",
        "manifest.build --version",
    ),
    (
        package_that_takes_no_private_questions,
        "app package: .*does not say supportsTargetedMessages, SEKOM_PRIVATE_REPLIES is true",
        "manifest.build --version",
    ),
    (package_with_old_menus, "app package: .*other commands than this version", "higher version"),
    (no_package, r"app package: .*none\.zip is no app package", "manifest.build --version"),
    (wrong_secret, r"app id and secret: the secret is wrong \(AADSTS7000215\)", "its Secret ID is another thing"),
    (expired_secret, r"app id and secret: the secret has expired \(AADSTS7000222\)", "Make a new one in Entra"),
    (unknown_app, r"app id and secret: the tenant knows no app with this id \(AADSTS700016\)", "MicrosoftAppId"),
    (unknown_tenant, r"app id and secret: there is no such tenant \(AADSTS90002\)", "MicrosoftAppTenantId"),
    (refused_for_another_reason, r"app id and secret: Entra gives no token \(AADSTS53003\)", "error\\?code=53003"),
    (expiry_unknown, "app secret's expiry: nobody knows when", "SEKOM_SECRET_EXPIRES"),
    (expires(25), "app secret's expiry: it expires on .*; days left: 2[456]", "Make a new one in Entra"),
    (expires(10), "app secret's expiry: it expires on .*; days left: (9|1[01])", "Make a new one in Entra"),
    (expires(2), "app secret's expiry: it expires on .*; days left: [123]", "Make a new one in Entra"),
    (expires(-2), "app secret's expiry: it expired on .*, or SEKOM_SECRET_EXPIRES is old", "Make a new one in Entra"),
    (expires_says_entra, "app secret's expiry: it expires on .*; days left: (9|1[01])", "Make a new one in Entra"),
    (expired_certificate, "certificate's expiry: it expired on", "Replace SEKOM_CERTIFICATE's file"),
    (unusable_certificate, "app id and secret: the file of SEKOM_CERTIFICATE can't be used", "one PEM file"),
    (no_such_mailbox, r"mailbox: Exchange knows no mailbox bott@.* \(ErrorInvalidUser\)", "SEKOM_GRAPH_MAILBOX"),
    (mailbox_out_of_policy, "mailbox, (Calendars|Mail).*a policy keeps it out of", "scope of the app's policy"),
    (no_right_to_send, "mailbox, Mail.Send: Mail.Send is missing", "Application Mail.Send"),
    (no_right_to_the_calendar, "mailbox, Calendars.ReadWrite: .* is missing", "Application Calendars.ReadWrite"),
    (every_mailbox, "mailbox restriction: the app gets into kansliet@.* too", "RBAC for Applications"),
    (every_mailbox_for_mail, "mailbox restriction: Mail.Send is granted in Entra for every mailbox", "take Mail.Send"),
    (nothing_to_compare_with, "mailbox restriction: it can't be seen", "--other-mailbox"),
    (too_much, "Graph permission: Mail.ReadWrite is granted, and the bot has no use", "Take Mail.ReadWrite away"),
    (clock_ahead, r"clock: this machine's clock is (59\d|60\d) s ahead", "NTP"),
    (clock_behind, r"clock: this machine's clock is (59\d|60\d) s behind", "NTP"),
    (nobody_at_the_public_url, "SEKOM_PUBLIC_URL: .* can't be reached", "Start the bot"),
]
BOTH = {mailbox_out_of_policy}
"""Where one cause is two faults."""


DATED = [fault for fault in BROKEN if re.search("expir|clock|in the last day", fault[1])]
"""The faults that depend on the date."""
each = partial(
    pytest.mark.parametrize, ("breaks", "fault", "remedy"), ids=lambda value: getattr(value, "__name__", None)
)


@each(DATED)
async def test_each_fault_of_a_date_is_named_with_its_remedy(
    well: SetUp, breaks: Callable[[SetUp], None], fault: str, remedy: str
) -> None:
    await _named(well, breaks, fault, remedy)


@pytest.mark.costly
@each([fault for fault in BROKEN if fault not in DATED])
async def test_each_other_fault_is_named_with_its_remedy(
    well: SetUp, breaks: Callable[[SetUp], None], fault: str, remedy: str
) -> None:
    await _named(well, breaks, fault, remedy)


async def _named(well: SetUp, breaks: Callable[[SetUp], None], fault: str, remedy: str) -> None:
    if breaks is package_without_our_host:  # only an https address is in a package
        well.environ["SEKOM_PUBLIC_URL"] = "https://127.0.0.1"
    breaks(well)
    found = await well.examine()
    if breaks is package_without_our_host:
        found = [one for one in found if one.about != "SEKOM_PUBLIC_URL"]
    told = [f"{one.about}: {one.fault}. {one.remedy}" for one in found]
    assert len(found) == (2 if breaks in BOTH else 1), told
    assert re.match(fault, told[0]), told
    assert re.search(remedy, found[0].remedy), told
    assert "hemligt" not in "".join(told)


@pytest.mark.costly
@pytest.mark.parametrize("missing", [one.name for one in PERMISSIONS if one.name not in (MAIL, CALENDAR)])
async def test_each_missing_permission_is_named(well: SetUp, missing: str) -> None:
    well.tenant.roles.remove(missing)
    (found,) = await well.examine()
    assert (found.about, found.fault) == ("Graph permission", f"{missing} is missing")
    assert "admin consent" in found.remedy
    well.asked = Asked(well.asked.package, without=frozenset({missing}))
    assert await well.examine() == []


async def test_invitations_may_be_left_out_and_a_mailbox_to_try_must_be_one(well: SetUp) -> None:
    no_right_to_the_calendar(well)
    well.asked = Asked(well.asked.package, without=frozenset({CALENDAR}))
    assert await well.examine() == []
    well.tenant.scoped.add((CALENDAR, MAILBOX))
    well.asked = Asked(well.asked.package, other_mailbox="ingen@ekokommuner.example")
    (found,) = await well.examine()
    assert "ingen@ekokommuner.example is none to try" in found.fault


def test_a_database_of_another_user_is_not_called_damaged(
    sqlite_template: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor.here.os.access", lambda *_: False)
    (found,) = here._damage(sqlite_template)
    assert found.fault.startswith("this user may not read and write")
    assert "chown" in found.remedy


async def test_several_faults_are_all_told(well: SetUp) -> None:
    for breaks in (no_kansli, package_with_old_menus, clock_ahead, expires(10), too_much, nobody_at_the_public_url):
        breaks(well)
    assert len(await well.examine()) == 6


async def test_entra_that_is_not_there_is_told_once_and_graph_is_left_alone(well: SetUp) -> None:
    await well.tenant.stop_entra()
    found = await well.examine()
    assert [one.about for one in found] == ["network", "app id and secret"]
    assert "login.microsoftonline.com on port 443" in found[0].remedy
    assert well.tenant.asked == []


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ({"healthz": 502}, "healthz answers 502, and not as the bot"),
        ({"healthz": 200}, "/api/messages answers 404 to a stranger instead of 401"),
        ({"healthz": 200, "api_messages": 201}, "/api/messages answers 201 to a stranger instead of 401"),
    ],
)
async def test_something_else_at_the_public_url_is_told(well: SetUp, answers: dict[str, int], fault: str) -> None:
    await well.serve(**answers)
    (found,) = await well.examine()
    assert fault in found.fault
    assert "proxy" in found.remedy


async def test_a_proxy_in_the_place_of_graph_is_no_open_mailbox(well: SetUp) -> None:
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", partial(_answer, 200))
    async with TestServer(app) as proxy:
        well.graph = str(proxy.make_url("")).rstrip("/")
        (found,) = await well.examine()
    assert (found.about, found.fault) == ("Graph", "what answers in its place is not Graph")


async def test_a_token_for_teams_alone_is_told(well: SetUp) -> None:
    well.tenant.no_graph = True
    (found,) = await well.examine()
    assert found.fault == "the app is let in, and yet there is no token for Graph (AADSTS500011)"


async def test_graph_that_is_busy_is_no_fault_of_the_set_up(well: SetUp) -> None:
    well.tenant.state.busy = True
    (found,) = await well.examine()
    assert (found.fault, found.remedy[:15]) == ("Graph answered 503", "Try again later")


def test_the_permissions_are_those_that_the_calls_to_graph_need() -> None:
    from bot.graph import calendar, chats, feed, mail, rosters, webinars  # noqa: PLC0415 - imports msgraph

    needed = {
        made.needs
        for module in (calendar, chats, feed, mail, rosters, webinars)
        for made in vars(module).values()
        if isinstance(made, failures.Call)
    }
    assert {one.name for one in PERMISSIONS} == needed


# the command


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own, with no settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("MicrosoftAppId", "MicrosoftAppPassword", "MicrosoftAppTenantId", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    yield tmp_path  # noqa: PT022 - the folder is in use until the end


def test_the_command_tells_and_ends_with_1(alone: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor"]) == 1
    told = capsys.readouterr()
    assert told.out.startswith("database: there is no file var/sekom.db.\n    Start the bot once")
    assert told.err == ""
    assert list(alone.iterdir()) == [], "it makes nothing"


def test_the_command_says_nothing_where_all_is_well(
    alone: Path, capsys: pytest.CaptureFixture[str], sqlite_template: Path
) -> None:
    (alone / "var").mkdir()
    (alone / "var" / "sekom.db").write_bytes(sqlite_template.read_bytes())
    assert main(["doctor"]) == 0
    assert capsys.readouterr() == ("", "")


def test_wrong_settings_are_told_all_at_once(
    alone: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (alone / ".env").write_text("SEKOM_METRIC_TOKEN=abc\nSEKOM_SECRET_EXPIRES=soon\n", "utf-8")
    monkeypatch.setenv("SEKOM_METRICS_TOKEN", "hemligt")
    assert main(["doctor"]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "SEKOM_METRIC_TOKEN",
        "SEKOM_METRICS_TOKEN",
        "SEKOM_SECRET_EXPIRES",
    ]
    assert all(line.endswith((".", "?")) for line in lines)
    assert "hemligt" not in "".join(lines)


# what the bot itself keeps of it


def test_the_settings_expiry_is_kept_for_the_kansli(database: Database, tmp_path: Path) -> None:
    hosted = {
        "MicrosoftAppId": APP_ID,
        "MicrosoftAppPassword": SECRET,
        "MicrosoftAppTenantId": TENANT,
        "SEKOM_CONTACT": KANSLI_MAILBOX,
    }

    def kept(**more: str) -> datetime | None:
        settings = Settings.load({**hosted, **more})
        database.play(lambda session: secret.note(session, settings))
        return database.play(credentials.expires_at)

    assert kept() is None
    assert kept(SEKOM_SECRET_EXPIRES="2027-01-31") == datetime(2027, 1, 30, 23, tzinfo=UTC)
    assert kept() == datetime(2027, 1, 30, 23, tzinfo=UTC), "what Entra said once is not forgotten"
    ends = kept(SEKOM_CERTIFICATE=str(certificate(tmp_path, days=100)))
    assert ends is not None
    assert abs(ends - utc_now() - timedelta(days=100)) < timedelta(minutes=5)
    assert kept(MicrosoftAppType="UserAssignedMSI") is None
    assert migrate.problems(database) == []


async def test_what_entra_says_of_the_expiry_is_kept_too(
    well: SetUp, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    well.tenant.roles.add("Application.Read.All")
    well.tenant.state.secrets = [_kept(SECRET[:3], 10)]

    @asynccontextmanager
    async def opened(settings: Settings, now: Callable[[], datetime], asked: Asked) -> AsyncIterator[Case]:
        async with ClientSession() as session:
            rerouted = Rerouted(well.tenant.login)
            made = partial(identity.credential, settings, transport=rerouted)
            yield Case(settings, now, session, made, asked, well.tenant.login, well.tenant.base)

    monkeypatch.setattr(secret, "opened", opened)
    following = asyncio.create_task(secret.follow(Settings.load(well.environ), database, utc_now))
    async with asyncio.timeout(10):
        while (kept := database.play(credentials.expires_at)) is None:  # noqa: ASYNC110 - written by another task
            await asyncio.sleep(0.05)
    following.cancel()
    assert abs(kept - utc_now() - timedelta(days=10)) < timedelta(minutes=1)


def certificate(folder: Path, days: float) -> Path:
    """A self-signed certificate with its key, which ends in so many days."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sekom-bot")])
    ends = utc_now() + timedelta(days=days)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - timedelta(days=365))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    path = folder / "bot.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + made.public_bytes(pem))
    return path
