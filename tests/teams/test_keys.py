"""The signing keys: rollover, invented key ids, and an identity provider that is down; and which gate is made."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from botbuilder.schema import Activity

from bot.teams.authentication import BETWEEN_FETCHES, BETWEEN_FIRST_FETCHES, KEEP_KEYS
from bot.teams.connector import new_session
from bot.teams.gate import LocalGate, TeamsGate, make_gate
from bot.teams.refusal import RefusedError
from tests.support.edge import APP_ID, TEAMS_URL, TENANT, Edge, activity, running
from tests.support.fakes import FakeIdentityProvider


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with running(tokens=True) as server:
        yield server


def provider_of(edge: Edge) -> FakeIdentityProvider:
    assert edge.provider is not None
    return edge.provider


async def status(edge: Edge, key: str = "first") -> int:
    token = provider_of(edge).token(TEAMS_URL, key=key)
    return (await edge.post(activity(TEAMS_URL), token=token)).status


async def test_keys_are_fetched_once_and_again_after_a_day(edge: Edge) -> None:
    for _ in range(3):
        assert await status(edge) == 201
    assert provider_of(edge).fetches == 1
    provider_of(edge).fetched.clear()
    edge.clock[0] += KEEP_KEYS + 1
    assert await status(edge) == 201
    async with asyncio.timeout(3):
        await provider_of(edge).fetched.wait()
    assert provider_of(edge).fetches == 2


async def test_a_new_key_is_found_within_a_minute_and_an_old_one_forgotten(edge: Edge) -> None:
    assert await status(edge) == 201
    provider_of(edge).keys = {"second": ["msteams"]}
    assert await status(edge, "second") == 401
    edge.clock[0] += BETWEEN_FETCHES
    assert await status(edge, "second") == 201
    assert await status(edge, "first") == 401


async def test_invented_key_ids_cause_no_traffic(edge: Edge) -> None:
    assert await status(edge) == 201
    provider = provider_of(edge)
    for number in range(25):
        token = provider.token(TEAMS_URL, kid=f"invented-{number}")
        assert (await edge.post(activity(TEAMS_URL), token=token)).status == 401
    assert provider.fetches == 1

    edge.clock[0] += BETWEEN_FETCHES
    tokens = [provider.token(TEAMS_URL, kid=f"invented-{number}") for number in range(20)]
    answers = await asyncio.gather(*(edge.post(activity(TEAMS_URL), token=token) for token in tokens))
    assert {answer.status for answer in answers} == {401}
    assert provider.fetches == 2


async def test_twenty_at_a_cold_start_fetch_once(edge: Edge) -> None:
    assert await asyncio.gather(*(status(edge) for _ in range(20))) == [201] * 20
    assert provider_of(edge).fetches == 1


async def test_known_keys_carry_on_while_the_provider_is_down(edge: Edge) -> None:
    assert await status(edge) == 201
    provider_of(edge).down = True
    edge.clock[0] += KEEP_KEYS * 3
    assert await status(edge) == 201
    assert await status(edge, "second") == 401


async def test_nobody_with_a_known_key_waits_for_a_slow_provider(edge: Edge) -> None:
    assert await status(edge) == 201
    provider = provider_of(edge)
    provider.answering.clear()
    provider.fetched.clear()
    edge.clock[0] += KEEP_KEYS + 1
    async with asyncio.timeout(3):
        assert await status(edge) == 201
    provider.answering.set()
    async with asyncio.timeout(3):
        await provider.fetched.wait()


async def test_a_cold_start_without_the_provider_says_so_and_recovers(edge: Edge) -> None:
    provider_of(edge).down = True
    assert await status(edge) == 503
    provider_of(edge).down = False
    assert await status(edge) == 503
    edge.clock[0] += BETWEEN_FIRST_FETCHES
    assert await status(edge) == 201


async def test_without_an_app_id_only_this_machine_is_let_in() -> None:
    async with new_session() as session:
        for nothing in (None, ""):
            assert isinstance(make_gate(nothing, session=session), LocalGate)
        assert isinstance(make_gate(APP_ID, session=session, tenants=[TENANT]), TeamsGate)
        with pytest.raises(ValueError, match="tenants"):
            make_gate(APP_ID, session=session)


async def test_a_listed_host_is_let_in_beside_teams_own() -> None:
    async with new_session() as session:
        gate = make_gate(
            APP_ID, session=session, tenants=[TENANT], service_hosts=["smba.infra.gcc.teams.microsoft.com"]
        )
    assert gate.allows("https://SMBA.infra.gcc.teams.microsoft.com/teams")
    assert gate.allows("https://smba.trafficmanager.net/emea/")
    assert not gate.allows("https://infra.gcc.teams.microsoft.com/teams")


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("http://localhost:56150/_connector", True),
        ("http://127.0.0.1:1", True),
        ("http://127.8.8.8", True),
        ("http://[::1]:3", True),
        ("https://localhost", True),
        ("http://localhost.evil.example", False),
        ("http://127.0.0.1.evil.example", False),
        ("http://127.0.0.1@evil.example", False),
        ("http://0.0.0.0", False),
        ("http://10.0.0.1", False),
        ("http://169.254.169.254", False),
        ("https://smba.trafficmanager.net/emea/", False),
        ("http://[::ffff:10.0.0.1]", False),
        ("ftp://localhost", False),
        ("http://2130706433", False),
        ("http://localhost:99999", False),
        ("localhost", False),
        ("", False),
    ],
)
async def test_locally_service_urls_are_on_this_machine(url: str, allowed: bool) -> None:  # noqa: FBT001
    gate = LocalGate()
    assert gate.allows(url) is allowed
    if not allowed:
        with pytest.raises(RefusedError) as refused:
            gate.admit(None, Activity(service_url=url))
        assert refused.value.status == 403


async def test_locally_nobody_needs_a_token_and_any_tenant_may_write() -> None:
    async with running() as edge:
        elsewhere = {
            "conversation": {"id": "a", "conversationType": "personal"},
            "channelData": {"tenant": {"id": "any"}},
        }
        assert (await edge.post(activity(edge.service_url, channelId="emulator", **elsewhere))).status == 201
        assert (await edge.post(activity("https://smba.trafficmanager.net/emea/"))).status == 403
        assert (await edge.post({**activity(edge.service_url), "serviceUrl": None})).status == 403
        assert edge.connector.calls[0].authorization is None
