"""The whole path in a real browser, with mail through SMTP, a real worker and the queue between them.

Nothing is read from the outbox: every link that is followed stood in a mail that arrived.
"""

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from organisations.enums import Role
from organisations.models import Organisation, SupervisorCapacity, Team
from placements import services
from placements.dossier.night import placement_night
from placements.enums import ApplicationStatus, PlacementStatus
from placements.models import Application, Placement, Vacancy
from stagematch.accounts.models import User
from stagematch.clock import at, today
from stagematch.mail.digests import send_digests
from students.enums import SearchStatus
from students.models import PlacementSearch
from tests import factories as f
from tests.e2e import whole_steps as steps
from tests.e2e.whole_steps import Post
from tests.placements import steps as placing
from tests.placements.dossier_steps import papers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.crossprocess]

LEAD, GUIDE, GUEST = "coach@walk.example", "begeleider@walk.example", "collega@walk.example"
TITLE = "Samen koken met ouderen"
EXPLANATION = "Onze groep kookt op dinsdag. Jij hebt dan les, en een andere dag hebben we dit half jaar niet."


@pytest.fixture
def with_code(new_page: Callable[..., Page], post: Post) -> Callable[[str], Page]:
    """Sign in with the code from the mail, in a browser of one's own."""
    return lambda email: steps.sign_in_with_code(new_page(), post, email)


@pytest.fixture
def team(organisation: Organisation) -> Team:
    """A team with a teamcoach and a praktijkbegeleider, and no room yet."""
    organisation.sbb_number = "100123456"
    organisation.save(update_fields=["sbb_number"])
    found: Team = f.TeamFactory(organisation=organisation, name="Team Noord")
    for email, role, name in ((LEAD, Role.TEAM_LEAD, "Farida"), (GUIDE, Role.SUPERVISOR, "Dewi")):
        f.MembershipFactory(
            user__email=email,
            user__first_name=name,
            user__last_name="Verzonnen",
            organisation=organisation,
            role=role,
            teams=(found,),
        )
    f.TargetGroupFactory()
    return found


def test_from_the_inventory_to_looking_back(
    team: Team,
    broker: User,
    student: User,
    search: PlacementSearch,
    coordinator: User,
    post: Post,
    with_code: Callable[[str], Page],
    new_page: Callable[..., Page],
    sign_in: Any,
    tmp_path: Path,
) -> None:
    desk = with_code(broker.email)
    _ask_for_places(desk, post, new_page(), search.period.name)
    _make_vacancy(desk, post, new_page())
    here = with_code(student.email)
    _from_reaction_to_offer(here, desk, post, new_page())
    placement = _accept(here, desk, post)
    office = new_page()
    sign_in(office, coordinator.email)
    _papers(here, desk, office, placement, tmp_path)
    _stage(here, office, new_page(), post, placement)
    assert post.everything_arrived_once() > 20


def _ask_for_places(desk: Page, post: Post, lead: Page, period: str) -> None:
    """The stagemakelaar asks, the teamcoach answers through the link of the mail, without an account."""
    desk.goto("/beheer/inventarisatie/")
    desk.get_by_role("link", name="Begin een ronde").click()
    desk.get_by_label("Voor welke periode?").select_option(label=period)
    steps.done(desk, "Verstuur de vraag", "1 team krijgt nu een mail.")

    lead.goto(post.letter(LEAD, "Heeft Team Noord een stageplek?").link("/inventarisatie/"))
    lead.get_by_role("link", name="Ja").click()
    lead.get_by_label("Hoeveel plekken heb je?").fill("1")
    lead.get_by_label("Hoeveel uur begeleiding").fill("4")
    lead.get_by_label("Dewi Verzonnen").check()
    lead.get_by_label("Wat kan een student bij jullie doen?").fill("Je kookt en eet elke week met een groep ouderen.")
    steps.done(lead, "Verstuur mijn antwoord", "Dank je wel, je antwoord staat er")
    post.letter(LEAD, "Genoteerd: Team Noord")

    desk.reload()
    desk.get_by_role("link", name="Team Noord").click()
    steps.done(desk, "Maak ruimte en een concept", "met een concept van de vacature")


