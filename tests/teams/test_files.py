"""Files in a person's own chat are fetched before the turn, from SharePoint only, and within limits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from botbuilder.schema import Activity, Attachment

from bot.message import Incoming, Kind, Place, ReceivedFile, Scope, Sender
from bot.teams.files import FILE, MOST_BYTES, NOT_FETCHED, ONE_ONLY, TOO_LARGE, Files

LIST = b"Kommun;Namn\nLund;Bo Ek\n"


def incoming(scope: Scope = Scope.PERSONAL) -> Incoming:
    place = Place("a:1", scope, "https://smba.trafficmanager.net/emea/")
    return Incoming("m1", Kind.MESSAGE, Sender("29:bo", None, "Bo"), place, attachments=(FILE,))


def activity(*addresses: object) -> Activity:
    files = [
        Attachment(content_type=FILE, name="lista.csv", content={"downloadUrl": address, "fileType": "csv"})
        for address in addresses
    ]
    return Activity(attachments=[Attachment(content_type="text/html", content="<p></p>"), *files])


@asynccontextmanager
async def sharepoint() -> AsyncIterator[tuple[Files, str]]:
    """Yield a reader on a laptop, and the address of a server there."""

    async def answer(request: web.Request) -> web.StreamResponse:
        match request.path:
            case "/list":
                return web.Response(body=LIST)
            case "/large":
                return web.Response(body=b"x" * (MOST_BYTES + 1))
            case "/elsewhere":
                raise web.HTTPFound("/list")
            case _:
                raise web.HTTPGone

    app = web.Application()
    app.router.add_get("/{path}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession() as session:
        yield Files(session, local=True), f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_a_file_comes_with_the_message_or_says_why_not() -> None:
    async with sharepoint() as (files, url):
        assert (await files.join(incoming(), activity(f"{url}/list"))).file == ReceivedFile("lista.csv", LIST)
        for path, problem in (("large", TOO_LARGE), ("gone", NOT_FETCHED), ("elsewhere", NOT_FETCHED)):
            joined = await files.join(incoming(), activity(f"{url}/{path}"))
            assert joined.file == ReceivedFile("lista.csv", b"", problem)
        both = await files.join(incoming(), activity(f"{url}/list", f"{url}/list"))
        assert both.file == ReceivedFile("lista.csv", b"", ONE_ONLY)


async def test_a_message_without_a_file_and_one_in_a_channel_stay_as_they_are() -> None:
    async with sharepoint() as (files, url):
        assert await files.join(incoming(), activity()) == incoming()
        channel = incoming(Scope.CHANNEL)
        assert await files.join(channel, activity(f"{url}/list")) == channel


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/list",
        "http://kommun.sharepoint.com/list",
        "https://kommun.sharepoint.com:8443/list",
        "https://sharepoint.com.example/list",
        "https://evilsharepoint.com/list",
        "https://169.254.169.254/latest",
        "https://[::1",
        None,
        7,
    ],
)
async def test_a_serving_bot_asks_sharepoint_and_nobody_else(address: object) -> None:
    async with ClientSession() as session:
        joined = await Files(session, local=False).join(incoming(), activity(address))
    assert joined.file == ReceivedFile("lista.csv", b"", NOT_FETCHED)


def test_sharepoints_addresses_are_allowed() -> None:
    files = Files(None, local=False)  # type: ignore[arg-type]  # nothing is asked
    assert files._allows("https://lund-my.sharepoint.com/personal/bo/_layouts/15/download.aspx?UniqueId=1")
