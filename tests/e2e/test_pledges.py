"""A promise made on a phone in the room, asked after a month later, and followed to a student, in a real browser."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from organisations.enums import Role
from organisations.models import Membership, SupervisorCapacity
from placements import services as placing
from placements.models import Vacancy
from roadshows import services
from roadshows.enums import RoadshowStatus
from roadshows.models import Pledge, Roadshow
from roadshows.services import pledges
from roadshows.services.pledge_questions import month_later, pledge_night
from stagematch.accounts.models import User
from stagematch.clock import at, today
from tests import factories as f
from tests.roadshows.pledges.cast import link_in_mail, moment, place_student

pytestmark = pytest.mark.django_db(transaction=True)
Sign = Callable[[Page, str], None]
Axe = Callable[[Page], list[str]]


@pytest.fixture
def organiser(db: None) -> User:
    user: User = f.UserFactory(email="organiser@cast.example")
    partner = f.OrganisationFactory(name="Samen Voor Plek", kind="partner")
    Membership.objects.create(user=user, organisation=partner, role=Role.ORGANISER)
    return user


@pytest.fixture
def roadshow(organiser: User) -> Roadshow:
    made = services.create_roadshow(
        organisation=organiser.memberships.get().organisation,
        title="Wijk maakt plek",
        actor=organiser,
        day=today(),
        is_public=True,
        goal_places=20,
    )
    services.change_status(roadshow=made, to=RoadshowStatus.CONFIRMED, actor=organiser)
    pledges.set_desk(roadshow=made, is_open=True, actor=organiser)
    return Roadshow.objects.select_related("pledge_desk").get(pk=made.pk)


def test_from_a_promise_on_a_phone_to_a_student(
    phone: Page,
    new_page: Callable[..., Page],
    sign_in: Sign,
    axe: Axe,
    roadshow: Roadshow,
    organiser: User,
    broker: User,
    vacancy: Vacancy,
    capacity: SupervisorCapacity,
) -> None:
    # In the room: the picture on the screen leads here. Two fields, three taps, one button.
    begin = time.monotonic()
    phone.goto(f"/roadshows/{roadshow.slug}/toezeggen/?code={roadshow.pledge_desk.code}")
    assert axe(phone) == []
    phone.get_by_label("Organisatie").fill(vacancy.organisation.name)
    phone.get_by_label("Voor leerjaar").select_option("2")
    phone.get_by_label("ma", exact=True).check()
    phone.get_by_label("Je e-mailadres").fill(broker.email)
    phone.get_by_label("Hoeveel plekken?").fill("1")
    phone.get_by_role("button", name="Zeg toe").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text("Dank je wel")
    assert time.monotonic() - begin < 60
    assert Pledge.objects.get().with_code

    # The counter in the room moves by itself, once the mail is confirmed.
    screen = new_page()
    screen.goto(f"/roadshows/{roadshow.slug}/teller/")
    expect(screen.locator("h2").first).to_have_text("0 van de 20 plekken zijn toegezegd")
    phone.goto(link_in_mail("pledge_confirm"))
    phone.get_by_role("button", name="Ja, dit klopt").click()
    expect(phone.locator("main")).to_contain_text("De toezegging telt nu mee")
    assert axe(phone) == []
    expect(screen.locator("h2").first).to_have_text("1 van de 20 plekken is toegezegd", timeout=20_000)
    expect(screen.locator("main")).to_contain_text(vacancy.organisation.name)

    # A month later: one mail, one button.
    day = month_later(today(), 1)
    with at(moment(day)):
        assert pledge_night(day=day).asked == 1
    phone.goto(link_in_mail("pledge_question"))
    phone.get_by_role("button", name="We zijn bezig").click()
    expect(phone.locator("main")).to_contain_text("Fijn dat jullie bezig zijn")
    pledge = Pledge.objects.get()
    assert pledge.status == "started"

    # The stagemakelaar makes a vacancy of it; the text is theirs, the rest is there already.
    desk = new_page()
    sign_in(desk, broker.email)
    desk.goto("/beheer/toezeggingen/")
    desk.get_by_role("link", name="1 stageplek").click()
    form = desk.locator("form", has=desk.get_by_role("button", name="Maak er een vacature van"))
    form.get_by_label("Team").select_option(label=vacancy.team.name)
    form.get_by_role("button", name="Maak er een vacature van").click()
    expect(desk.locator("main")).to_contain_text("Het concept staat klaar")
    draft = pledge.links.get(status="confirmed").vacancy
    assert (draft.places, draft.years, draft.weekdays) == (1, 0b10, 1)
    draft.organisation.vacancy_agreement = False
    draft.organisation.save()
    draft.qualifications.add(f.QualificationFactory())
    draft.target_groups.add(f.TargetGroupFactory())
    placing.update_vacancy(vacancy=draft, actor=broker, tasks="Koken met de buurt", pool=vacancy.pool)
    placing.publish_vacancy(vacancy=Vacancy.objects.get(pk=draft.pk), actor=broker)
    pledge.refresh_from_db()
    assert pledge.status == "published"

    # A student has the place, and the organiser sees the way from promise to student.
    place_student(draft, capacity, status="running")
    sign_in(phone, organiser.email)
    phone.goto(f"/roadshows/{roadshow.slug}/toezeggingen/")
    steps = phone.locator(".sm-trechter li")
    for number, words in enumerate(("toegezegd", "online", "gesprekken", "geplaatst", "begonnen")):
        expect(steps.nth(number)).to_contain_text(words)
        expect(steps.nth(number).locator(".sm-trechter__n")).to_have_text("1")
    steps.nth(3).get_by_role("link").click()
    expect(phone.locator("tbody tr")).to_have_count(1)
    phone.get_by_role("link", name=vacancy.organisation.name).click()
    expect(phone.locator("main")).to_contain_text("gevuld")
    assert axe(phone) == []


def test_a_promise_is_made_without_javascript(new_page: Callable[..., Page], roadshow: Roadshow) -> None:
    page = new_page(javascript=False, viewport={"width": 390, "height": 844})
    page.goto(f"/roadshows/{roadshow.slug}/")
    page.get_by_label("Organisatie").fill("Buurthuis De Linde")
    page.get_by_role("button", name="Zeg toe").click()
    expect(page.locator("main")).to_contain_text("Vul ‘Je e-mailadres’ in.")
    page.get_by_label("Je e-mailadres").fill("contact@buurt.example")
    page.get_by_role("button", name="Zeg toe").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Dank je wel")
    assert not Pledge.objects.get().is_confirmed
