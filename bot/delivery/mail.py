"""Mails that are easy to read: a telling subject, text with the HTML, a link to the chat, the reason, and how to stop.

Pure functions: :func:`compose` makes a :class:`Letter`, and :func:`written` makes the bytes for the network and for an
``.eml`` file. The text is the part of Teams' Markdown that the bot uses: bold, links, lists and paragraphs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from uuid import NAMESPACE_URL, uuid5

from bot.mail_address import address, in_ascii
from bot.plain_text import printable, printable_line
from bot.ports import Reason, Unreachable
from bot.tenant import Letter

SENDER = "Sveriges Ekokommuner"
SUBJECT_LENGTH = 120
"""The most characters of a subject. A phone shows about 40, so the first words must say it."""

_PLAIN = re.compile(r"(?!.*=\?)[\x20-\x7e]{0,200}")
_LINK = re.compile(r"\[([^\[\]]+)\]\((https?://[^\s()<>]+|mailto:[^\s()<>]+)\)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_ITEM = re.compile(r"\s*[-*] +(.+)")
_METHOD = re.compile(rb"^METHOD:(\w+)\r?$", re.MULTILINE)

_FONT = "font-family:'Segoe UI',system-ui,-apple-system,Roboto,Helvetica,Arial,sans-serif"
_PAGE = """\
<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<title>{subject}</title>
<style>
@media (prefers-color-scheme: dark) {{
  .page {{ background: #1b1f1c !important; }}
  .sheet {{ background: #262b27 !important; border-color: #3d463f !important; }}
  .sheet, .sheet h1, .sheet p, .sheet li {{ color: #f0f3f0 !important; }}
  .sheet .small {{ color: #bcc6be !important; border-color: #3d463f !important; }}
  .sheet a.text {{ color: #9fd8ae !important; }}
  .sheet .quote {{ color: #f0f3f0 !important; }}
}}
</style>
</head>
<body class="page" style="margin:0;padding:0;background:#f2f5f2">
<div style="display:none;max-height:0;overflow:hidden">{preview}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>
<td align="center" style="padding:24px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="sheet"\
 style="max-width:600px;background:#ffffff;border:1px solid #d5ddd6;border-radius:8px"><tr>
<td style="padding:24px;{font};font-size:16px;line-height:1.5;color:#1c241e;text-align:left;\
overflow-wrap:anywhere;word-break:break-word">
<p class="small" style="margin:0 0 4px;font-size:14px;color:#55615a">{sender}</p>
<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3;color:#1c241e">{subject}</h1>
{body}
{quote}{button}\
<p class="small" style="margin:24px 0 0;padding-top:16px;border-top:1px solid #d5ddd6;font-size:14px;color:#55615a">\
{footer}</p>
</td></tr></table>
</td></tr></table>
</body>
</html>
"""
_BUTTON = """\
<p style="margin:24px 0 0"><a href="{url}" style="display:inline-block;padding:12px 20px;background:#17633a;\
color:#ffffff;text-decoration:none;border-radius:6px;font-weight:600">{title}</a></p>
"""
_QUOTE = """\
<blockquote class="quote" style="margin:0 0 12px;padding:8px 0 8px 16px;border-left:4px solid #7fa88d;color:#1c241e">\
{lines}</blockquote>
"""


@dataclass(frozen=True, slots=True)
class Link:
    """The mail's only button: its title and its address."""

    title: str
    url: str


def compose(
    *,
    key: str,
    to: str,
    name: str,
    subject: str,
    text: str,
    why: str,
    greeting: str = "",
    quote: str = "",
    stop: str = "",
    link: Link | None = None,
    calendar: bytes | None = None,
) -> Letter:
    """Return the mail with ``text`` and, below it, the ``quote`` of a person's words exactly as written.

    ``why`` says why the person gets it, ``stop`` how to get no more. A list of mails shows the text without
    ``greeting`` as the preview after the subject.
    """
    subject = printable_line(subject)
    if len(subject) > SUBJECT_LENGTH:
        subject = f"{subject[: SUBJECT_LENGTH - 1].rstrip()}…"
    text = printable(text)
    preview = text_of(text).replace("\n", " ")[:140]
    text = f"{greeting}\n\n{text}".strip()
    quoted = [line.strip() for line in printable(quote).strip().splitlines()]
    footer = [printable_line(line) for line in (why, stop) if line]
    page = _PAGE.format(
        font=_FONT,
        sender=escape(SENDER),
        subject=escape(subject),
        preview=escape(preview),
        body=html_of(text),
        quote=_QUOTE.format(lines="<br>".join(map(escape, quoted))) if quoted else "",
        button=_BUTTON.format(url=escape(link.url), title=escape(link.title)) if link else "",
        footer="<br>".join(map(_inline, footer)),
    )
    return Letter(key, to, printable_line(name), subject, _text(text, quoted, link, footer), page, calendar)


def written(letter: Letter, mailbox: str, answer_to: str, now: datetime) -> bytes:
    """Return the mail in the format of RFC 5322, from ``mailbox``. Replies go to ``answer_to``, where a person reads.

    Raise :class:`Unreachable` if mail can't reach the letter's address.
    """
    try:
        to = address(letter.to)
    except ValueError as error:
        raise Unreachable(Reason.NO_ADDRESS) from error
    head = f"To: {_named(letter.name, to)}\r\nSubject: {_words('Subject', letter.subject)}\r\n"
    mail = EmailMessage(policy=SMTP)
    mail["From"] = Address(SENDER, addr_spec=in_ascii(mailbox))
    mail["Reply-To"] = Address("", addr_spec=in_ascii(answer_to))
    mail["Date"] = format_datetime(now)
    # the same id if a mail is sent twice, so that mail servers can drop the second
    mail["Message-ID"] = message_id(letter, mailbox)
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notices in reply
    mail["X-Auto-Response-Suppress"] = "All"  # the same for Exchange
    mail.set_content(letter.text, cte="quoted-printable")
    mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    if letter.calendar is not None:
        method = _METHOD.search(letter.calendar)
        told = {"method": method.group(1).decode() if method else "PUBLISH"}
        mail.add_alternative(letter.calendar.decode(), subtype="calendar", cte="base64", params=told)
        mail.add_attachment(letter.calendar, maintype="application", subtype="ics", filename="inbjudan.ics")
    mail["Content-Language"] = "sv"  # last, because setting the content removes such headers
    return head.encode("ascii") + mail.as_bytes()


def _named(name: str, spelt: str) -> str:
    """Return the recipient for the ``To`` header. A plain name gets quotes if it needs them."""
    return str(Address(name, addr_spec=spelt)) if _PLAIN.fullmatch(name) else f"{_words('To', name)} <{spelt}>"


def _words(header: str, text: str) -> str:
    """Return ``text`` as encoded words (RFC 2047), unless it is plain.

    EmailMessage would fold such words itself and lose or add a space between two (python/cpython 92081, 120930).
    """
    return text if _PLAIN.fullmatch(text) else Header(text, "utf-8", header_name=header).encode(linesep="\r\n")


def message_id(letter: Letter, mailbox: str) -> str:
    """Return the mail's global ``Message-ID``."""
    return f"<{uuid5(NAMESPACE_URL, f'sekom:{letter.key}')}@{in_ascii(mailbox).partition('@')[2]}>"


def html_of(text: str) -> str:
    """Return Teams' Markdown as HTML, for a mail or an invitation. Show everything that is not Markdown unchanged."""
    return "\n".join(_blocks(text))


def text_of(text: str) -> str:
    """Return Teams' Markdown as plain text."""
    return _BOLD.sub(r"\1", _LINK.sub(_spelt_out, text)).strip()


def _text(text: str, quoted: list[str], link: Link | None, footer: list[str]) -> str:
    cited = "\n".join(f"> {line}".rstrip() for line in quoted)
    button = f"{link.title}:\n{link.url}" if link else ""
    signed = "\n".join(["-- ", SENDER, *map(text_of, footer)])
    return "\n\n".join(part for part in (text_of(text), cited, button, signed) if part) + "\n"


def _blocks(text: str) -> Iterator[str]:
    """Yield the paragraphs and lists in order, as HTML."""
    for block in re.split(r"\n\s*\n", text.strip()):
        lines, items = list[str](), list[str]()
        for line in block.splitlines():
            item = _ITEM.fullmatch(line)
            if item:
                yield from _paragraph(lines)
                lines, items = [], [*items, item.group(1)]
            else:
                yield from _list(items)
                lines, items = [*lines, line.strip()], []
        yield from _paragraph(lines)
        yield from _list(items)


def _paragraph(lines: list[str]) -> Iterator[str]:
    if lines:
        yield f'<p style="margin:0 0 12px">{"<br>".join(map(_inline, lines))}</p>'


def _list(items: list[str]) -> Iterator[str]:
    if items:
        rows = "".join(f'<li style="margin:0 0 4px">{_inline(item)}</li>' for item in items)
        yield f'<ul style="margin:0 0 12px;padding-left:22px">{rows}</ul>'


def _inline(text: str) -> str:
    """Return a line with links and bold as HTML; everything else is escaped."""
    parts, last = [], 0
    for link in _LINK.finditer(text):
        title, url = link.groups()
        parts.append(_BOLD.sub(r"<strong>\1</strong>", escape(text[last : link.start()])))
        parts.append(f'<a class="text" href="{escape(url)}" style="color:#17633a">{escape(title)}</a>')
        last = link.end()
    parts.append(_BOLD.sub(r"<strong>\1</strong>", escape(text[last:])))
    return "".join(parts)


def _spelt_out(link: re.Match[str]) -> str:
    title, url = link.groups()
    address = url.removeprefix("mailto:")
    return address if title in (url, address) else f"{title} ({address})"
