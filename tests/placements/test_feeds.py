"""What other sites take from us is valid, says only what is public, and is cheap to ask often (O11)."""

import datetime as dt
import json
import re
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from placements.models import Vacancy
from stagematch.clock import today
from tests import factories as f

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def parse(content: bytes) -> ElementTree.Element:
    """Read XML with the parser of Python, which knows nothing of how we wrote it."""
    return ElementTree.fromstring(content)  # noqa: S314 -- our own answer, no stranger's


@pytest.fixture
def two(vacancy, other_vacancy):
    Vacancy.objects.filter(pk=vacancy.pk).update(title="Koken & <praten> met 'ouderen'", tasks="Je kookt.\nJe praat.")
    vacancy.refresh_from_db()
    return vacancy, other_vacancy


def feed(client, kind: str, **query) -> bytes:
    response = client.get(reverse("vacancy-feed", args=[kind]), query)
    assert response.status_code == 200
    content: bytes = response.content
    return content


def test_atom_has_what_the_standard_asks(client, two):
    root = parse(feed(client, "atom"))
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
    assert [link.get("rel") for link in root.findall(f"{ATOM}link")] == ["alternate", "self"]
    entries = root.findall(f"{ATOM}entry")
    assert {entry.findtext(f"{ATOM}title") for entry in entries} == {v.title for v in two}
    for entry in entries:
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", entry.findtext(f"{ATOM}id") or "")
        assert dt.datetime.fromisoformat(entry.findtext(f"{ATOM}updated") or "").tzinfo
        assert entry.findtext(f"{ATOM}author/{ATOM}name")


def test_rss_has_what_the_standard_asks(client, two):
    channel = parse(feed(client, "rss")).find("channel")
    assert channel is not None
    for name in ("title", "link", "description"):
        assert channel.findtext(name)
    items = channel.findall("item")
    assert len(items) == 2
    for item in items:
        assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo
        guid = item.find("guid")
        assert guid is not None
        assert guid.get("isPermaLink") == "false"
        assert (item.findtext("link") or "").startswith("http")


def test_json_feed_has_what_the_standard_asks(client, two):
    data = json.loads(feed(client, "json"))
    assert data["version"] == "https://jsonfeed.org/version/1.1"
    assert data["title"]
    assert data["feed_url"].endswith("/stageplekken/feed.json")
    for item in data["items"]:
        assert item["id"].startswith("urn:uuid:")
        assert item["url"].startswith("http")
        assert item["content_text"]
        assert dt.datetime.fromisoformat(item["date_published"]).tzinfo
        assert dt.datetime.fromisoformat(item["date_modified"]) >= dt.datetime.fromisoformat(item["date_published"])
        assert item["authors"][0]["name"]
        assert all(isinstance(tag, str) for tag in item["tags"])
    assert {item["title"] for item in data["items"]} == {v.title for v in two}
    assert data["items"][0]["_stagematch"]["places_free"] == 1


@pytest.mark.parametrize("kind", ["atom", "rss", "json"])
def test_only_what_anybody_may_see(client, two, search, kind):
    hidden = {"status": "draft"}, {"publish_from": today() + dt.timedelta(days=1)}, {"reserved_for": search.student}
    for values in hidden:
        Vacancy.objects.filter(pk=two[0].pk).update(**values)
        assert two[1].title in feed(client, kind).decode()
        assert "Koken" not in feed(client, kind).decode()
        Vacancy.objects.filter(pk=two[0].pk).update(status="published", publish_from=today(), reserved_for=None)
    two[0].organisation.is_approved = False
    two[0].organisation.save()
    assert "Koken" not in feed(client, kind).decode()
    assert client.get(reverse("organisation-feed", args=[two[0].organisation.slug, kind])).status_code == 404


def test_the_filters_of_the_list_work_on_the_feed(client, two):
    Vacancy.objects.filter(pk=two[1].pk).update(kind="wijklab")
    data = json.loads(feed(client, "json", soort="wijklab", sorteer="nieuwste", pagina="2"))
    assert [item["title"] for item in data["items"]] == [two[1].title]
    assert data["feed_url"].endswith("feed.json?soort=wijklab")
    page = client.get(reverse("vacancy-list"), {"soort": "wijklab"}).content.decode()
    assert "feed.atom?soort=wijklab" in page