def _make_vacancy(desk: Page, post: Post, lead: Page) -> None:
    """The concept gets its text, the team's agreement through a link, and is published."""
    desk.get_by_label("Titel").fill(TITLE)
    desk.get_by_label("In één zin").fill("Je kookt elke week met een groep ouderen uit de buurt.")
    desk.get_by_label("Sociaal werker").first.check()  # any version of it
    desk.get_by_label("Jongeren").first.check()
    desk.locator("input[name=_continue], button[name=_continue]").first.click()
    desk.get_by_role("link", name="Vraag akkoord").click()
    steps.done(desk, "Stuur de vraag", "De mail is onderweg naar Farida Verzonnen.")

    lead.goto(post.letter(LEAD, "Klopt deze stagevacature").link("/akkoord/"))
    expect(lead.get_by_role("heading", level=1)).to_have_text(TITLE)
    lead.get_by_label("Akkoord: studenten mogen dit lezen").check()
    name = lead.get_by_label("Je naam")
    if name.count():
        name.fill("Farida")
    steps.done(lead, "Verstuur je antwoord", "gaf akkoord op")

    desk.goto(post.letter("broker@cast.example", f"Akkoord op: {TITLE}").link("/beheer/"))
    desk.get_by_role("link", name="Publiceer").click()
    steps.done(desk, "Publiceer", "De vacature staat online.")


def _from_reaction_to_offer(here: Page, desk: Page, post: Post, guest: Page) -> None:
    """Both talks, with the advice of a colleague without an account about the second."""
    steps.apply(here, TITLE)
    post.letter("student@cast.example", "Je reactie is verstuurd")
    desk.goto(post.letter("broker@cast.example", "Nieuwe reactie op").link("/beheer/werkplek/"))
    file = desk.url
    expect(desk.locator("main")).not_to_contain_text("Samira")
    desk.get_by_role("link", name="Nodig uit").click()
    steps.invite(desk, 0)
    here.goto(post.letter("student@cast.example", "Je mag op gesprek").link("/mijn/reacties/"))
    steps.choose_time(here)
    post.letter("student@cast.example", "Je gesprek staat vast")
    desk.goto(post.letter("broker@cast.example", "Gesprek gepland op").link("/beheer/werkplek/"))
    steps.record_talk(desk, "Rustig, luistert goed, vraagt door.")

    desk.goto(file)
    desk.get_by_role("link", name="Plan het 2e gesprek").click()
    steps.invite(desk, 5, guest=("Yara", GUEST))
    here.goto(post.letter("student@cast.example", "Je mag op gesprek").link("/mijn/reacties/"))
    steps.choose_time(here)
    post.letter("student@cast.example", "Je gesprek staat vast")
    guest.goto(post.letter(GUEST, "Gesprek gepland op").link("/advies/"))
    guest.locator("input[name=advice]").first.check()
    steps.done(guest, "Bewaar je advies", "Je advies is bewaard")
    desk.goto(file)
    steps.record_talk(desk, "De teamcoach en Yara willen graag verder.")

    desk.get_by_role("link", name="Bied de plek aan").click()
    desk.get_by_role("radio", name="Dewi Verzonnen").check()
    steps.done(desk, "Verstuur het aanbod", "Het aanbod is verstuurd")


def _accept(here: Page, desk: Page, post: Post) -> Placement:
    here.goto(post.letter("student@cast.example", "Je krijgt een plek aangeboden").link("/mijn/reacties/"))
    here.get_by_role("link", name="Bekijk het aanbod en beslis").click()
    expect(here.locator("main")).to_contain_text("Dewi Verzonnen")
    steps.done(here, "Ja, ik neem de plek", "Gefeliciteerd")
    here.goto(post.letter("student@cast.example", "Je hebt een stageplek").link("/mijn/"))
    desk.goto(post.letter("broker@cast.example", "Samira El Amrani komt stage lopen").link("/beheer/"))
    expect(desk.get_by_role("heading", level=1)).to_have_text("Samira El Amrani")
    return Placement.objects.get()


