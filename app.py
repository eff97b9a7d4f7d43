"""Put the whole bot together: ``python app.py`` serves it."""

from __future__ import annotations

import asyncio
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from azure.core.credentials_async import AsyncTokenCredential
from sqlalchemy.exc import SQLAlchemyError

from bot import graph, jobs, links, log, memory
from bot.conversation import ROUTES
from bot.delivery.courier import Courier
from bot.delivery.pace import steady
from bot.delivery.tenant_routes import TenantRoutes
from bot.doctor import secret
from bot.features import AUDIENCES, DECISIONS, START
from bot.identity import credential
from bot.metrics import Around
from bot.papers import OUTBOX, on_paper
from bot.ports import Messenger
from bot.search.encoder import EncoderProcess, is_installed
from bot.search.live_bank import LiveBank
from bot.settings import Settings, SettingsProblems, from_process
from bot.teams.adapter import Adapter
from bot.teams.bot import TeamsBot
from bot.teams.connector import Connector, new_session
from bot.teams.core import Conversations
from bot.teams.credential import ConnectorToken
from bot.teams.directory import TeamsDirectory
from bot.teams.endpoint import Readiness, make_runner, make_web_app, port_problem
from bot.teams.files import Files
from bot.teams.gate import make_gate
from bot.teams.messenger import TeamsMessenger
from bot.teams.metrics import Metrics
from bot.teams.pages import Pages
from bot.tenant import Tenant
from bot.turn import App
from dialogs import DIALOGS
from storage import content, kansli, leases, migrate, process_lock
from storage.database import Database

if TYPE_CHECKING:  # it imports msgraph
    from bot.graph.wire import Wire

Clock = Callable[[], datetime]

READY_WITHIN = 8
"""Seconds for the checks of ``/readyz``. A database that hangs is as bad as one that is gone."""

logger = logging.getLogger("app")


class StartError(Exception):
    """The bot can't start, for a reason that the operator can read and remove."""


def utc_now() -> datetime:
    """Return the time. Everything else gets the time from here."""
    return datetime.now(UTC)


@asynccontextmanager
async def build(settings: Settings, clock: Clock = utc_now) -> AsyncIterator[web.Application]:
    """Yield the bot's HTTP application, with everything that it needs running during the block.

    Raise :class:`StartError` if the database can't be used.
    """
    async with AsyncExitStack() as stack:
        database = _open(settings)
        stack.callback(database.close)
        stack.enter_context(_alone(settings))
        await database.run(lambda: _prepare(database, settings, clock))

        encoder = EncoderProcess() if settings.encoder and is_installed() else None
        if encoder is not None:
            stack.callback(encoder.close)
        bank = LiveBank(database, encoder=encoder)
        await bank.catch_up()
        following = await stack.enter_async_context(_running(bank.follow()))

        session = await stack.enter_async_context(new_session())
        token = await stack.enter_async_context(ConnectorToken(_identity(settings))) if not settings.local else None
        tenant, wire = await stack.enter_async_context(_tenant(settings, clock))
        hosts = settings.service_hosts
        gate = make_gate(settings.app_id, session=session, tenants=settings.allowed_tenants, service_hosts=hosts)
        connector = Connector(session, token, gate.allows)
        app = App(settings, database, ROUTES, DIALOGS, bank, START, DECISIONS, AUDIENCES, jobs.PLAN)
        # Closed in reverse order: sends under way finish, then the clock stops, then the threads.
        errands = jobs.errands(app, clock, TeamsDirectory(connector), tenant, in_graph=wire is not None)
        await stack.enter_async_context(jobs.ticking(app, clock, errands=errands))
        await stack.enter_async_context(_delivering(app, TeamsMessenger(connector, settings.app_id), tenant, clock))
        files = Files(session, local=settings.local)
        bot = TeamsBot(Conversations(app, clock), files, settings.sender_rate, reads_threads=settings.read_threads)
        pages = [*Pages(app, clock).routes(), *Metrics(app, clock, _around(bank, wire)).routes()]
        if settings.graph_mailbox is not None and settings.app_password is not None:
            await stack.enter_async_context(_running(secret.follow(settings, database, clock)))
        ready = Readiness(lambda: _problems(database, bank, following))
        yield make_web_app(gate, Adapter(connector), bot, ready.problems, pages, facts=lambda: {"search": bank.scorer})


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Hold the database during the block, if it takes one process only."""
    with ExitStack() as stack:
        try:
            stack.enter_context(process_lock.hold(settings.database_url))
        except process_lock.LockError as error:
            own = "or give this one its own database and port: DATABASE_URL=sqlite:///var/second.db PORT=3979"
            raise StartError(f"{error}, {own}") from error
        yield


async def serve(settings: Settings, stop: asyncio.Event) -> None:
    """Serve until ``stop`` is set, then finish the turns that are under way.

    Raise :class:`StartError` if the database or the port can't be used.
    """
    async with build(settings) as application:
        runner = await make_runner(application)
        try:
            await web.TCPSite(runner, settings.host.strip("[]"), settings.port).start()
            memory.spare()
            _announce(settings)
            await stop.wait()
        except OSError as error:
            raise StartError(port_problem(settings.host, settings.port, error)) from error
        finally:
            await runner.cleanup()
    logger.info("stopped")


def main() -> int:
    """Serve with this process's settings. Return 2 for wrong settings, 1 if a database or port can't be used."""
    log.configure()
    try:
        asyncio.run(_serve_until_signal(from_process()))
    except SettingsProblems as wrong:
        sys.stderr.write(f"The settings are wrong:\n{wrong}\n")
        return 2
    except StartError as error:
        sys.stderr.write(f"The bot can't start: {error}\n")
        return 1
    return 0


async def _serve_until_signal(settings: Settings) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await serve(settings, stop)


def _open(settings: Settings) -> Database:
    """Open the database that the settings name. Make SQLite's folder if needed."""
    try:
        database = Database(settings.database_url)
        database.make_folder()
    except OSError as error:
        raise StartError(f"the folder for the database (DATABASE_URL) can't be made: {error}") from error
    except (ValueError, SQLAlchemyError) as error:  # the error's text may quote a password
        raise StartError("DATABASE_URL can't be understood; look at its port and at special characters") from error
    return database


