"""Every address that the public, who looks along, or a coordinator gets an answer from, and why no student of another
school can be counted there.

docs/access.csv (which tests/test_access.py keeps true) says which addresses these are; one that is not in this register
makes `test_reach.py` fail. So whoever adds a page or a file says here what it is:

- addresses: they are fetched, and may not change by a byte when all students of other schools are gone;
- `ATTACKED`: they do change, and a named test puts an attacker on their numbers;
- a reason why there is nothing to fetch.
"""

from collections.abc import Iterable, Mapping

from tests.access import read_matrix

LINK = "a secret link, to one person about one thing"
OWN_ROW = "one row of the own organisation or school, of which there is none in the season; strangers get 404"
POST_BOX = "the mail of a developer's machine; not there in production"
NO_NUMBERS = "words of one kind that nobody writes in the season; no number about students"
READERS = ("anonymous", "observer", "coordinator", "other_coordinator")
_CLOSED = {"302", "401", "403", "405"}

Addresses = tuple[str, ...]

# What everybody gets. {vacancy}, {full}: places of the season; {host}: an organisation; {show}: the roadshow.
PUBLIC: dict[str, Addresses | str] = {
    "": ("/",),
    ".well-known/security.txt": ("/.well-known/security.txt",),
    "erkenningsverklaring/": ("/erkenningsverklaring/",),
    "erkenningsverklaring/<uuid:public_id>/": NO_NUMBERS,
    "erkenningsverklaring/register.atom": ("/erkenningsverklaring/register.atom",),
    "erkenningsverklaring/versie/<int:version>/": NO_NUMBERS,
    "gezond/": ("/gezond/",),
    "gezond/db/": ("/gezond/db/",),
    "hoe-werkt-matching/": ("/hoe-werkt-matching/",),
    "hoe-werkt-matching/eerlijk/": ("/hoe-werkt-matching/eerlijk/",),
    "hulp/": ("/hulp/",),
    "insluiten.js": ("/insluiten.js",),
    "insluiten/<slug:slug>/": ("/insluiten/{host}/",),
    "open-data/": ("/open-data/", "/open-data/?pagina=2"),
    "open-data/<str:day>/<str:table>.<str:kind>": tuple(
        f"/open-data/{day}/{table}.{kind}"
        for day in ("{day}", "laatste")
        for table in ("gebieden", "leerjaren", "opleidingen", "dagen", "helpt", "verwacht", "past")
        for kind in ("json", "csv")
    ),
    "open-data/tellingen.<str:kind>": ("/open-data/tellingen.json", "/open-data/tellingen.csv"),
    "open-source/": ("/open-source/",),
    "openapi.json": ("/openapi.json",),
    "organisaties/<slug:slug>/": ("/organisaties/{host}/", "/organisaties/{school}/"),
    "organisaties/<slug:slug>/stageplekken.<slug:kind>": (
        "/organisaties/{host}/stageplekken.json", "/organisaties/{host}/stageplekken.atom",
    ),
    "privacy/": ("/privacy/",),
    "roadshows/": ("/roadshows/",),
    "roadshows/<slug:slug>/": ("/roadshows/{show}/",),
    "roadshows/<slug:slug>/aanmelden/": ("/roadshows/{show}/aanmelden/",),
    "roadshows/<slug:slug>/aanmelden/gelukt/": ("/roadshows/{show}/aanmelden/gelukt/",),
    "roadshows/<slug:slug>/agenda.ics": ("/roadshows/{show}/agenda.ics",),
    "roadshows/<slug:slug>/inchecken/": OWN_ROW,
    "roadshows/<slug:slug>/inchecken/werker.js": ("/roadshows/{show}/inchecken/werker.js",),
    "roadshows/<slug:slug>/mijn-aanmelding/": OWN_ROW,
    "roadshows/<slug:slug>/mijn-aanmelding/wijzig/": OWN_ROW,
    "roadshows/<slug:slug>/opbrengst/": ("/roadshows/{show}/opbrengst/",),
    "roadshows/<slug:slug>/opbrengst/bestand.<slug:kind>": tuple(
        f"/roadshows/{{show}}/opbrengst/bestand.{kind}" for kind in ("csv", "xlsx", "pdf")
    ),
    "roadshows/<slug:slug>/teller/": ("/roadshows/{show}/teller/",),
    "roadshows/<slug:slug>/toezeggen/": ("/roadshows/{show}/toezeggen/",),
    "roadshows/<slug:slug>/toezeggen/klaar/": ("/roadshows/{show}/toezeggen/klaar/",),
    "roadshows/aanmelding/<str:token>/": LINK,
    "roadshows/aanmelding/<str:token>/wijzig/": LINK,
    "roadshows/agenda.ics": ("/roadshows/agenda.ics",),
    "roadshows/helpen/<str:token>/": LINK,
    "roadshows/inchecken/<slug:code>/": LINK,
    "roadshows/opbrengst/": ("/roadshows/opbrengst/",),
    "roadshows/opbrengst/bestand.<slug:kind>": tuple(
        f"/roadshows/opbrengst/bestand.{kind}" for kind in ("csv", "xlsx", "pdf")
    ),
    "roadshows/tafel/<str:token>/": LINK,
    "robots.txt": ("/robots.txt",),
    "sitemap-<slug:section>.xml": ("/sitemap-plekken.xml", "/sitemap-organisaties.xml", "/sitemap-paginas.xml"),
    "sitemap.xml": ("/sitemap.xml",),
    "stageplekken/": ("/stageplekken/", "/stageplekken/?sorteer=reacties", "/stageplekken/?leerjaar=2"),
    "stageplekken/<uuid:public_id>/": ("/stageplekken/{vacancy}/", "/stageplekken/{full}/"),
    "stageplekken/<uuid:public_id>/<slug:slug>/": ("/stageplekken/{vacancy}/{title}/", "/stageplekken/{full}/{title}/"),
    "stageplekken/feed.<slug:kind>": ("/stageplekken/feed.json", "/stageplekken/feed.atom", "/stageplekken/feed.rss"),
    "stageplekken/kaart/": ("/stageplekken/kaart/", "/stageplekken/kaart/?leerjaar=2"),
    "taal/": ("/taal/",),
    "tekort/": ("/tekort/",),
    "tekort/<str:level>/<str:code>/": ("/tekort/provincie/PV28/", "/tekort/gemeente/GM0034/"),
    "tekort/past/": ("/tekort/past/",),
    "toegankelijkheid/": ("/toegankelijkheid/",),
    "toezeggen/helper/<str:token>/": LINK,
    "toezegging/<str:token>/": LINK,
}  # fmt: skip

