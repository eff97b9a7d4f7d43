"""What Teams puts into a text is not what the sender wrote: quoted messages, markers of them, and mentions."""

from __future__ import annotations

from time import process_time
from typing import Any

import pytest

from bot.message import Incoming, Json
from bot.teams import activities
from bot.teams.codec import decode
from bot.teams.refusal import RefusedError
from tests.support.edge import ANNA, BOT, TEAMS_URL, activity, in_channel, mention

HASSAN = {"id": "29:hassan", "name": "Hassan Nordin"}
FAQ_BOT = {**BOT, "name": "Fråga & svar"}
ONE = '<quoted messageId="1766000000123"/>'
TWO = '<quoted messageId="1766000000456"></quoted>'
QUOTED = {"type": "quotedReply", "quotedReply": {"messageId": "1766000000123", "senderName": "Hassan Nordin"}}
SAID = (
    '<strong itemprop="mri" itemid="8:orgid:11">Hassan Nordin</strong><span itemprop="time" itemid="1"></span>'
    '<p itemprop="preview">Vi hade samma sak</p>'
)
TAGGED = (
    '<p><span itemtype="http://schema.skype.com/Mention" itemscope="" itemid="0">Bot</span>&nbsp;Vi tog prover.</p>'
)
FLAT = "Hassan NordinVi hade samma sak\r\n<at>Bot</at> Vi tog prover."


def quote(kind: str = "Reply", said: str = SAID, scheme: str = "http") -> str:
    return f'<blockquote itemscope itemtype="{scheme}://schema.skype.com/{kind}" itemid="1">{said}</blockquote>'


OTHER = quote().replace('itemid="1">', 'itemid="2">', 1)


def copied(content: str) -> list[Json]:
    return [{"contentType": "text/html", "content": content}]


def read(text: str, entities: list[Json], content: str = "", recipient: Json = BOT) -> Incoming | None:
    more = {"attachments": copied(content)} if content else {}
    return activities.from_message(
        decode(activity(TEAMS_URL, text=text, entities=entities, recipient=recipient, **more))
    )


def words(*given: Any, **more: Any) -> str:
    incoming = read(*given, **more)
    assert incoming is not None
    return incoming.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{ONE} temagrupper", "temagrupper"),
        (f"<at>Bot</at> {ONE} temagrupper", "temagrupper"),
        ("&lt;quoted messageId=&quot;1766000000123&quot;/&gt; temagrupper", "temagrupper"),
        (f"{ONE}{TWO} temagrupper", "temagrupper"),
        (ONE, ""),
        (f"temagrupper {ONE}", "temagrupper"),
        ("<QUOTED messageid='1' /> temagrupper", "temagrupper"),
        ('<quoted messageId="1">Hassans ord</quoted> temagrupper', "temagrupper"),
        ('<quoted messageId="1"> temagrupper', "temagrupper"),
        ("&#60;quoted messageId=&#34;1&#34;/&#62;\r\ntemagrupper", "temagrupper"),
        ("<quotedX> är ingen märkning", "<quotedX> är ingen märkning"),
    ],
)
def test_a_marker_of_a_quoted_message_is_not_text(text: str, shown: str) -> None:
    assert words(text, [mention(BOT), QUOTED]) == shown
    assert words(text, [mention(BOT)]) == shown  # some clients leave the entity out


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (quote() + TAGGED, "Vi tog prover."),
        (quote("Forward") + TAGGED, "Vi tog prover."),
        (TAGGED + quote("Forward"), "Vi tog prover."),
        (quote(scheme="https") + quote() + TAGGED, "Vi tog prover."),
        (quote(said=f"{SAID}<blockquote>äldre</blockquote>{quote()}mer") + TAGGED, "Vi tog prover."),
        (quote("reply/") + "<div><at id='0'>Bot</at> Ett &lt;b&gt; &amp; två<br>tre</div>", "Ett <b> & två\ntre"),
        (quote() + "<p>Ett</p>\r\n<ul><li>två</li><li>tre</li></ul>", "Ett\ntvå\ntre"),
        (quote() + '<p>Bra <img alt="😀" itemtype="http://schema.skype.com/Emoji"><img alt="x.png"></p>', "Bra 😀"),
        (quote() + "<p>Se <blockquote>mitt eget citat</blockquote></p>", "Se\nmitt eget citat"),
        (quote(), ""),
        (quote().removesuffix("</blockquote>") + TAGGED, ""),  # nobody can tell where it ends
    ],
)
def test_only_the_new_words_of_a_reply_are_the_message(content: str, shown: str) -> None:
    assert words(FLAT, [mention(BOT)], content) == shown


def test_a_persons_mention_in_a_reply_is_a_name() -> None:
    content = quote() + TAGGED.replace("prover.", "prover med <at>Anna&nbsp;Ö</at>.")
    assert words(FLAT, [mention(BOT), mention(ANNA)], content) == "Vi tog prover med Anna Ö."


def test_html_without_a_quoted_message_changes_nothing() -> None:
    assert words("a  *b*", [mention(BOT)], "<p>a <b>b</b> schema.skype.com/Reply</p>") == "a  *b*"
    assert words("a", [], "<blockquote>eget</blockquote>") == "a"


