"""Mail from the bot's mailbox, handed to Graph as it will be sent.

It goes as MIME, not as JSON: only MIME lets a mail have a plain text with its HTML, and headers of our own
(graph/api/user-sendmail, "using MIME format"). The SDK has no method for it, because Graph's metadata leaves it out
(msgraph-metadata issue 389).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime

from kiota_abstractions.method import Method
from kiota_abstractions.request_information import RequestInformation

from bot.delivery.mail import message_id, written
from bot.graph.failures import Call
from bot.graph.thread import on_graph_thread
from bot.graph.wire import OnWire, Wire
from bot.ports import Failed
from bot.tenant import Letter

SEND = Call("sendMail", "Mail.Send")
LARGEST = 3 * 1024 * 1024
"""Bytes of a mail: Graph takes requests of 4 MB, and base64 makes it a third longer."""


class GraphMail(OnWire):
    """A :class:`bot.tenant.Mail`."""

    def __init__(self, wire: Wire, mailbox: str, answer_to: str, clock: Callable[[], datetime]) -> None:
        """Answers to the mails go to the address ``answer_to``."""
        super().__init__(wire)
        self._mailbox = mailbox
        self._answer_to = answer_to
        self._clock = clock

    @on_graph_thread
    async def send(self, letter: Letter) -> str:
        """See :class:`bot.tenant.Mail`. Status 202 means accepted, not delivered: a bounce comes to the mailbox."""
        mime = written(letter, self._mailbox, self._answer_to, self._clock())
        if len(mime) > LARGEST:
            raise Failed("mail_too_large")
        builder = self._wire.client.users.by_user_id(self._mailbox).send_mail
        info = RequestInformation(Method.POST, builder.url_template, builder.path_parameters)
        info.set_stream_content(base64.b64encode(mime), "text/plain")
        limits = self._wire.limits
        async with limits.mail.turn(), limits.outlook:
            await self._wire.send(SEND, info)
        return message_id(letter, self._mailbox)
