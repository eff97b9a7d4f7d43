"""Messages in the shapes that Teams really sends: nothing of Teams' own stays, and nobody who is erased.

``python -m tests.soak.shapes [how many] [seed]``. ``test_shapes`` runs 150. Each is posted to the real endpoint.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from bot.conversation import ROUTES
from bot.features import AUDIENCES
from bot.message import Json
from bot.search.live_bank import LiveBank
from bot.settings import Settings
from bot.teams.core import Conversations
from bot.turn import App
from dialogs import DIALOGS
from storage import content, groups, migrate, questions
from storage.database import Database
from tests.soak.edge import Faults
from tests.support.chat import Chat, Clock
from tests.support.edge import BOT, TEAMS_URL, TENANT, Edge, activity, in_channel, mention, running
from tests.support.erasure import erase, traces
from tests.support.questions import VATTEN, ask

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
NAMES = ("Hassan Nordin", "Xerxes Qvist", "Zelda Björkqvist", "Ö’Malley Åkerö", "Quirin & Wåhlin", "Yrsa Zetterqvist")
WORDS = ("temagrupper", "hjälp", "Vi tog prover i mars.", "kolfilter fungerar", "PFAS 3 < 5 & bra", "hej", "")
MARKUP = re.compile(
    r"</?at\b|</?quoted|&lt;/?(?:at|quoted)|itemtype|itemscope|blockquote|schema\.skype|&(?:amp|lt|nbsp);",
    re.IGNORECASE,
)
"""What only Teams writes."""
PLACE = f"19:{VATTEN}@thread.tacv2"


def bodies(count: int, seed: int, thread: str) -> Iterator[Json]:
    """Yield activities as Teams sends them; the same for the same ``seed``."""
    dice = random.Random(seed)
    sent: list[tuple[str, str]] = []
    for number in range(count):
        at = f"2026-11-24T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.123Z"
        if sent and dice.random() < 0.25:
            event = dice.choice(("editMessage", "editMessage", "softDeleteMessage", "undeleteMessage"))
            yield _in_thread(dice, dice.choice(sent), thread, at, event)
        elif dice.random() < 0.4:
            name = dice.choice(NAMES)
            conversation = {"conversationType": "personal", "tenantId": TENANT, "id": f"a:{_key(name)}"}
            yield activity(TEAMS_URL, **_text(dice, name), id=f"p-{number}", timestamp=at, conversation=conversation)
        else:
            sent.append((dice.choice(NAMES), f"s-{number}"))
            yield _in_thread(dice, sent[-1], thread, at)


def _in_thread(dice: random.Random, message: tuple[str, str], thread: str, at: str, event: str = "") -> Json:
    """Return a message in the question's thread, or what happened to it."""
    name, message_id = message
    body = in_channel(TEAMS_URL, root=thread, **_text(dice, name), id=message_id, timestamp=at)
    body["conversation"] = {**body["conversation"], "id": f"{PLACE};messageid={thread}"}
    body["channelData"] = {**body["channelData"], "channel": {"id": PLACE}, **({"eventType": event} if event else {})}
    if event:
        body["type"] = "messageDelete" if event == "softDeleteMessage" else "messageUpdate"
    if event == "softDeleteMessage":
        for name_ in ("text", "attachments", "entities"):
            del body[name_]
    return body


def _text(dice: random.Random, name: str) -> Json:
    """Return a message's sender, text, HTML copy and entities."""
    words, quoted = dice.choice(WORDS), dice.choice(NAMES)
    escaped, said = html.escape(words, quote=False), html.escape(quoted, quote=False)
    bot = dice.choice(("Bot", "bot", "BOT"))
    tag = dice.choice((f"<at>{bot}</at>", f'<at id="0">{bot}</at>'))
    entities = [mention(BOT) if dice.random() < 0.7 else {"type": "mention", "mentioned": BOT}]
    text = f"{tag}{dice.choice((' ', '&nbsp;'))}{escaped}"
    copy = f'<p><span itemtype="http://schema.skype.com/Mention" itemscope itemid="0">{bot}</span>&nbsp;{escaped}</p>'
    shape = dice.choice(("plain", "marker", "escaped", "Reply", "Forward"))
    if shape in ("marker", "escaped"):
        marker = '<quoted messageId="1766000000123"/>' * dice.choice((1, 2))
        text = f"{html.escape(marker) if shape == 'escaped' else marker} {text}"
        preview = {"messageId": "1766000000123", "senderName": quoted, "preview": f"{quoted} skrev det här"}
        entities.append({"type": "quotedReply", "quotedReply": preview})
    elif shape != "plain":
        block = f'<blockquote itemscope itemtype="http://schema.skype.com/{shape}" itemid="1766000000123">'
        block += f'<strong itemprop="mri" itemid="8:orgid:1">{said}</strong><p itemprop="preview">Hej från {said}</p>'
        copy, text = f"{block}</blockquote>{copy}", f"{said}Hej från {said}\r\n{text}"
    sender = {"id": f"29:{_key(name)}", "name": name}
    attachments = [{"contentType": "text/html", "content": copy}]
    return {"from": sender, "text": text, "attachments": attachments, "entities": entities}


