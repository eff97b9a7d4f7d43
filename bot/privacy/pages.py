"""The bot's own web pages, as whole HTML documents: plain, in Swedish, readable on a phone and to a screen reader.

WCAG 2.1 AA: one language, a title and headings in order, a way past the top, visible focus, contrast above 7:1.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from html import escape

from bot.privacy import notes, words
from bot.settings import Settings
from bot.swedish import day

_READS = """
<p>I temagruppernas kanaler får boten del av alla inlägg, också de som inte nämner den. Svarar du i en
frågas tråd frågar boten dig om den får skicka svaret vidare. Alla andra inlägg slängs olästa.</p>"""
"""Stands there with SEKOM_READ_THREADS."""
_CSS = """
body{margin:0 auto;max-width:42rem;padding:1rem 1.25rem 3rem;font:1.0625rem/1.6 system-ui,sans-serif;color:#1b1b1b;
background:#fff;overflow-wrap:break-word}
h1{font-size:1.75rem;line-height:1.25;margin:1.5rem 0 1rem}h2{font-size:1.25rem;line-height:1.3;margin:2rem 0 .5rem}
a{color:#00543a}a:hover{text-decoration-thickness:.15em}dt{font-weight:600;margin-top:.5rem}dd{margin:0}
:focus-visible{outline:3px solid #00543a;outline-offset:3px}
button{font:inherit;font-weight:600;color:#fff;background:#00543a;border:2px solid #00543a;border-radius:.375rem;
padding:.625rem 1.25rem;min-height:2.75rem;cursor:pointer}button:hover{background:#003826}
.skip{position:absolute;left:-99rem}.skip:focus{position:static}
.note{border-left:.375rem solid #8a5a00;background:#fff7e6;padding:.75rem 1rem}
footer{margin-top:3rem;border-top:1px solid #767676;padding-top:1rem}
"""
STYLE = "sha256-" + b64encode(sha256(_CSS.encode()).digest()).decode()
"""The style's own hash: the only thing apart from the page that a browser may use."""


def privacy(settings: Settings) -> str:
    """``/integritet``: what is kept about people, from the list that the bot itself goes by."""
    mail = _mail(settings)
    body = f"""{_reviewed(settings)}
<p>SEKOM-boten är ett stöd för medlemmarna i Sveriges Ekokommuner. Den svarar på frågor och påminner i Microsoft Teams.
Här står vad boten sparar om dig, varför och hur länge.</p>
<h2>Vem ansvarar?</h2>
<p>Sveriges Ekokommuner ansvarar för uppgifterna i boten. Frågor? Mejla kansliet: {mail}.</p>
<h2>Du bestämmer över dina uppgifter</h2>
<p>Skriv <strong>mina uppgifter</strong> i din egen chatt med boten. Då kan du läsa allt som är sparat, rätta det, hämta
det som fil och ta bort dig. Du kan också be kansliet om hjälp. Du får svar inom en månad. Är du inte nöjd kan du klaga
hos Integritetsskyddsmyndigheten, <a href="https://www.imy.se/">imy.se</a>.</p>
<h2>Det andra medlemmar får veta om dig</h2>
<p>{escape(notes.SHOWN)}</p>
<p>{escape(notes.OBJECT)}</p>
{"".join(_class(one, settings) for one in words.CLASSES)}
<h2>Det som inte sparas om dig</h2>
<p>{escape(notes.ANONYMOUS)}</p>{_READS if settings.read_threads else ""}
<p>Boten sparar inte vilket parti en politiker tillhör. I botens driftlogg står varken namn eller det du skriver.</p>
<h2>När du tar bort dig</h2>
<p>Boten tar bort allt som pekar ut dig. En kod sparas som inte går att läsa ut ditt namn ur. Den gör att du inte läggs
till igen av sig självt. Skriver du till boten igen tas koden bort.</p>
<p>{escape(notes.OTHERS_TEXTS)} {escape(notes.AMBIGUOUS)}</p>
<p>{escape(notes.BANK)}</p>
<p>{escape(notes.TEAMS)}</p>
<h2>När du lämnar nätverket</h2>
<p>Den som har lämnat nätverkets team tas bort på samma sätt efter {words.days(settings.leaver_days)}. Det gäller också
den som bara har stått på kansliets medlemslista och inte längre har något uppdrag. Då sparas ingen kod: kommer du
tillbaka senare läggs du till igen som ny.</p>
<h2>Allmänna handlingar</h2>
<p>Det du skriver kan bli en allmän handling hos din kommun eller region. Skriv därför inget om enskilda personer och
inga personnummer.</p>"""
    return page("Så hanterar SEKOM-boten personuppgifter", body, settings)


def terms(settings: Settings) -> str:
    """``/villkor``: what one can expect of the bot, and what it expects."""
    body = f"""{_reviewed(settings)}
<p>SEKOM-boten är till för medlemmarna i Sveriges Ekokommuner. Du använder den i Microsoft Teams.</p>
<h2>Det här kan du räkna med</h2>
<ul><li>Boten svarar ur en kunskapsbank som kansliet ansvarar för. Källa och datum står under svaret.</li>
<li>Boten säger till när den inte vet. Svar som kansliet inte har bekräftat är märkta.</li>
<li>Boten är ett program. Ingen människa läser din fråga innan du får svar.</li>
<li>Boten kan ha fel eller ligga nere. Fråga kansliet om det är viktigt: {_mail(settings)}.</li></ul>
<h2>Det här ber vi dig om</h2>
<ul><li>Skriv inget om enskilda personers hälsa eller privatliv, och inga personnummer.</li>
<li>Skriv inget som är hemligt. Det du skriver kan bli en allmän handling hos din kommun eller region.</li>
<li>Visa respekt när du frågar och svarar i temagrupperna. Kansliet kan stänga en fråga.</li></ul>
<h2>Personuppgifter</h2>
<p>Läs <a href="integritet">så hanterar SEKOM-boten personuppgifter</a>.</p>
<h2>Tillgänglighet</h2>
<p>Boten och de här sidorna är gjorda för att följa WCAG 2.1 på nivå AA. Hittar du ett hinder? Mejla
{_mail(settings)}.</p>"""
    return page("Villkor för SEKOM-boten", body, settings)


def confirm(file: str, settings: Settings) -> str:
    """Before a file is fetched: programs that only look at a link (previews, virus scanners) don't use it up."""
    body = f"""
<p>Filen heter <strong>{escape(file)}</strong>. Den kan ha personuppgifter, så spara den på ett säkert ställe.</p>
<p>Länken fungerar bara en gång.</p>
<form method="post"><button type="submit">Hämta filen</button></form>"""
    return page("Hämta din fil", body, settings)


def expired(settings: Settings) -> str:
    """For a link that gives nothing."""
    body = """
<p>Länken är redan använd, eller äldre än 15 minuter. Be boten om en ny i Teams, så som du fick den här.</p>"""
    return page("Länken fungerar inte längre", body, settings)


def page(title: str, body: str, settings: Settings) -> str:
    """A whole document around ``body``, which is HTML."""
    return f"""<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)}</title>
<style>{_CSS}</style>
</head>
<body>
<a class="skip" href="#main">Hoppa till innehållet</a>
<main id="main" tabindex="-1">
<h1>{escape(title)}</h1>
{body}
</main>
<footer><p>SEKOM-boten, Sveriges Ekokommuner. Kontakt: {_mail(settings)}</p></footer>
</body>
</html>
"""


def _class(one: words.KeptClass, settings: Settings) -> str:
    remains = f"<dt>Blir kvar när du tar bort dig</dt><dd>{escape(one.remains)}</dd>" if one.remains else ""
    return f"""
<h2>{escape(one.title)}</h2>
<dl><dt>Vad</dt><dd>{escape(one.what)}</dd><dt>Varför</dt><dd>{escape(one.why)}</dd>
<dt>Hur länge</dt><dd>{escape(one.how_long(settings))}</dd>{remains}</dl>"""


def _reviewed(settings: Settings) -> str:
    if settings.pages_reviewed:
        return f"\n<p>Kansliet har granskat sidan {escape(day(settings.pages_reviewed))}.</p>"
    return """
<p class="note"><strong>Utkast.</strong> Texten är skriven av dem som har byggt boten. Kansliet behöver granska den
tillsammans med någon som kan dataskydd, och bestämma rättslig grund och gallring.</p>"""


def _mail(settings: Settings) -> str:
    address = escape(settings.contact)
    return f'<a href="mailto:{address}">{address}</a>'
