"""Words that tell people from organisations, for texts that must name nobody."""

FIRST_NAMES = frozenset(
    (
        "Agneta Albin Alexander Alice Alva Amanda Anders Andreas Anette Ann Anna Annika Anton Arne Axel Barbro "
        "Bengt Berit Bertil Birgitta Björn Bo Britt Camilla Carina Carl Caroline Cecilia Charlotte Christer "
        "Christina Claes Daniel David Ebba Elin Elisabeth Ella Elsa Emelie Emil Emma Erik Eva Filip Fredrik Frida "
        "Gabriel Gun Gunilla Gunnar Gustav Göran Hanna Hans Helena Henrik Håkan Ida Inger Ingrid Isabelle Jakob "
        "Jan Jenny Jesper Jessica Joakim Johan Johanna John Jonas Jonathan Josefin Julia Kalle Karin Karl Katarina "
        "Kenneth Kent Kerstin Kjell Klara Kristina Lars Leif Lena Lennart Linda Linnea Lisa Lotta Louise Lovisa "
        "Lucas Magnus Maja Malin Marcus Margareta Maria Marianne Marie Martin Mats Matilda Mattias Michael Mikael "
        "Mohamed Monica Moa Niklas Nils Olle Olof Oscar Oskar Patrik Per Peter Petra Pia Pontus Rasmus Rebecka "
        "Richard Robert Robin Roger Roland Rolf Sara Sebastian Sofia Sofie Sonja Stefan Stig Susanne Sven Therese "
        "Thomas Tobias Tommy Tomas Tove Ulf Ulla Ulrika Urban Viktor Viktoria Yvonne Åke Åsa Örjan"
    ).split()
)
"""Common Swedish first names."""
WORDS_TOO = frozenset("Bo Hans Kent Klara Moa Per Robin Stig Tove Urban".split())
"""First names that are also ordinary words, which may begin a sentence."""
NO_PERSON = frozenset(
    (
        "Agenda Allmänna Arbetsmiljöverket Boverket EU Energimyndigheten Europeiska Excel FN Föreningen Globala "
        "Google Gröna Havs Jordbruksverket Kommunal Kommunala Länsstyrelsen Livsmedelsverket Microsoft Miljö "
        "Miljömålen Naturvårdsverket Nordiska Norra Office Power Region Regionen SEKOM SKR Skogsstyrelsen Sveriges "
        "Svensk Svenska Svenskt Södra Teams Trafikverket Vatten Världsnaturfonden Västra Östra"
    ).split()
)
"""First words of capitalised names that are not people: authorities, organisations, products."""