def _key(name: str) -> str:
    return name.casefold().replace(" ", "-")


async def post_all(edge: Edge, count: int, seed: int, thread: str) -> Counter[int]:
    """Post ``count`` activities; how often each status came."""
    assert edge.provider is not None
    token = edge.provider.token(TEAMS_URL)
    statuses: Counter[int] = Counter()
    for body in bodies(count, seed, thread):
        statuses[(await edge.post(body, token=token)).status] += 1
    return statuses


def app_in(folder: Path) -> App:
    """Return the bot on a database of its own, with a group that has a channel."""
    database = Database(f"sqlite:///{folder / 'bot.db'}")
    migrate.upgrade(database)
    database.play(content.load_municipalities)
    database.play(lambda session: content.load_groups(session, NOW))
    database.play(lambda session: content.load(session, NOW))

    def bind(session: Session) -> None:
        group = groups.named(session, "Vatten")
        assert group
        group.conversation_id = PLACE

    database.play(bind)
    bank = LiveBank(database)
    bank.rebuild()
    settings = Settings.load({"SEKOM_READ_THREADS": "1", "SEKOM_SENDER_RATE": "1000"})
    return App(settings=settings, database=database, routes=ROUTES, dialogs=DIALOGS, bank=bank, conditions=AUDIENCES)


def run(folder: Path, count: int, seed: int) -> tuple[Counter[int], list[str]]:
    """Post them, look for markup, erase each person, and look for them; the statuses and what was found."""
    app, clock = app_in(folder), Clock(NOW)
    asker = Chat(app, clock)
    asker.install()
    ask(asker)
    thread = asker.in_channel(VATTEN).shown[-1].id

    async def post() -> tuple[Counter[int], list[str]]:
        async with running(Conversations(app, lambda: NOW), tokens=True) as edge:
            statuses = await post_all(edge, count, seed, thread)
            return statuses, [json.dumps(message.activity, ensure_ascii=False) for message in edge.connector.messages]

    statuses, sent = asyncio.run(post())
    asker.deliver()
    sent += [str(shown) for history in asker.history.values() for shown in history]
    assert sent
    assert app.database.play(lambda session: session.query(questions.Answer).count()), "no answer was kept"
    texts = [("sent", text) for text in sent] + [("stored", text) for text in app.database.play(_stored)]
    found = [f"{where}: {mark[0]} in {text[:300]}" for where, text in texts for mark in MARKUP.finditer(text)]
    for name in NAMES:
        erase(asker.as_(name))
        found += [f"left: {name} in {table}" for table, _ in traces(app.database, name)]
    app.database.close()
    return statuses, found


def _stored(session: Session) -> list[str]:
    """Return every row that is not the starting content, as text."""
    kept = [table for table in migrate.metadata.sorted_tables if not table.name.startswith(("faq_", "municipal"))]
    rows = [dict(row) for table in kept for row in session.execute(table.select()).mappings()]
    return [json.dumps(row, ensure_ascii=False, default=str) for row in rows]


def main(count: int = 2_000, seed: int = 1) -> int:
    """Print what was found. 1 where anything was."""
    faults = Faults()
    logging.getLogger().addHandler(faults)
    with tempfile.TemporaryDirectory() as folder:
        statuses, found = run(Path(folder), count, seed)
    counted = ", ".join(f"{status}: {number}" for status, number in sorted(statuses.items()))
    print(f"{count} activities, seed {seed}: {counted}; faults: {len(faults.records)}; left or unclean: {len(found)}")
    for line in found[:10]:
        print(line)
    for record in faults.records[:3]:
        print(logging.Formatter().format(record))
    return int(bool(found or faults.records))


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