def _papers(here: Page, desk: Page, office: Page, placement: Placement, folder: Path) -> None:
    """Who signs, what is agreed, the draft as a PDF, the three signatures, the VOG."""
    here.goto("/mijn/stage/")
    here.get_by_role("link", name="Zeg of je 18 bent").click()
    here.get_by_label("Nee", exact=True).check()
    steps.done(here, "Bewaar", "Je antwoord is bewaard")

    desk.goto("/beheer/plaatsingen/")
    desk.get_by_role("link", name="Samira El Amrani").click()
    desk.get_by_role("link", name="Gegevens voor de praktijkovereenkomst").first.click()
    desk.get_by_label("Maandag").check()
    desk.get_by_label("Dinsdag").check()
    desk.get_by_label("Uren per week").fill("16")
    desk.get_by_label("Uren in totaal").fill("320")
    desk.get_by_label("Leerdoelen").fill("Een groep begeleiden")
    desk.get_by_label("Begeleiding", exact=False).first.fill("Elke week een half uur met Dewi.")
    desk.get_by_label("Vergoeding").fill("€ 350 per maand")
    steps.done(desk, "Bewaar de gegevens", "De gegevens zijn bewaard")
    with desk.expect_download() as download:
        desk.get_by_role("link", name="Concept-overeenkomst (pdf)").click()
    draft = folder / "pok.pdf"
    download.value.save_as(draft)
    names = ["Samira El Amrani", "Roc De Brug", "Buurthuis De Kade", "Dewi Verzonnen", "100123456", "concept"]
    assert steps.contains(steps.text_of_pdf(draft), names) == []

    here.goto("/mijn/stage/")
    here.get_by_role("link", name="Teken de POK").click()
    here.get_by_label("Ik heb de overeenkomst gelezen en ik ga akkoord.").check()
    steps.done(here, "Noteer de handtekening", "De handtekening staat genoteerd")
    for page, party, name in ((desk, "Leerbedrijf", "Dewi Verzonnen"), (office, "School", "Bo van School")):
        page.goto(f"/plaatsingen/{placement.public_id}/")
        page.get_by_role("link", name="Noteer een handtekening").click()
        page.get_by_label(party).check()
        page.get_by_label("Naam van wie tekende").fill(name)
        steps.done(page, "Noteer de handtekening", "De handtekening staat genoteerd")
    desk.goto(f"/plaatsingen/{placement.public_id}/")
    desk.get_by_role("link", name="VOG bijwerken").click()
    desk.get_by_label("Gezien", exact=True).check()
    desk.get_by_label("Gezien op").fill(today().isoformat())
    steps.done(desk, "Bewaar", "Bewaard.")


def _stage(here: Page, office: Page, guide: Page, post: Post, placement: Placement) -> None:
    """The days go by: the card of the first day, a talk planned and held, the last day, looking back."""
    first, last = placement.starts_on, placement.ends_on
    talk = first + dt.timedelta(days=10)
    office.goto(f"/plaatsingen/{placement.public_id}/")
    office.get_by_role("link", name="Plan of verzet een gesprek").click()
    office.get_by_label("Startgesprek").check()
    office.get_by_label("Nieuwe datum").fill(talk.isoformat())
    office.get_by_label("Op de stageplek", exact=True).check()
    steps.done(office, "Bewaar de datum", "De datum is bewaard")

    with at(first - dt.timedelta(days=7)):
        placement_night(day=today())
    with at(first - dt.timedelta(days=6)):
        send_digests(day=today())  # such a reminder comes with the others of a day
        guide.goto(post.letter(GUIDE, "Nog te doen: Kaart voor de eerste dag").link("/stage/"))
        link = guide.get_by_role("link", name="Kaart voor de eerste dag").first
        if link.count():
            link.click()
        guide.get_by_label("Hoe laat").fill("09:30")
        guide.get_by_label("Waar", exact=False).first.fill("Lindelaan 4, Leiden")
        guide.get_by_label("Naar wie vraagt de student").fill("Dewi")
        steps.done(guide, "Bewaar de kaart", "De kaart is bewaard")
    with at(first - dt.timedelta(days=1)):
        placement_night(day=today())
        assert "Lindelaan 4, Leiden" in post.letter("student@cast.example", "Je eerste dag bij").text
    with at(first):
        assert placement_night(day=today()).started == 1
        here.goto("/mijn/stage/")
        expect(here.locator("main")).to_contain_text("Je bent bezig")
    with at(talk):
        office.goto(f"/plaatsingen/{placement.public_id}/")
        office.get_by_role("link", name="Noteer een gesprek").click()
        office.get_by_label("Startgesprek").check()
        office.get_by_label("Wat spraken jullie af").fill("Het gaat goed. Samira oefent met een eigen groep.")
        steps.done(office, "Bewaar het gesprek", "Het gesprek is genoteerd")
    with at(last + dt.timedelta(days=1)):
        assert placement_night(day=today()).finished == 1
    with at(last + dt.timedelta(days=2)):
        send_digests(day=today())
        here.goto(post.letter("student@cast.example", "Hoe was je stage bij").link("/plaatsingen/"))
        steps.answer_all(here)
        steps.done(here, "Verstuur mijn antwoorden", "Je antwoorden zijn bewaard")
        guide.goto(post.letter(GUIDE, "Kijk terug op de stage van").link("/stage/"))
        steps.answer_all(guide)
        steps.done(guide, "Verstuur mijn antwoorden", "Je antwoorden zijn bewaard")
        here.goto("/mijn/stage/")
        expect(here.locator("main")).to_contain_text("Je stage is klaar. Goed gedaan.")
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.FINISHED
    assert Vacancy.objects.get().places_taken == 1