def test_what_teams_attaches_of_the_quoted_message_is_no_attachment() -> None:
    attached = [*copied(quote() + TAGGED), {"contentType": "messageReference", "content": "{}"}]
    body = in_channel(TEAMS_URL, FLAT, attachments=[*attached, {"contentType": "image/png"}])
    incoming = activities.from_message(decode(body))
    assert incoming is not None
    assert (incoming.text, incoming.attachments) == ("Vi tog prover.", ("image/png",))


@pytest.mark.parametrize(
    ("text", "entities", "shown"),
    [
        ("<at>Fråga &amp; svar</at> hjälp", [{"type": "mention", "mentioned": FAQ_BOT}], "hjälp"),
        ('<at id="1">Fråga &amp; svar</at> hjälp', [mention(FAQ_BOT)], "hjälp"),
        ("<at>FRÅGA &amp; Svar</at> hjälp", [mention(FAQ_BOT)], "hjälp"),
        ("<AT>Fråga & svar</AT> hjälp", [mention(FAQ_BOT, "<at>Fråga &amp; svar</at>")], "hjälp"),
        ("<at>Fråga&nbsp;&amp; svar</at> hjälp", [mention(FAQ_BOT, '<at id="0">Fråga & svar</at>')], "hjälp"),
        ("<at>SEKOM-boten</at> hjälp", [mention(FAQ_BOT)], "hjälp"),
        ("<at></at> hjälp", [mention(FAQ_BOT)], "hjälp"),
        ("<at><b>Fråga &amp; svar</b></at> hjälp", [mention(FAQ_BOT)], "hjälp"),
        ("<at>Fråga &amp; svar</at> fråga <at>ANNA ö</at>", [mention(ANNA), mention(FAQ_BOT)], "fråga ANNA ö"),
        ('<at id="0">Anna Ö</at> och <at id="1">B</at>', [mention(ANNA), mention(FAQ_BOT)], "Anna Ö och"),
        ("<at>Fråga &amp; svar</at> fråga <at>Bo</at>", [mention(FAQ_BOT), {"type": "mention"}], "fråga Bo"),
        ("<at>Fråga &amp; svar</at> hej <at>Alla</at>", [mention(FAQ_BOT)], "hej Alla"),
        ("<at>Fråga &amp; svar</at> a <at b", [mention(FAQ_BOT)], "a <at b"),
    ],
)
def test_the_bots_tag_goes_and_a_persons_becomes_the_name(text: str, entities: list[Json], shown: str) -> None:
    assert words(text, entities, recipient=FAQ_BOT) == shown


@pytest.mark.parametrize(
    "unit",
    [
        "<at>",
        "<at>a</at>",
        "<at ",
        "<quoted ",
        "<quoted>",
        "</quoted",
        "&lt;quoted ",
        "<",
        "<a b='",
        "<!--",
        "<![",
        "&",
    ],
)
def test_it_takes_as_long_as_the_text_is(unit: str) -> None:
    text = (unit * 100_000)[:100_000]
    entities = [mention(BOT, f"<at>{number}</at>") for number in range(2_000)]
    html = (quote() + text)[:100_000]

    before = process_time()
    read(text, entities)
    read(text, entities, html)
    assert process_time() - before < 1


def test_html_that_no_client_writes_is_refused() -> None:
    with pytest.raises(RefusedError, match="HTML is too long"):
        read("a", [], quote() + "a" * 100_001)


@pytest.mark.parametrize(
    ("more", "quotes"),
    [
        ({}, None),
        ({"entities": [QUOTED]}, "1766000000123"),
        ({"text": f"{ONE}{TWO} När är det?"}, "1766000000123"),
        ({"text": "&lt;quoted messageId=&quot;17&quot;/&gt; När är det?"}, "17"),
        ({"attachments": copied(quote() + "<p>När är det?</p>")}, "1"),
        ({"attachments": copied(quote("Forward") + "<p>När är det?</p>")}, None),
        ({"attachments": copied(quote("Forward") + OTHER)}, "2"),
        ({"attachments": copied(f"{OTHER}{quote()}<p>När?</p>")}, "2"),
        ({"attachments": copied(quote().replace('itemid="1"', ""))}, None),
        ({"replyToId": "1766000000999"}, "1766000000999"),
        ({"replyToId": "1766000000999", "attachments": copied(quote())}, "1"),
        ({"replyToId": "9" * 201}, None),
        ({"entities": [{"type": "quotedReply", "quotedReply": {"messageId": 7}}]}, None),
        ({"entities": [{"type": "quotedReply", "quotedReply": "7"}]}, None),
    ],
)
def test_a_reply_in_a_chat_says_which_message_it_quotes(more: Json, quotes: str | None) -> None:
    incoming = activities.from_message(decode(activity(TEAMS_URL, **more)))
    assert incoming is not None
    assert incoming.quotes == quotes


def test_a_channel_tells_no_quoted_message() -> None:
    incoming = activities.from_message(decode(in_channel(TEAMS_URL, replyToId="1001", attachments=copied(quote()))))
    assert incoming is not None
    assert incoming.quotes is None
