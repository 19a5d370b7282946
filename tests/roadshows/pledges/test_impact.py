"""What roadshows led to: every number recomputed from the rows, what others may see, files, comparison and briefing."""

# mypy: disable-error-code="no-untyped-def"

import csv
import datetime as dt
import io
import itertools
import re
import uuid
from html import unescape

import pypdf
import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from placements.enums import PlacementStatus, VacancyStatus
from placements.models import Placement
from roadshows import impact
from roadshows.briefing import briefing
from roadshows.enums import OUTCOME_TRANSITIONS, OutcomeStatus
from roadshows.models import Outcome, Pledge, PledgeLink, Roadshow
from roadshows.pledge_enums import LinkStatus, PledgeStatus
from roadshows.services import outcomes as services
from stagematch.clock import now, today
from stagematch.regions.models import Region
from stagematch.ui.errors import Conflict
from tests import factories as f
from tests.roadshows.pledges.cast import place_student, promise

pytestmark = pytest.mark.django_db


@pytest.fixture
def region():
    return Region.objects.create(kind="province", code="PV99", name="Ooststad", valid_from=dt.date(2020, 1, 1))


@pytest.fixture
def held(roadshow, region):
    """The roadshow was three months ago."""
    Roadshow.objects.filter(pk=roadshow.pk).update(
        status="held", day=today() - dt.timedelta(days=95), region=region, is_public=True
    )
    return Roadshow.objects.get(pk=roadshow.pk)


@pytest.fixture
def scene(held, organiser, organisation, other_organisation, vacancy, capacity):
    """Two organisations and one typed name; one vacancy of three places with two students, of whom one began."""
    first = promise(held, organiser, organisation, number=3)
    second = promise(held, organiser, other_organisation, number=4)
    typed = promise(held, organiser, None, number=5)
    Pledge.objects.filter(pk=typed.pk).update(organisation_name="Zelf Getypt Huis", promised_on=held.day)
    vacancy.places, vacancy.status = 3, VacancyStatus.PUBLISHED
    vacancy.save()
    PledgeLink.objects.update_or_create(  # the platform suggested it already
        pledge=first, vacancy=vacancy, defaults={"status": LinkStatus.CONFIRMED, "decided_at": now()}
    )
    one = place_student(vacancy, capacity)
    place_student(vacancy, capacity)
    Placement.objects.filter(pk=one.pk).update(status=PlacementStatus.RUNNING)
    Pledge.objects.filter(pk=second.pk).update(status=PledgeStatus.LAPSED, ended_on=today())
    return {"first": first, "second": second, "typed": typed, "vacancy": vacancy}


def recomputed(roadshow) -> dict[str, int]:
    """The same numbers by hand: plain loops over the rows, nothing of the report's own code."""
    numbers = dict.fromkeys(("promised", "published", "filled", "started"), 0)
    for pledge in Pledge.objects.filter(roadshow=roadshow, kind="places", confirmed_at__isnull=False):
        if pledge.status == "withdrawn":
            continue
        numbers["promised"] += pledge.number
        seen = filled = started = 0
        for link in PledgeLink.objects.filter(pledge=pledge, status="confirmed"):
            students = [
                p
                for p in Placement.objects.filter(vacancy=link.vacancy)
                if p.status in {"agreed", "running", "finished"}
            ]
            there = (
                link.vacancy.places if link.vacancy.status == "published" else min(link.vacancy.places, len(students))
            )
            seen += there
            filled += min(there, len(students))
            started += sum(p.status in {"running", "finished"} for p in students)
        numbers["published"] += min(pledge.number, seen)
        numbers["filled"] += min(pledge.number, filled)
        numbers["started"] += min(pledge.number, started)
    return numbers


def test_the_numbers_are_those_of_counting_by_hand(scene, held):
    made = impact.report([held], exact=True)
    shown = {step.key: step.number.value for step in made.steps}
    by_hand = recomputed(held)
    assert by_hand == {"promised": 12, "published": 3, "filled": 2, "started": 1}
    assert {key: shown[key] for key in by_hand} == by_hand


def test_every_number_leads_to_rows_that_add_up_to_it(client, scene, held, organiser):
    client.force_login(organiser)
    for page, one in (
        (reverse("roadshow-impact", args=[held.slug]), True),
        (f"{reverse('roadshows-impact')}?eigen", False),
    ):
        made = impact.report(
            [held] if one else list(impact.reported(Roadshow.objects.managed_by(organiser))), exact=True
        )
        numbers = [step.number for step in made.steps]
        for groups in (made.per_organisation, made.per_region, made.per_roadshow):
            numbers += [number for group in groups for number in group.numbers]
        numbers.append(made.lapsed)
        numbers += [impact.Number(month.promised, month.promised_url) for month in made.months]
        numbers += [impact.Number(month.published, month.published_url) for month in made.months]
        body = unescape(client.get(page).content.decode())
        assert len(numbers) > 15
        for number in numbers:
            assert number.url, number
            assert number.url in body
            rows = client.get(number.url)
            assert rows.status_code == 200
            cells = re.findall(r'data-kop="Telt mee">(\d+)<', rows.content.decode())
            assert sum(map(int, cells)) == number.value, number.url


