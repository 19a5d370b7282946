"""What a candidate writes is read without who they are (R4): hostile strings lose their secret, honest ones stay whole."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from placements.masking import HIDDEN, fold, mask

NAMES = ["Zoë", "Çelik-van den Berg", "Zoë Çelik-van den Berg", "Çelik", "Berg", "zoe.celik", "123456"]

HOSTILE = [
    # the own name, however it is typed
    ("Hoi, Zoë hier.", "Zoë"),
    ("Groetjes van ZOE", "ZOE"),
    ("Dit is Zoe's motivatie", "Zoe"),
    ("Ik, Zoe\u0308, schrijf je", "Zoe\u0308"),
    ("Z o ë C e l i k", "C e l i k"),
    ("C-e-l-i-k is mijn achternaam", "e-l"),
    ("mevrouw Celik", "Celik"),
    ("Z. van den Berg", "van den"),
    ("Z. van den Berg", "Z."),
    ("Z.A. Çelik", "Z.A."),
    # a name that is in nobody's file: a nickname, or somebody else's
    ("Mijn naam is Fatima el Amrani en ik kook graag", "Fatima"),
    ("Mijn naam is Fatima el Amrani en ik kook graag", "Amrani"),
    ("mijn naam is fatima en ik kook", "fatima"),
    ("Mijn volledige naam is: Joost van der Meer.", "Meer"),
    ("Ik heet Şükrü Öztürk.", "Öztürk"),
    ("Ik ben Noor, student uit de wijk", "Noor"),
    ("Noem me maar Saar", "Saar"),
    ("Tot snel!\nGroetjes, Saartje", "Saartje"),
    ("Met vriendelijke groet,\n\nFenna de Boer", "Boer"),
    # mail
    ("Mail zoe@student.debrug.example", "@"),
    ("Mail 123456@student.roc.nl", "roc"),
    ("z.celik @ student . roc . nl", "roc"),
    ("jan(at)roc.nl", "roc"),
    ("jan [at] roc punt nl", "roc"),
    ("jan punt vis apenstaartje roc punt nl", "vis"),
    ("samira at student.roc.nl", "samira"),
    # telephone
    ("Bel 06 12 34 56 78", "12 34"),
    ("Bel 06-12345678", "1234"),
    ("Bel (010) 123 45 67", "123"),
    ("Bel +31 6 12345678", "1234"),
    ("Bel +32 470 12 34 56", "470"),
    ("Bel 0031612345678", "1234"),
    ("Bel o6 12345678", "1234"),
    ("Bel nul zes een twee drie vier vijf zes zeven acht", "drie"),
    ("Bel nul-zes-1-2-3-4-5-6-7-8", "3-4"),
    ("Bel 06 twaalf vierendertig zesenvijftig achtenzeventig", "zesenvijftig"),
    # age and birth
    ("Ik ben 17 jaar", "17"),
    ("een 17-jarige", "17"),
    ("ik ben achttien jaar oud", "achttien"),
    ("ik ben bijna eenentwintig", "eenentwintig"),
    ("Ik ben 19 en kook graag", "19"),
    ("ik ben twintig jaar", "twintig"),
    ("met mijn 18 jr", "18"),
    ("Leeftijd: 22", "22"),
    ("geboren in 2007", "2007"),
    ("bouwjaar 2006", "2006"),
    ("03-04-2008", "2008"),
    ("op 3 april 2008", "2008"),
    ("als twintiger", "twintiger"),
    # gender
    ("Ik ben een jongen die graag kookt", "jongen"),
    ("Als alleenstaande moeder weet ik", "moeder"),
    ("een meid van 18", "meid"),
    # address
    ("Ik woon in Leiden-Noord", "Leiden"),
    ("Ik kom uit Den Haag", "Haag"),
    ("Dorpsweg 3a", "Dorpsweg"),
    ("Kerkstraat 12-b", "Kerkstraat"),
    ("bij de Lange Nieuwstraat", "Nieuwstraat"),
    ("1012 WX", "1012"),
    ("1012wx", "1012"),
    ("1012-WX", "WX"),
    # profiles and numbers
    ("Volg @samira.kookt", "samira"),
    ("insta: samira.kookt", "samira"),
    ("Mijn snapchat is samirax", "samirax"),
    ("zie https://link.example/ik", "link"),
    ("zie linkedin.com/in/samira", "samira"),
    ("kijk op samirakookt.nl", "samirakookt"),
    ("studentnummer 0123456", "0123456"),
    ("mijn bsn 123456782", "123456782"),
    # tricks with invisible letters
    ("Zo\u200bë", "Zo"),
    ("Ze\u00adlik en Zo\u00adë", "Zo"),
]  # fmt: skip

HONEST = [
    "Ik werk al 2 dagen per week in een buurthuis.",
    "Ik zit in leerjaar 2 van mijn opleiding tot Sociaal Werker.",
    "Ik ben Sociaal Werker in opleiding.",
    "Ik help graag 24 ouderen met koken, van 9 tot 17 uur.",
    "Ik heb 3 jaar ervaring als vrijwilliger bij een speeltuin.",
    "Ik wil leren werken met jonge vrouwen in de opvang.",
    "Een moeder vertelde mij over haar schulden.",
    "Ik kook elke zondag met mijn oma. Dat is bergen werk.",
    "In 2026 en daarna wil ik in de wijk werken.",
    "De groep is van 10 tot 12 uur, op dinsdag en donderdag.",
    "Ik gebruik Instagram om jongeren te bereiken.",
    "Ik ben rustig, eerlijk en ik luister goed.",
    "Mijn school is groot en ik zoek een plek waar ik veel mag doen.",
    "Samen met de gemeente hielden we een markt voor 200 bezoekers.",
    "Ik wil beter worden in het voeren van gesprekken met jongeren.",
    "Ik ben een teamspeler en ik ben op tijd.",
]


@pytest.mark.parametrize(("text", "secret"), HOSTILE)
def test_the_secret_is_gone(text, secret):
    shown = mask(text, NAMES)
    assert secret not in shown
    assert HIDDEN in shown


@pytest.mark.parametrize("text", HONEST)
def test_an_honest_sentence_stays_whole(text):
    assert mask(text, ["Jo", "Samira", "El Amrani", "Amrani", "de Wit"]) == text


def test_what_is_around_a_name_stays():
    shown = mask("Mijn naam is Joost van der Meer en ik wil leren koken met ouderen.", [])
    assert shown == f"Mijn naam is {HIDDEN} en ik wil leren koken met ouderen."


@given(st.text(max_size=300))
def test_masking_never_fails_and_leaves_no_name(text):
    assert not re.search(r"(?<!\w)zoe(?!\w)", fold(mask(text, NAMES)), re.IGNORECASE)


@given(st.text(alphabet="abcdefghijklmnop ", max_size=80), st.text(alphabet="abcdefghijklmnop ", max_size=80))
def test_a_name_is_hidden_wherever_it_stands(before, after):
    assert "Xaviera" not in mask(f"{before} Xaviera {after}", ["Xaviera"])


@pytest.mark.parametrize("text", ["a" * 3000, "een " * 800, "van de " * 500, "A. " * 900, "x@" * 1500, "punt " * 700])
def test_masking_is_quick_on_long_texts(text):
    start = time.process_time()
    mask(text[:3000], NAMES)
    assert time.process_time() - start < 1.0
