from __future__ import annotations

from tests.support.chat import Chat


def test_look(kansli: Chat) -> None:
    print(kansli.say("nytt webbinarium om skyfall torsdag 3 dec 9–10"), kansli.buttons)
    print("----", kansli.click("Publicera"), kansli.buttons)
    print("----", kansli.click("Flytta"))
    print("----", kansli.click("Tillbaka"))
    print("----", kansli.click("Flytta"))
    print("----", kansli.click("Flytta", day="2026-12-04", start="9", end="10.30"))
    print("----", kansli.click("Ändra"))
    print("----", kansli.say("webbinarium om pfas torsdag 4 dec kl 9-10"), kansli.buttons)
    print("----", kansli.click("Torsdag den 3 december 2026 kl. 09.00–10.00"), kansli.buttons)
    print("----", kansli.click("Bjud in"))
    print("----", kansli.click("Klar"))
    print("----", kansli.click("Gör serie"))
    print("----", kansli.click("Gör serien", every="month", times="4"))
    print("----", kansli.click("Publicera alla 4"))
    print("----", kansli.click("Ställ in"))
    print("----", kansli.click("Ställ in mötet", reason="Talaren är sjuk."))
    print("----", kansli.click("Deltagare"))
    print("----", kansli.say("deltagare"))
    print("----", kansli.say("planera möten"))
    print("----", kansli.say("nytt forum"))