def test_others_see_places_exactly_and_few_students_not_at_all(client, scene, held):
    page = client.get(reverse("roadshow-impact", args=[held.slug])).content.decode()
    made = impact.report([held], exact=False)
    assert [str(step.number) for step in made.steps] == ["12", "3", "minder dan 15", "minder dan 15", "minder dan 15"]
    assert made.keys == ["promised", "published"]
    assert reverse("roadshows-impact-rows") not in page
    assert "Zelf Getypt" not in page, "a name that somebody typed proves nothing"
    assert "andere organisaties" in page.lower()
    assert client.get(f"{reverse('roadshows-impact')}?eigen").context["report"].exact is False


@pytest.mark.parametrize(
    ("students", "words"),
    [(0, {"minder dan 15"}), (9, {"minder dan 15"}), (12, {"minder dan 15", "minstens 10"}), (17, {"minstens 10", "minstens 15"})],
)  # fmt: skip
def test_students_are_shown_in_steps_of_five_from_a_secret_number_on(students, words):
    class Row:
        def at(self, _key):
            return students

    found = {str(impact._number(Row(), "filled", "", exact=False, of=f"dag-{n}")) for n in range(60)}
    assert found == words  # on which night the fifteenth came differs per roadshow, and nobody knows where


def test_only_organisers_see_rows_and_only_their_own(client, scene, held, other_organiser, broker):
    url = impact.rows_url(stage="promised", roadshow=held)
    client.force_login(other_organiser)
    assert client.get(url).status_code == 404
    assert client.get(impact.rows_url(stage="promised")).context["total"] == 0
    client.force_login(broker)
    assert client.get(url).status_code == 403
    client.logout()
    assert client.get(url).status_code == 302
    assert client.get(f"{reverse('roadshows-impact-rows')}?stap=hack").status_code == 302


@pytest.mark.parametrize("day", ["2026-13-45", "morgen", "2026-02-30", "9" * 40])
def test_a_day_that_does_not_exist_is_no_page(client, held, organiser, day):
    client.force_login(organiser)
    assert client.get(impact.rows_url(stage="promised"), {"stap": "promised", "tot": day}).status_code == 404


def test_a_roadshow_that_is_still_to_come_has_no_report(client, roadshow):
    assert client.get(reverse("roadshow-impact", args=[roadshow.slug])).status_code == 404
    assert client.get(reverse("roadshow-impact-file", args=[roadshow.slug, "pdf"])).status_code == 404


def test_the_files_say_what_the_page_says(client, scene, held, organiser):
    client.force_login(organiser)
    text = client.get(reverse("roadshow-impact-file", args=[held.slug, "csv"])).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert ["trechter", "", "toegezegd", "12"] in rows
    assert ["trechter", "", "student geplaatst", "2"] in rows
    answer = client.get(reverse("roadshow-impact-file", args=[held.slug, "pdf"]))
    document = pypdf.PdfReader(io.BytesIO(answer.content))
    words = " ".join(page.extract_text() for page in document.pages)
    assert "Van belofte naar plek" in words
    assert "12" in words
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"], "tagged for screen readers"
    assert document.trailer["/Root"]["/Lang"].startswith("nl")
    assert client.get(reverse("roadshows-impact-file", args=["xlsx"])).content[:2] == b"PK"
    assert client.get(reverse("roadshows-impact-file", args=["exe"])).status_code == 404


