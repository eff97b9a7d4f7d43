"""What is refused, each with its exact status, by the real endpoint with really signed tokens."""

import asyncio
import base64
import gzip
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bot.teams import endpoint
from tests.support.edge import ANNA, APP_ID, BOT, TEAMS_URL, TENANT, Edge, activity, press, running
from tests.support.fakes import FakeIdentityProvider, Json, rsa_key

NOW = int(time.time())
DAY = 86_400
"""Seconds: NOW is when the tests were collected, and they may run much later."""
Forge = Callable[[FakeIdentityProvider], str]


@pytest.fixture
async def edge() -> AsyncIterator[Edge]:
    async with running(tokens=True) as server:
        yield server


def b64(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def signed(header: Json, payload: object, key: str = "first") -> str:
    """A token with exactly this header and payload, signed as RS256 whatever the header says."""
    message = f"{b64(header)}.{b64(payload)}"
    algorithm = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256)
    return f"{message}.{b64(algorithm.sign(message.encode(), rsa_key(key)))}"


def claimed(**changes: Any) -> Forge:
    return lambda provider: "Bearer " + provider.token(TEAMS_URL, **changes)


def headed(**header: Any) -> Forge:
    def forge(provider: FakeIdentityProvider) -> str:
        whole = {"typ": "JWT", "alg": "RS256", "kid": "first", **header}
        whole = {name: value for name, value in whole.items() if value is not None}
        return "Bearer " + signed(whole, provider.claims(TEAMS_URL))

    return forge


def by_public_key(provider: FakeIdentityProvider) -> str:
    """HS256 with the public key as the secret: the classic confusion of algorithms."""
    pem = rsa_key("first").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    message = f"{b64({'alg': 'HS256', 'kid': 'first'})}.{b64(provider.claims(TEAMS_URL))}"
    return f"Bearer {message}.{b64(hmac.new(pem, message.encode(), hashlib.sha256).digest())}"


def by_algorithm(name: str) -> Forge:
    def forge(provider: FakeIdentityProvider) -> str:
        claims = provider.claims(TEAMS_URL)
        return "Bearer " + jwt.encode(claims, rsa_key("first"), algorithm=name, headers={"kid": "first"})

    return forge


def changed(provider: FakeIdentityProvider) -> str:
    header, _, signature = provider.token(TEAMS_URL).split(".")
    return f"Bearer {header}.{b64(provider.claims(TEAMS_URL, serviceurl='https://evil.example/'))}.{signature}"


def with_own_key(provider: FakeIdentityProvider) -> str:
    """A token that brings its key along."""
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key("stranger").public_key(), as_dict=True)
    header = {"alg": "RS256", "kid": "first", "jwk": jwk, "jku": "https://evil.example/keys"}
    return "Bearer " + signed(header, provider.claims(TEAMS_URL), key="stranger")


