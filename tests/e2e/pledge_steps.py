"""Steps of a promise in the browser that more than one walk takes."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from placements import services as placing
from placements.models import Vacancy
from roadshows.models import Pledge
from stagematch.accounts.models import User
from tests import factories as f


def make_vacancy(
    desk: Page, sign_in: Callable[[Page, str], None], vacancy: Vacancy, pledge: Pledge, broker: User
) -> Vacancy:
    """The stagemakelaar makes a vacancy of a promise for the team of `vacancy`, as a draft; the rest is there already."""
    sign_in(desk, broker.email)
    desk.goto("/beheer/toezeggingen/")
    desk.get_by_role("link", name="1 stageplek").click()
    form = desk.locator("form", has=desk.get_by_role("button", name="Maak er een vacature van"))
    form.get_by_label("Team").select_option(label=vacancy.team.name)
    form.get_by_role("button", name="Maak er een vacature van").click()
    expect(desk.locator("main")).to_contain_text("Het concept staat klaar")
    draft: Vacancy = pledge.links.get(status="confirmed").vacancy
    return draft


def publish(draft: Vacancy, vacancy: Vacancy, broker: User) -> Vacancy:
    """Give the draft what it lacks and let everybody see it."""
    draft.organisation.vacancy_agreement = False
    draft.organisation.save()
    draft.qualifications.add(f.QualificationFactory())
    draft.target_groups.add(f.TargetGroupFactory())
    placing.update_vacancy(vacancy=draft, actor=broker, tasks="Koken met de buurt", pool=vacancy.pool)
    return placing.publish_vacancy(vacancy=Vacancy.objects.get(pk=draft.pk), actor=broker)


def expect_one_all_the_way(page: Page) -> None:
    """Every step from promise to student says 1."""
    steps = page.locator(".sm-trechter li")
    for number, words in enumerate(("toegezegd", "online", "gesprekken", "geplaatst", "begonnen")):
        expect(steps.nth(number)).to_contain_text(words)
        expect(steps.nth(number).locator(".sm-trechter__n")).to_have_text("1")