def test_compared_with_regions_without_a_roadshow_in_the_same_months(client, organiser, held, region, vacancy):
    other = Region.objects.create(kind="province", code="PV98", name="Weststad", valid_from=dt.date(2020, 1, 1))
    third = Region.objects.create(kind="province", code="PV97", name="Ook een roadshow", valid_from=dt.date(2020, 1, 1))
    Roadshow.objects.create(
        title="Elders", slug="elders", region=third, status="held", day=held.day - dt.timedelta(days=20), is_public=True
    )

    codes = itertools.count(9001)  # that nobody else has

    def places(where, day, number):
        made = f.VacancyFactory(team=vacancy.team, pool=vacancy.pool, places=number, title=uuid.uuid4().hex)
        code = f.PostcodeFactory(pc4=str(next(codes)), province=where)
        location = made.location
        location.pk, location.postcode, location._state.adding = None, code, True
        location.save()
        type(made).objects.filter(pk=made.pk).update(publish_from=day, location=location, status="published")

    before, after = held.day - dt.timedelta(days=10), held.day + dt.timedelta(days=10)
    places(region, before, 2)
    places(region, after, 6)
    places(other, before, 4)
    places(other, after, 5)
    places(third, after, 50)
    places(region, held.day - dt.timedelta(days=400), 100)
    found = impact.compare(held)
    assert found is not None
    assert (found.months, found.before, found.after, found.growth) == (3, 2, 6, 200)
    assert (found.others, found.others_before, found.others_after, found.others_growth) == (1, 4, 5, 25)
    client.force_login(organiser)
    for which, url in found.urls.items():
        page = client.get(url)
        cells = re.findall(r'data-kop="Telt mee">(\d+)<', page.content.decode())
        assert sum(map(int, cells)) == page.context["total"] == getattr(found, which), which


def test_an_opbrengst_has_an_owner_a_day_and_a_state(client, held, organiser, other_organiser):
    client.force_login(organiser)
    page = reverse("roadshow-outcomes", args=[held.slug])
    client.post(page, {"kind": "community", "text": "Leergemeenschap", "owner": "Gilde", "due_on": "2026-01-01"})
    outcome = Outcome.objects.get()
    assert "te laat" in client.get(page).content.decode().lower()
    change = reverse("roadshow-outcome", args=[held.slug, outcome.pk])
    data = {"kind": "community", "text": "Leergemeenschap", "owner": "Gilde", "due_on": "2026-01-01"}
    assert client.post(change, {**data, "status": "done"}).status_code == 302
    outcome.refresh_from_db()
    assert outcome.status == OutcomeStatus.DONE
    assert client.post(change, {**data, "status": "promised"}).status_code == 422
    empty = client.post(page, {"kind": "places", "text": ""})
    assert empty.status_code == 422
    client.force_login(other_organiser)
    assert [client.get(url).status_code for url in (page, change)] == [404, 404]
    with pytest.raises(PermissionDenied):
        services.add_outcome(roadshow=held, kind="places", text="x", actor=other_organiser)


@pytest.mark.parametrize("source", list(OutcomeStatus))
@pytest.mark.parametrize("target", list(OutcomeStatus))
def test_only_the_table_moves_an_opbrengst(source, target, held, organiser):
    outcome = Outcome.objects.create(roadshow=held, kind="places", text="x", status=source)
    ask = {
        "outcome": outcome,
        "kind": "places",
        "text": "x",
        "owner": "",
        "due_on": None,
        "status": target,
        "actor": organiser,
    }
    if target == source or target in OUTCOME_TRANSITIONS[source]:
        assert services.update_outcome(**ask).status == target
    else:
        with pytest.raises(Conflict):
            services.update_outcome(**ask)


def test_the_briefing_tells_who_has_no_places_and_what_is_still_open(
    client, scene, held, organiser, organisation, other_organisation, partner, other_organiser
):
    coming = Roadshow.objects.create(title="De volgende", slug="de-volgende", day=today() + dt.timedelta(days=9))
    coming.organisers.create(name=partner.name, organisation=partner)
    made = briefing(coming)
    assert made.last_time == held
    assert {pledge.pk for pledge in made.open_pledges} == {scene["first"].pk, scene["typed"].pk}
    names = {row.name for row in made.without_places}
    assert organisation.name not in names, "has a place online"
    assert other_organisation.name in names
    client.force_login(organiser)
    page = client.get(reverse("roadshow-briefing", args=[coming.slug]))
    assert page.status_code == 200
    assert "Er zijn nog geen cijfers" in page.content.decode()
    client.force_login(other_organiser)
    assert client.get(reverse("roadshow-briefing", args=[coming.slug])).status_code == 404


def test_more_promises_cost_no_more_queries(client, scene, held, organiser, django_assert_max_num_queries):
    client.force_login(organiser)
    pages = [
        reverse("roadshow-impact", args=[held.slug]),
        f"{reverse('roadshows-impact')}?eigen",
        impact.rows_url(stage="promised"),
        reverse("roadshow-outcomes", args=[held.slug]),
        reverse("roadshow-briefing", args=[held.slug]),
    ]
    for number in range(2):
        for page in pages:
            with django_assert_max_num_queries(20):
                assert client.get(page).status_code == 200
        for _ in range(3):
            promise(held, organiser, None, number=2)
            Outcome.objects.create(roadshow=held, kind="places", text=f"x{number}")