UNAUTHENTICATED: dict[str, Forge] = {
    "no header": lambda _: "",
    "basic": lambda _: "Basic YTpi",
    "bearer alone": lambda _: "Bearer",
    "empty bearer": lambda _: "Bearer ",
    "garbage": lambda _: "Bearer garbage",
    "three dots": lambda _: "Bearer ...",
    "not base64": lambda _: "Bearer å.ä.ö",
    "too long": lambda _: "Bearer " + "a" * 8_050,
    "no scheme": lambda provider: provider.token(TEAMS_URL),
    "alg none": lambda provider: f"Bearer {b64({'alg': 'none', 'kid': 'first'})}.{b64(provider.claims(TEAMS_URL))}.",
    "alg None": headed(alg="None"),
    "no alg": headed(alg=None),
    "alg a list": headed(alg=["RS256"]),
    "HS256 with the public key": by_public_key,
    "RS384": by_algorithm("RS384"),
    "RS512": by_algorithm("RS512"),
    "PS256": by_algorithm("PS256"),
    "wrong issuer": claimed(iss="https://api.botframework.com.evil.example"),
    "Entra v1 issuer": claimed(iss=f"https://sts.windows.net/{TENANT}/"),
    "Entra v2 issuer": claimed(iss=f"https://login.microsoftonline.com/{TENANT}/v2.0"),
    "emulator issuer": claimed(iss="https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"),
    "no issuer": claimed(iss=None),
    "issuer a list": lambda provider: (
        "Bearer " + signed({"alg": "RS256", "kid": "first"}, provider.claims(TEAMS_URL, iss=[provider.issuer]))
    ),
    "wrong audience": claimed(aud="11111111-0000-4000-8000-000000000000"),
    "audience in a list": claimed(aud=[APP_ID]),
    "no audience": claimed(aud=None),
    "audience empty": claimed(aud=""),
    "expired ten minutes ago": claimed(exp=NOW - 600),
    "no expiry": claimed(exp=None),
    "never expires": claimed(exp="never"),
    "expiry beyond all numbers": lambda provider: (
        "Bearer " + signed({"alg": "RS256", "kid": "first"}, provider.claims(TEAMS_URL, exp=float("inf")))
    ),
    "expiry a list": claimed(exp=[NOW + DAY]),
    "not valid yet": claimed(nbf=NOW + DAY),
    "issued in the future": claimed(iat=NOW + DAY),
    "another's signature": lambda provider: "Bearer " + provider.token(TEAMS_URL, key="stranger", kid="first"),
    "changed payload": changed,
    "cut signature": lambda provider: "Bearer " + provider.token(TEAMS_URL)[:-20],
    "no signature": lambda provider: "Bearer " + provider.token(TEAMS_URL).rpartition(".")[0] + ".",
    "unknown kid": lambda provider: "Bearer " + provider.token(TEAMS_URL, key="stranger"),
    "no kid": headed(kid=None),
    "empty kid": headed(kid=""),
    "kid a list": headed(kid=["first"]),
    "kid a number": headed(kid=1),
    "kid a path": headed(kid="../../../../dev/null"),
    "brings its key": with_own_key,
    "crit": headed(crit=["exp"], exp=NOW),
    "very deep header": lambda _: "Bearer " + b64(b'{"a":' + b"[" * 5_000) + ".e30.e30",
    "payload a list": lambda _: "Bearer " + signed({"alg": "RS256", "kid": "first"}, [1]),
    "payload not JSON": lambda _: "Bearer " + signed({"alg": "RS256", "kid": "first"}, b"x"),
    "no service URL": claimed(serviceurl=None),
    "service URL empty": claimed(serviceurl=""),
    "service URL a list": claimed(serviceurl=[TEAMS_URL]),
    "another service URL": claimed(serviceurl="https://smba.trafficmanager.net/apac/"),
    "service URL without its slash": claimed(serviceurl=TEAMS_URL.rstrip("/")),
}


@pytest.mark.parametrize("forge", UNAUTHENTICATED.values(), ids=UNAUTHENTICATED)
async def test_whoever_does_not_prove_to_be_teams_is_unauthenticated(edge: Edge, forge: Forge) -> None:
    assert edge.provider is not None
    headers = {"Content-Type": "application/json", "Authorization": forge(edge.provider)}
    answered = await edge.request(headers, activity(TEAMS_URL))
    assert (answered.status, answered.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert (edge.core.seen, edge.connector.calls) == ([], [])


@pytest.mark.parametrize("url", [None, "", "https://evil.example/", "https://smba.trafficmanager.net/apac/"])
async def test_a_token_is_good_for_its_own_service_url_only(edge: Edge, url: str | None) -> None:
    assert edge.provider is not None
    token = edge.provider.token(TEAMS_URL)
    assert (await edge.post({**activity(TEAMS_URL), "serviceUrl": url}, token=token)).status == 401


FORBIDDEN: dict[str, Json] = {
    "another tenant": {
        "channelData": {"tenant": {"id": "bbbbbbbb-0000-4000-8000-00000000000b"}},
        "conversation": {"id": "a"},
    },
    "no tenant": {"channelData": None, "conversation": {"id": "a", "conversationType": "personal"}},
    "two tenants": {"channelData": {"tenant": {"id": "bbbbbbbb-0000-4000-8000-00000000000b"}}},
    "two tenants, other way": {"conversation": {"id": "a", "tenantId": "bbbbbbbb-0000-4000-8000-00000000000b"}},
    "tenant a list": {"channelData": {"tenant": {"id": [TENANT]}}, "conversation": {"id": "a"}},
    "tenant an object": {"channelData": {"tenant": TENANT}, "conversation": {"id": "a"}},
    "emulator": {"channelId": "emulator"},
    "no channel": {"channelId": None},
    "directline": {"channelId": "directline"},
}


@pytest.mark.parametrize("change", FORBIDDEN.values(), ids=FORBIDDEN)
async def test_teams_on_behalf_of_others_is_forbidden(edge: Edge, change: Json) -> None:
    assert (await edge.post(activity(TEAMS_URL, **change))).status == 403
    assert edge.core.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/",
        "http://smba.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evil-smba.trafficmanager.net/",
        "https://evil.smba.trafficmanager.net/",
        "https://trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net@evil.example/",
        "https://evil.example\\@smba.trafficmanager.net/",
        "https://evil.example#@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net./",
        "https://ѕmba.trafficmanager.net/",
        "https://127.0.0.1/",
        "https://[::1/",
        "file:///etc/passwd",
        "smba.trafficmanager.net",
    ],
)
async def test_a_service_url_that_is_not_on_the_list_is_forbidden(edge: Edge, url: str) -> None:
    assert (await edge.post(activity(url))).status == 403
    assert edge.connector.calls == []