def test_every_no_leads_on(
    student: User,
    search: PlacementSearch,
    other_student: User,
    other_search: PlacementSearch,
    vacancy: Vacancy,
    other_vacancy: Vacancy,
    broker: User,
    other_broker: User,
    capacity: SupervisorCapacity,
    coordinator: User,
    post: Post,
    new_page: Callable[..., Page],
    sign_in: Any,
) -> None:
    """A rejection, a withdrawal, an offer that is declined, one that expires, and a stage that stops early."""
    organisation = vacancy.organisation
    organisation.second_interview, organisation.offers_reserve_itself = False, True
    organisation.save(update_fields=["second_interview", "offers_reserve_itself"])
    f.VacancyFactory.create_batch(2)  # with `other_vacancy` three places to go on with
    f.TargetGroupFactory()

    def signed_in(person: User) -> Page:
        page = new_page()
        sign_in(page, person.email)
        return page

    desk, here = signed_in(broker), signed_in(student)
    _rejected_with_three_places(here, desk, vacancy, post)
    _withdrawn(here, post)

    bilal, noa = (_reserve(name, vacancy, broker, search) for name in ("Bilal", "Noa"))
    first = placing.submit(other_search, vacancy)
    placing.offer(first, broker, capacity)
    for reserve in (bilal, noa):
        placing.talks(reserve, broker)
        services.put_on_reserve(application=reserve, actor=broker)
    _declined(signed_in(other_student), post)

    post.letter("broker@cast.example", "Bilal Verzonnen kreeg vanzelf een aanbod")
    post.letter("bilal@walk.example", "Je krijgt een plek aangeboden")
    bilal.refresh_from_db()
    assert bilal.status == ApplicationStatus.OFFERED
    assert bilal.offer_until is not None
    with at(bilal.offer_until + dt.timedelta(days=1)):
        assert services.expire_offers(day=today()) == 1
        assert services.expire_offers(day=today()) == 0
        expired = post.letter("bilal@walk.example", "Het aanbod is verlopen")
        there = signed_in(bilal.student.user)
        there.goto(expired.link("/"))
        expect(there.locator("main")).to_be_visible()
        last = signed_in(noa.student.user)
        last.goto(post.letter("noa@walk.example", "Je krijgt een plek aangeboden").link("/mijn/reacties/"))
        last.get_by_role("link", name="Bekijk het aanbod en beslis").click()
        steps.done(last, "Ja, ik neem de plek", "Gefeliciteerd")
    _stopped_early(last, desk, broker, post)
    assert post.everything_arrived_once() > 20


def _reserve(name: str, vacancy: Vacancy, broker: User, like: PlacementSearch) -> Application:
    """One more student of the same school, who reacts."""
    search = f.SearchFactory(
        student__user__email=f"{name.lower()}@walk.example",
        student__user__first_name=name,
        student__user__last_name="Verzonnen",
        student__programme=like.student.programme,
    )
    return placing.submit(search, vacancy)


