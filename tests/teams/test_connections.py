"""Connections that send nothing don't keep people out."""

import asyncio
import gc
import logging
from contextlib import suppress

import pytest

from bot.teams import connections
from tests.support.edge import activity, running


async def test_a_flood_of_silent_connections_keeps_nobody_out(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "MOST", 20)
    async with running() as edge:
        assert edge.url.host is not None
        silent = [await asyncio.open_connection(edge.url.host, edge.url.port) for _ in range(200)]
        assert (await edge.post(activity(edge.service_url, text="hej"))).status == 201
        assert edge.connector.messages[-1].text == "hej"

        ended = [asyncio.create_task(reader.read()) for reader, _ in silent]
        done, _ = await asyncio.wait(ended, timeout=1)
        assert len(done) >= 180
        assert [record.levelno for record in caplog.records if "too many connections" in record.message] == [
            logging.WARNING
        ]
        for task in ended:
            task.cancel()
        for _, writer in silent:
            writer.close()
        await asyncio.gather(*ended, return_exceptions=True)


async def test_a_connection_that_is_being_answered_is_not_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOST", 5)
    async with running() as edge:
        edge.connector.delay = 0.3
        asked = asyncio.create_task(edge.post(activity(edge.service_url, text="hej")))
        await asyncio.sleep(0.1)
        silent = [await asyncio.open_connection(edge.url.host, edge.url.port) for _ in range(20)]
        assert (await asked).status == 201
        for _, writer in silent:
            writer.close()


async def test_where_all_are_busy_the_newest_is_closed_without_a_fault(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(connections, "MOST", 2)
    async with running() as edge:
        edge.connector.delay = 0.5
        asked = [asyncio.create_task(edge.post(activity(edge.service_url, text="hej"))) for _ in range(2)]
        await asyncio.sleep(0.2)
        for _ in range(5):
            reader, writer = await asyncio.open_connection(edge.url.host, edge.url.port)
            with suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
        assert [(await answered).status for answered in asked] == [201, 201]
    gc.collect()
    assert [record.message for record in caplog.records if record.levelno >= logging.ERROR] == []