async def test_a_key_speaks_only_for_the_channels_it_is_endorsed_for(edge: Edge) -> None:
    assert edge.provider is not None
    edge.provider.keys["webchat only"] = ["webchat"]
    token = edge.provider.token(TEAMS_URL, key="webchat only")
    assert (await edge.post(activity(TEAMS_URL), token=token)).status == 403


GARBLED: dict[str, bytes] = {
    "empty": b"",
    "bad JSON": b"{",
    "two objects": b"{}{}",
    "an array": b"[]",
    "a string": b'"message"',
    "null": b"null",
    "not UTF-8": b'{"type":"\xff"}',
    "NaN": b'{"type":"message","value":NaN}',
    "NaN beside half a character": b'{"type":"message","value":NaN,"text":"\\ud83d"}',
    "infinity": b'{"type":"message","value":1e999}',
    "a number of 9,000 digits": b'{"type":"message","value":1' + b"0" * 9_000 + b',"text":"\\ud83d"}',
    "deep": b'{"type":"message","value":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep beside half a character": b'{"text":"\\ud83d","value":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "deep enough": b'{"type":"message","value":' + b"[" * 100 + b"]" * 100 + b"}",
    "deep objects": b'{"type":"message","value":' + b'{"a":' * 100 + b"1" + b"}" * 100 + b"}",
}


@pytest.mark.parametrize("body", GARBLED.values(), ids=GARBLED)
async def test_what_is_no_json_object_is_a_bad_request(edge: Edge, body: bytes) -> None:
    assert edge.provider is not None
    assert (await edge.post(body, token=edge.provider.token(TEAMS_URL))).status == 400


MISSHAPEN: list[Json] = [
    {"type": None},
    {"type": ""},
    {"type": 1},
    {"type": ["message"]},
    {"id": 17},
    {"text": 17},
    {"text": ["hej"]},
    {"text": {"a": 1}},
    {"text": True},
    {"from": None},
    {"from": "anna"},
    {"from": []},
    {"from": {}},
    {"from": {"id": 1}},
    {"from": {"id": "29:a", "aadObjectId": {}}},
    {"from": {"id": "29:a", "name": 1}},
    {"recipient": "bot"},
    {"conversation": None},
    {"conversation": "a:anna"},
    {"conversation": {}},
    {"conversation": {"id": ["a"]}},
    {"conversation": {"id": ";messageid=1"}},
    {"conversation": {"id": "a" * 301, "conversationType": "personal"}},
    {"id": "a" * 201},
    {"from": {"id": "a" * 201}},
    {"from": {"id": "29:a", "aadObjectId": "a" * 65}},
    {"conversation": {"id": "a", "conversationType": 1}},
    {"conversation": {"id": "a", "isGroup": "no"}},
    {"entities": {}},
    {"entities": [None]},
    {"entities": ["mention"]},
    {"entities": [{"type": 1}]},
    {"attachments": "x"},
    {"attachments": [1]},
    {"attachments": [{"contentType": 1}]},
    {"channelData": []},
    {"channelData": "x"},
    {"timestamp": "igår"},
    {"timestamp": 17},
    {"replyToId": 17},
    {"membersAdded": "x", "type": "conversationUpdate"},
    {"membersAdded": [{"id": 1}], "type": "conversationUpdate"},
    {"membersAdded": [{}], "type": "conversationUpdate"},
    {"membersRemoved": "x", "type": "conversationUpdate"},
    {"membersRemoved": [{"id": 1}], "type": "conversationUpdate"},
    {"suggestedActions": {"actions": 1}},
    {"listenFor": [1]},
    {"textHighlights": [{"occurrence": "x"}]},
    {"name": 1, "type": "invoke"},
    {"action": 1, "type": "installationUpdate"},
    {"channelId": 1},
    {"serviceUrl": 1},
]


@pytest.mark.parametrize("change", MISSHAPEN, ids=lambda change: str(change)[:60])
async def test_what_is_no_activity_is_a_bad_request(edge: Edge, change: Json) -> None:
    assert edge.provider is not None
    with_tenant = dict(change)
    if isinstance(change.get("conversation"), dict):
        with_tenant["conversation"] = {"tenantId": TENANT, **change["conversation"]}
    answered = await edge.post({**activity(TEAMS_URL), **with_tenant}, token=edge.provider.token(TEAMS_URL))
    assert answered.status == 400
    assert edge.core.seen == []


@pytest.mark.parametrize(
    "name", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json"]
)
async def test_another_content_type_is_unsupported(edge: Edge, name: str) -> None:
    assert (await edge.post(activity(TEAMS_URL), Content_Type=name)).status == 415


@pytest.mark.parametrize("name", ["gzip", "deflate", "br", "identity", "zstd", "x"])
async def test_a_compressed_body_is_unsupported_and_never_inflated(edge: Edge, name: str) -> None:
    bomb = gzip.compress(b" " * 50_000_000)
    cpu = time.process_time()
    answered = await edge.request({"Content-Type": "application/json", "Content-Encoding": name}, bomb)
    assert (answered.status, answered.headers["Connection"]) == (415, "close")
    assert time.process_time() - cpu < 0.05  # inflating takes a tenth of a second


async def test_the_charset_may_be_named(edge: Edge) -> None:
    answered = await edge.post(activity(TEAMS_URL), Content_Type="application/json; charset=utf-8")
    assert answered.status == 201


async def test_a_body_that_is_too_large(edge: Edge) -> None:
    assert edge.provider is not None
    token = edge.provider.token(TEAMS_URL)
    assert (await edge.post(activity(TEAMS_URL, more="x" * 250_000), token=token)).status == 201
    assert (await edge.post(activity(TEAMS_URL, text="x" * 100_001), token=token)).status == 413
    assert (await edge.post(activity(TEAMS_URL, text="x" * 262_144), token=token)).status == 413

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b" " * 1024

    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    async with edge.client.post(edge.url / "api/messages", data=chunks(), headers=headers) as response:
        assert response.status == 413


async def raw(edge: Edge, head: str) -> bytes:
    """Everything the server answers to a head whose body never comes, until it closes the connection."""
    reader, writer = await asyncio.open_connection(edge.url.host, edge.url.port)
    writer.write(f"POST /api/messages HTTP/1.1\r\nHost: bot\r\n{head}\r\n".encode())
    async with asyncio.timeout(3):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("Content-Type: application/json\r\nContent-Length: 9999999\r\n", 413),
        ("Content-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 99999\r\n", 415),
        ("Content-Type: text/plain\r\nContent-Length: 99999\r\n", 415),
        ("Content-Length: 99999\r\n", 415),
        ("Content-Type: application/json\r\nContent-Length: 99999\r\n", 401),
        (f"Content-Type: application/json\r\nAuthorization: Bearer {'a' * 60_000}\r\n", 400),
        (f"X-Padding: {'a' * 60_000}\r\n", 400),
        ("Content-Length: x\r\n", 400),
    ],
)
async def test_no_body_is_waited_for_that_would_be_refused(edge: Edge, head: str, status: int) -> None:
    answer = await raw(edge, head)
    assert answer.startswith((f"HTTP/1.1 {status} ".encode(), f"HTTP/1.0 {status} ".encode()))
    assert b"Traceback" not in answer