def _rejected_with_three_places(here: Page, desk: Page, vacancy: Vacancy, post: Post) -> None:
    """The stagemakelaar sees the message first; the student reads that message, with places that do fit."""
    steps.apply(here, vacancy.title)
    desk.goto(post.letter("broker@cast.example", "Nieuwe reactie op").link("/beheer/werkplek/"))
    desk.get_by_role("link", name="Wijs af met reden").click()
    desk.get_by_label("De dagen of uren passen niet").check()
    desk.locator("textarea[name=explanation]").fill(EXPLANATION)
    desk.locator("[name=positive]").fill("Je schreef eerlijk over wat je spannend vindt.")
    desk.get_by_role("button", name="Bekijk eerst het bericht").click()
    expect(desk.get_by_role("heading", name="Zo leest de student het")).to_be_visible()
    shown = desk.locator("#voorbeeld").inner_text()
    steps.done(desk, "Verstuur het bericht", "Je bericht is verstuurd")

    letter = post.letter("student@cast.example", "Antwoord op je reactie")
    assert steps.contains(shown, [EXPLANATION]) == steps.contains(letter.text, [EXPLANATION]) == []
    assert letter.text.count("/stageplekken/") == 4, "three places, and the way to more"
    here.goto(f"/mijn/reacties/{Application.objects.get(vacancy=vacancy).public_id}/")
    expect(here.locator("main")).to_contain_text(EXPLANATION)
    places = here.get_by_role("region", name="Plekken die wel passen")
    expect(places.get_by_role("listitem").get_by_role("heading")).to_have_count(3)
    here.goto(letter.link("/stageplekken/"))


def _withdrawn(here: Page, post: Post) -> None:
    """The student reacts to a place from the mail, and takes that back."""
    steps.react(here)
    post.letter("student@cast.example", "Je reactie is verstuurd")  # the first one
    here.goto(post.letter("student@cast.example", "Je reactie is verstuurd").link("/mijn/reacties/"))
    steps.done(here, "Trek je reactie in", "Je reactie is ingetrokken. De organisatie weet het.")
    post.letter("other_broker@cast.example", "Kandidaat ")  # who was not invited has no name
    assert Application.objects.filter(status=ApplicationStatus.WITHDRAWN).count() == 1


def _declined(page: Page, post: Post) -> None:
    page.goto(post.letter("other_student@cast.example", "Je krijgt een plek aangeboden").link("/mijn/reacties/"))
    page.get_by_role("link", name="Bekijk het aanbod en beslis").click()
    page.locator("[name=reason]").fill("Ik begin liever dichter bij huis.")
    page.get_by_role("button", name="Nee, ik neem de plek niet").click()
    expect(page).not_to_have_url(re.compile("/aanbod/"))
    assert Application.objects.filter(status=ApplicationStatus.DECLINED).count() == 1


def _stopped_early(page: Page, desk: Page, broker: User, post: Post) -> None:
    """The stage runs, stops with a reason, and the student searches again with an open search."""
    placement = Placement.objects.get()
    papers(placement, broker)
    with at(placement.starts_on):
        assert placement_night(day=today()).started == 1
    with at(placement.starts_on + dt.timedelta(days=10)):
        page.goto("/mijn/stage/")
        page.get_by_role("link", name="De stage stoppen").click()
        page.get_by_label("De begeleiding viel weg").check()
        page.get_by_label("Ja, ik stop deze stage").check()
        steps.done(page, "Stop de stage", "De stage is gestopt. Iedereen heeft bericht.")
        for address, subject in (
            ("noa@walk.example", "Je stage bij Buurthuis De Kade is gestopt"),
            ("broker@cast.example", "De stage van Noa Verzonnen is gestopt"),
            ("coordinator@cast.example", "De stage van Noa Verzonnen is gestopt"),
        ):
            post.letter(address, subject)
        desk.goto(f"/plaatsingen/{placement.public_id}/")
        expect(desk.locator("main")).to_contain_text("egeleiding viel weg")
        page.goto("/mijn/stage/")
        page.get_by_role("link", name="Zoek een andere plek").click()
        page.get_by_role("link", name="Voetballen op het plein").first.click()
        steps.react(page)
    placement.refresh_from_db()
    assert placement.status == PlacementStatus.ENDED_EARLY
    assert placement.search.status == SearchStatus.OPEN