# What needs an account, or a link that somebody was sent.
ELSEWHERE: dict[str, Addresses | str] = {
    "advies/<str:token>/": LINK,
    "akkoord/<str:token>/": LINK,
    "documenten/<uuid:public_id>/": OWN_ROW,
    "eigen-plek/<str:token>/": LINK,
    "erkenningsverklaring/bijhouden/<str:token>/": LINK,
    "erkenningsverklaring/tekenen/<str:token>/": LINK,
    "feed/plekken/<str:token>/": LINK,
    "inventarisatie/<str:token>/": LINK,
    "mail/afmelden/<str:token>/": LINK,
    "mail/zoekopdracht/<str:token>/": LINK,
    "meetekenen/<str:token>/": LINK,
    "meetekenen/<str:token>/pok.pdf": LINK,
    "plaatsingen/<uuid:public_id>/": OWN_ROW,
    "plaatsingen/<uuid:public_id>/<slug:slug>/": OWN_ROW,
    "plaatsingen/<uuid:public_id>/pok.pdf": OWN_ROW,
    "postvak/": POST_BOX,
    "postvak/<str:letter_id>/": POST_BOX,
    "postvak/<str:letter_id>/html/": POST_BOX,
    "stage/<str:token>/": LINK,
    "stage/<str:token>/<slug:slug>/": LINK,
    "stage/<str:token>/pok.pdf": LINK,
    "team/gesprekken/<uuid:public_id>/": OWN_ROW,
    "team/gesprekken/<uuid:public_id>/agenda.ics": OWN_ROW,
    "toestemming/<str:token>/": LINK,
    "uitnodiging/<str:token>/": LINK,
    "uitnodigingen/": ("/uitnodigingen/",),
}

OBSERVER: dict[str, Addresses | str] = {"gebied/": ("/gebied/", "/gebied/?gebied=provincie")}

