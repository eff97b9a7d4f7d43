"""What people are told about who sees their data, and about what erasing leaves."""

from __future__ import annotations

SHOWN = (
    "En medlem som frågar mig vem som är kontaktperson i en kommun, eller vem som kan hjälpa till med något, får veta "
    "namn, kommun, uppdrag, det du har skrivit att du kan hjälpa till med och en länk för att skriva till dig i Teams. "
    "I länken står din mejladress. Det svarar jag bara på i medlemmens egen chatt, aldrig i en kanal. Den som har "
    "lämnat nätverkets team får inget svar."
)
OBJECT = (
    "Vill du inte visas? Skriv mina uppgifter till mig, välj Rätta mina val och ange vilka som får veta det: medlemmar "
    "i hela nätverket, bara din kommun och kansliet, eller bara kansliet. Det gäller genast. Du kan också be kansliet. "
    "Frågar du en temagrupp väljer du där om ditt namn syns. Svarar du på en fråga står ditt namn vid svaret."
)
ANONYMOUS = (
    "Frågor till kunskapsbanken räknas utan att jag sparar vem som frågade. Frågans ordalydelse sparas i en egen "
    "lista utan namn."
)
OTHERS_TEXTS = (
    "Det andra har skrivit söker jag bara igenom i de frågor som du har ställt, tagit, svarat på eller följt. Där tar "
    "jag bort ditt hela namn och din mejladress. Ett förnamn som en kollega skrev kan stå kvar, och ditt namn i annat "
    "som någon har skrivit till mig. Säg till kansliet om du ser det."
)
AMBIGUOUS = (
    "Ett namn eller en adress som också är någon annans, en plats eller vanliga ord står kvar där andra har skrivit "
    "det, för jag vet inte om det är personen som menas."
)
BANK = (
    "Granskade svar i kunskapsbanken ändrar jag inte. Kansliet får en fråga om de svar som nämner en borttagen person."
)
TEAMS = (
    "Det som redan står i Teams ligger hos Microsoft och i din och nätverkets Teams-miljö. Jag byter ut de "
    "meddelanden som jag har skickat om dig, om jag vet var de står. Jag kan inte ta bort det som andra har skrivit, "
    "kort som någon har fått när de frågade mig och mejl som redan har gått."
)
