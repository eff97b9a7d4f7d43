"""Data can't break out of its place on a card."""

from __future__ import annotations

import pytest

from bot import cards
from bot.cards import card, escape, harmless, heading, markdown, plain, web_link
from tests.support.chat import Chat, walk, words


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("**fet** och *kursiv*", "**fet** och *kursiv*"),
        ("- ett\n- två", "- ett\n- två"),
        ("[sekom](https://www.sekom.se/a_(b))", "[sekom](https://www.sekom.se/a_%28b%29)"),
        ("[mejla](mailto:a@b.se)", "[mejla](mailto:a@b.se)"),
        ("[klicka](javascript:alert(1))", "klicka"),
        ("[klicka](data:text/html,x)", "klicka"),
        ("[klicka](https:///utan-vard)", "klicka"),
        ("[klicka](https://[trasig)", "klicka"),
        ("![bild](https://spion.example/x.png)", "bild"),
        ("<b>html</b>", "‹b›html‹/b›"),
        ("<at>Alla</at>", "‹at›Alla‹/at›"),
        ("kl. {{DATE(2026-01-01,SHORT)}}", "kl. {\u200b{DATE(2026-01-01,SHORT)}}"),
        ("\x000\x00 [a](https://b.se)", "0 [a](https://b.se)"),
        ("a (b) [c] (d)", "a (b) [c] (d)"),
    ],
)
def test_markdown_is_made_harmless(written: str, shown: str) -> None:
    assert harmless(written) == shown


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ("Ale *och* [Mark](https://x.se)", r"Ale \*och\* \[Mark\](https://x.se)"),
        ("en\nrad", "en rad"),
        ("<at>x</at>", r"\<at\>x\</at\>"),
        ("{{TIME(x)}}", "{\u200b{TIME(x)}}"),
        ("3. Energi", r"3\. Energi"),
        ("- Mat", r"\- Mat"),
        ("---", r"\---"),
        ("    Fyra", "Fyra"),
        ("12) Vatten", r"12\) Vatten"),
        ("A & B &lt;", r"A & B \&lt;"),
        ("2026-11-28", r"2026-11-28"),
    ],
)
def test_data_in_a_markdown_text_is_shown_as_written(data: str, shown: str) -> None:
    assert escape(data) == shown


def test_a_link_with_an_address_we_do_not_show_is_only_its_title() -> None:
    assert web_link("Källan [1]", "javascript:x") == r"Källan \[1\]"
    assert web_link("Källan", "https://a.se/b c") == "[Källan](https://a.se/b%20c)"


def test_a_card_has_what_teams_and_screen_readers_need() -> None:
    made = card(heading("Rubrik"), markdown("text"), summary="Det viktigaste.")

    assert (made["type"], made["version"], made["lang"]) == ("AdaptiveCard", "1.5", "sv")
    assert made["fallbackText"] == "Det viktigaste."
    assert made["body"][0]["style"] == "heading"
    told = card(heading("[a](b)"), cards.label("[a](b)"), cards.caution("[a](b)"), summary="x")["body"]
    assert [one.get("text") or one["items"][0]["text"] for one in told] == [r"\[a\](b)"] * 3


def test_a_long_title_is_cut_and_kept_as_a_tooltip() -> None:
    title = "Hur " + "väldigt " * 20 + "länge?"
    made = card(cards.buttons(cards.button(title, "x")), summary="x")["body"][0]["actions"][0]

    assert len(made["title"]) <= cards.TITLE_LENGTH
    assert made["title"].endswith("…")
    assert made["tooltip"] == title


@pytest.mark.parametrize(
    "hostile", ["[klicka](javascript:x)", "<at>Alla</at>", "**x**", "![x](https://x.se)", "{{DATE(2026-01-01,SHORT)}}"]
)
def test_what_a_person_writes_is_shown_letter_by_letter(chat: Chat, hostile: str) -> None:
    chat.say(f"xyzzy {hostile}")

    runs = [[run["text"] for run in part["inlines"]] for part in walk(chat.card) if part["type"] == "RichTextBlock"]
    assert any(hostile in "".join(parts) for parts in runs)
    texts = [part["text"] for part in walk(chat.card) if part["type"] == "TextBlock"]
    assert not any(hostile in text for text in texts)


def test_every_text_wraps_and_every_input_has_a_label(kansli: Chat) -> None:
    kansli.say("kunskapsbank")
    kansli.press("faq.edit", {"entry": 1}, card_id=kansli.shown[-1].id)

    for part in walk(kansli.card):
        assert part["type"] != "TextBlock" or part["wrap"]
        assert not part["type"].startswith("Input.") or part["label"]


def test_plain_text_keeps_its_lines() -> None:
    assert words(card(plain("ett\ntvå"), summary="x")) == "ett\ntvå"


def test_data_that_the_client_cannot_send_is_refused() -> None:
    with pytest.raises(ValueError, match="key"):
        cards.button("Gör", "feature.verb", key="x")