async def test_a_body_that_comes_too_slowly(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "SLOWEST_BODY", 0.1)
    assert edge.provider is not None
    token = edge.provider.token(TEAMS_URL)
    head = f"Content-Type: application/json\r\nAuthorization: Bearer {token}\r\nContent-Length: 9999\r\n"
    assert (await raw(edge, head)).startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize(("path", "status"), [("api/messages", 405), ("", 404), ("api/messages/", 404)])
async def test_other_ways_in(edge: Edge, path: str, status: int) -> None:
    async with edge.client.get(edge.url / path) as response:
        assert response.status == status


@pytest.mark.parametrize("change", [{}, {"exp": -240}, {"nbf": 240}, {"iat": 0}])
async def test_teams_itself_is_let_in(edge: Edge, change: dict[str, int]) -> None:
    """With clocks that differ by four minutes; counted from now, because a suite takes longer than the leeway."""
    assert edge.provider is not None
    times: dict[str, Any] = {claim: int(time.time()) + later for claim, later in change.items()}
    token = edge.provider.token(TEAMS_URL, extra="claim", **times)
    assert (await edge.post(activity(TEAMS_URL), token=token)).status == 201
    assert (await edge.post(press(TEAMS_URL), token=token)).status == 200
    assert {call.authorization for call in edge.connector.calls} == {"Bearer connector-token"}


@pytest.mark.parametrize(
    "change",
    [
        {"channelData": {"tenant": {"id": TENANT.upper()}}, "conversation": {"id": "a"}},
        {"channelData": None},
        {"channelData": {"tenant": {"id": TENANT}}, "conversation": {"id": "a"}},
    ],
)
async def test_the_tenant_may_stand_in_either_place(edge: Edge, change: Json) -> None:
    assert (await edge.post(activity(TEAMS_URL, **{"from": ANNA, "recipient": BOT, **change}))).status == 201