def test_an_organisation_has_its_own_feed(client, two):
    response = client.get(reverse("organisation-feed", args=[two[0].organisation.slug, "json"]))
    assert [item["title"] for item in json.loads(response.content)["items"]] == [two[0].title]
    assert client.get(reverse("organisation-feed", args=["bestaat-niet", "json"])).status_code == 404
    assert client.get("/stageplekken/feed.exe").status_code == 404


@pytest.mark.parametrize(
    "address",
    ["/stageplekken/feed.atom", "/stageplekken/feed.json", "/sitemap.xml", "/sitemap-plekken.xml", "/insluiten.js",
     "/insluiten/buurthuis-de-kade/"],
)  # fmt: skip
def test_asking_again_is_cheap_and_nothing_is_remembered(client, two, address):
    first = client.get(address)
    assert first.status_code == 200
    assert not first.cookies
    assert "no-store" not in first["Cache-Control"]
    again = client.get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_etag_changes_with_the_place(client, two, broker):
    from placements import services

    first = client.get("/stageplekken/feed.atom")["ETag"]
    services.update_vacancy(vacancy=two[0], actor=broker, title="Iets anders")
    assert client.get("/stageplekken/feed.atom")["ETag"] != first


def test_feed_costs_the_same_for_one_and_three_places(client, vacancy):
    feed(client, "json")
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            feed(client, "json")
        counts.append(len(queries))
        f.VacancyFactory.create_batch(2)
    assert counts[0] == counts[1] <= 4


def test_the_list_to_embed_may_stand_in_a_frame_and_the_rest_may_not(client, two):
    page = client.get(reverse("embed", args=[two[0].organisation.slug]))
    assert "frame-ancestors *" in page["Content-Security-Policy"]
    assert "default-src 'none'" in page["Content-Security-Policy"]
    assert not page.has_header("X-Frame-Options")
    html = page.content.decode()
    assert "Koken &amp; &lt;praten&gt;" in html
    assert two[1].title not in html
    assert "style=" not in html
    assert "frame-ancestors 'none'" in client.get(reverse("vacancy-list"))["Content-Security-Policy"]
    script = client.get(reverse("embed-script"))
    assert script["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert script["Content-Type"].startswith("text/javascript")


def test_map_of_the_site_names_every_public_page_and_only_those(client, two):
    Vacancy.objects.filter(pk=two[1].pk).update(status="draft")
    index = parse(client.get("/sitemap.xml").content)
    assert index.tag == f"{MAP}sitemapindex"
    sections = [loc.text or "" for loc in index.iter(f"{MAP}loc")]
    assert len(sections) == 3
    pages = []
    for section in sections:
        path = "/" + section.partition("://")[2].partition("/")[2]
        root = parse(client.get(path).content)
        assert root.tag == f"{MAP}urlset"
        pages += [loc.text or "" for loc in root.iter(f"{MAP}loc")]
    assert len(pages) == len(set(pages))
    assert any(str(two[0].public_id) in page for page in pages)
    assert not any(str(two[1].public_id) in page for page in pages)
    for page in pages:
        path = "/" + page.partition("://")[2].partition("/")[2]
        assert client.get(path).status_code == 200, path
    assert "Sitemap: " in client.get("/robots.txt").content.decode()


def test_a_place_is_a_job_posting_that_no_title_can_break(client, two):
    Vacancy.objects.filter(pk=two[0].pk).update(
        title="</script><b>", apply_until=dt.date(2099, 7, 1), allowance="monthly", allowance_amount=250
    )
    html = client.get(reverse("vacancy-detail", args=[two[0].public_id])).content.decode()
    block = re.search(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    assert block
    data = json.loads(block[1])
    assert data["@type"] == "JobPosting"
    assert data["title"] == "</script><b>"
    for name in ("description", "datePosted", "hiringOrganization", "jobLocation"):  # what search engines require
        assert data[name]
    assert data["validThrough"] == "2099-07-01T23:59:59+02:00"
    assert data["baseSalary"]["value"]["value"] == 250


def test_stagemakelaar_gets_the_lines_for_the_own_site(client, vacancy, broker, student):
    address = reverse("admin:placements_vacancy_delen")
    client.force_login(student)
    assert client.get(address).status_code == 403
    client.force_login(broker)
    page = client.get(address).content.decode()
    assert 'data-organisatie="buurthuis-de-kade"' in page.replace("&quot;", '"')
    assert address in client.get(reverse("admin:placements_vacancy_changelist")).content.decode()