def _prepare(database: Database, settings: Settings, clock: Clock) -> None:
    """Migrate the database to this version. On a laptop, make it ready to be tried out."""
    try:
        migrate.upgrade(database)
    except migrate.NewerDatabaseError as error:
        raise StartError(
            f"the database is of a newer version of the bot ({error}). Start that version, restore a backup, "
            f"or undo its migrations with it: python -m bot migrate --to {error.known}"
        ) from error
    except SQLAlchemyError as error:
        raise StartError(f"the database (DATABASE_URL) can't be used: {database.reason(error)}") from error
    database.play(lambda session: kansli.name(session, settings.kansli))
    database.play(lambda session: secret.note(session, settings))
    if database.sqlite:  # a process that was killed before us left its leases, and nobody else may run
        database.play(leases.end_all)
    facts = database.play(content.load_municipalities)
    if facts:
        logger.info("municipalities brought up to date", extra={"rows": facts})
    if settings.local:
        loaded = database.play(lambda session: content.prepare_laptop(session, clock()))
        if loaded:
            logger.info("starting content loaded", extra=loaded)


@asynccontextmanager
async def _running(work: Coroutine[Any, Any, None]) -> AsyncIterator[asyncio.Task[None]]:
    """Run ``work`` during the block, and cancel it at the end. If it ends earlier, that is a fault: log it."""
    task = asyncio.create_task(work)
    task.add_done_callback(_report)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        logger.error("background work has ended", exc_info=task.exception())


@asynccontextmanager
async def _delivering(app: App, messenger: Messenger, tenant: Tenant | None, clock: Clock) -> AsyncIterator[None]:
    """Send the outbox's rows during the block. Leaving the block waits for sends under way."""
    courier = Courier(
        app.database,
        messenger,
        clock,
        rate=app.settings.rate,
        still_wanted=jobs.STILL_WANTED,
        elsewhere=TenantRoutes(tenant, links.chat(app.settings), mailbox=app.settings.graph_mailbox),
        steady=steady(clock),
    )
    async with _running(courier.run()):
        try:
            yield
        finally:
            await courier.drain()


def _identity(settings: Settings) -> AsyncTokenCredential:
    try:
        return credential(settings)
    except (ValueError, OSError) as error:  # the error's text may quote the file
        remedy = "it must be PEM, with certificate and private key, and the bot's user must be able to read it"
        raise StartError(f"SEKOM_CERTIFICATE can't be used: {remedy}") from error


@asynccontextmanager
async def _tenant(settings: Settings, clock: Clock) -> AsyncIterator[tuple[Tenant | None, Wire | None]]:
    """Yield mail, calendar, feed and rosters: as files on a laptop, else through Graph if a mailbox is set."""
    if settings.local:
        yield on_paper(OUTBOX, settings.contact, clock), None
        return
    if settings.graph_mailbox is None:
        yield None, None
        return
    account = graph.Account(settings.graph_mailbox, settings.contact, settings.app_id or "")
    try:
        async with graph.connected(account, lambda: _identity(settings), clock) as connected:
            yield connected.tenant, connected.wire
    except graph.GraphMissingError as error:
        raise StartError(f"SEKOM_GRAPH_MAILBOX is set, but {error}") from error


def _around(bank: LiveBank, wire: Wire | None) -> Around:
    """Return the figures that do not come from the database."""
    if wire is None:
        return Around(lambda: bank.indexed, dict, tuple)
    return Around(lambda: bank.indexed, lambda: wire.tally, lambda: list(wire.faults.missing))


async def _problems(database: Database, bank: LiveBank, following: asyncio.Task[None]) -> list[str]:
    """Return the reasons why the bot can't answer right now, for ``/readyz``."""
    try:
        async with asyncio.timeout(READY_WITHIN):
            reasons = await database.run(lambda: migrate.problems(database, writing=True))
    except TimeoutError:
        reasons = [f"the database has not answered for {READY_WITHIN} seconds"]
    if not bank.built:
        reasons.append("the index of the knowledge bank is not built")
    if following.done():
        reasons.append("the index of the knowledge bank no longer follows edits; start the bot anew")
    return reasons


def _announce(settings: Settings) -> None:
    if settings.local:
        logger.warning("LOCAL MODE: nobody is asked who they are, so the bot listens on this machine only")
    logger.info("listening", extra={"host": settings.host, "port": settings.port})


if __name__ == "__main__":
    sys.exit(main())