# A coordinator's own school. {student}: one of its students.
SCHOOL: dict[str, Addresses | str] = {
    "school/antwoorden/": ("/school/antwoorden/",),
    "school/collegas/": ("/school/collegas/",),
    "school/eigen-plekken/": ("/school/eigen-plekken/",),
    "school/eigen-plekken/<uuid:public_id>/": OWN_ROW,
    "school/inventarisatie/": ("/school/inventarisatie/",),
    "school/inventarisatie/nieuw/": ("/school/inventarisatie/nieuw/",),
    "school/meldingen/": ("/school/meldingen/",),
    "school/meldingen/<uuid:public_id>/": OWN_ROW,
    "school/plaatsingen/": ("/school/plaatsingen/",),
    "school/plaatsingen/<uuid:public_id>/": ("/school/plaatsingen/{placement}/",),
    "school/plaatsingen/export/": ("/school/plaatsingen/export/?soort=csv", "/school/plaatsingen/export/?soort=xlsx"),
    "school/studenten/": ("/school/studenten/",),
    "school/studenten/<uuid:public_id>/": ("/school/studenten/{student}/",),
    "school/studenten/<uuid:public_id>/aanmelden/": ("/school/studenten/{student}/aanmelden/",),
    "school/studenten/bestand/": ("/school/studenten/bestand/?soort=csv", "/school/studenten/bestand/?soort=xlsx"),
    "school/studenten/hulp/": ("/school/studenten/hulp/",),
    "school/studenten/hulp/instellen/": ("/school/studenten/hulp/instellen/",),
    "school/studenten/importeren/": ("/school/studenten/importeren/",),
    "school/studenten/importeren/<uuid:public_id>/<slug:what>.<slug:kind>": OWN_ROW,
    "school/studenten/importeren/<uuid:public_id>/bezig/": OWN_ROW,
    "school/studenten/importeren/<uuid:public_id>/controle/": OWN_ROW,
    "school/studenten/importeren/<uuid:public_id>/kolommen/": OWN_ROW,
    "school/studenten/importeren/<uuid:public_id>/verslag/": OWN_ROW,
    "school/studenten/klassen/": ("/school/studenten/klassen/",),
    "school/studenten/koppeling/": ("/school/studenten/koppeling/",),
    "school/studenten/uitnodigen/golven/": ("/school/studenten/uitnodigen/golven/",),
    "school/taken/": ("/school/taken/",),
    "school/tekort/": ("/school/tekort/", "/school/tekort/?alles=ja", "/school/tekort/?gebied=corop"),
    "school/tekort/past/": ("/school/tekort/past/",),
    "school/tekort/rapport.pdf": ("/school/tekort/rapport.pdf", "/school/tekort/rapport.pdf?alles=ja&namen=ja"),
    "school/tekort/rapport.xlsx": ("/school/tekort/rapport.xlsx", "/school/tekort/rapport.xlsx?gebied=provincie"),
    "school/tekort/studenten/": ("/school/tekort/studenten/",),
    "school/tekort/verwacht/": ("/school/tekort/verwacht/",),
    "school/tekort/verwacht/bestand/": ("/school/tekort/verwacht/bestand/",),
    "school/tekort/vooruitblik/": ("/school/tekort/vooruitblik/",),
    "school/tekort/wat-als/": (
        "/school/tekort/wat-als/",
        "/school/tekort/wat-als/?waar=gemeente:GM0546&kwalificatie=25615&leerjaar=1&dagen=3&plekken=50",
    ),
    "school/voorstellen/": ("/school/voorstellen/",),
    "school/voorstellen/<uuid:public_id>/niet/": OWN_ROW,
}

# The numbers here are made of students themselves, and a test attacks them night after night.
ATTACKED: dict[str, str] = {
    "/": "numbers that say 'at least' (test_downloads)",
    "/hoe-werkt-matching/eerlijk/": "shares of forty or more, in steps (tests/matchmaking/test_around.py)",
    "/roadshows/{show}/opbrengst/": "numbers that say 'at least' (test_downloads)",
    "/roadshows/{show}/opbrengst/bestand.csv": "the same numbers as the page",
    "/roadshows/{show}/opbrengst/bestand.xlsx": "the same numbers as the page",
    "/roadshows/{show}/opbrengst/bestand.pdf": "the same numbers as the page",
    "/roadshows/opbrengst/": "numbers that say 'at least', of all roadshows",
    "/roadshows/opbrengst/bestand.csv": "the same numbers as the page",
    "/roadshows/opbrengst/bestand.xlsx": "the same numbers as the page",
    "/roadshows/opbrengst/bestand.pdf": "the same numbers as the page",
    "/school/tekort/wat-als/?waar=gemeente:GM0546&kwalificatie=25615&leerjaar=1&dagen=3&plekken=50": (
        "'what if' (test_downloads)"
    ),
}

ALL = PUBLIC | ELSEWHERE | OBSERVER | SCHOOL


def reachable() -> set[str]:
    """The patterns of all addresses outside the admin that answer one of these readers, also with 'not found'.

    `account/` is left out: it is about signing in.
    """
    return {
        pattern
        for (pattern, method), row in read_matrix().items()
        if method == "GET"
        and not pattern.startswith(("beheer/", "account/"))
        and not all(row[role] in _CLOSED for role in READERS)
    }


def addresses(of: Mapping[str, Addresses | str], samples: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """(address, address with names) of all that can be fetched."""
    for found in of.values():
        if not isinstance(found, str):
            for template in found:
                yield template.format_map(samples), template
