"""Screening in a real browser: how many clicks an answer takes, the message while one types, and keys that work."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from placements.models import Application, Rejection, Vacancy
from stagematch.accounts.models import User
from stagematch.mail.models import OutgoingMail
from tests import factories as f

pytestmark = pytest.mark.django_db(transaction=True)

EXPLANATION = "Onze groep kookt op dinsdag. Jij hebt dan les, en een andere dag hebben we dit half jaar niet."
POSITIVE = "Je schreef eerlijk over wat je spannend vindt."
COUNT_CLICKS = """
sessionStorage.getItem("clicks") ?? sessionStorage.setItem("clicks", "0");
addEventListener("click", (e) => {
  if (e.detail) sessionStorage.setItem("clicks", String(Number(sessionStorage.getItem("clicks")) + 1));
}, true);
"""


@pytest.fixture
def queue(vacancy: Vacancy, search: object) -> list[Application]:
    return f.ApplicationFactory.create_batch(3, vacancy=vacancy)


def test_an_answer_with_explanation_takes_three_clicks_and_the_text(
    broker: User, queue: list[Application], new_page: Callable[..., Page], sign_in: Any
) -> None:
    desk = new_page()
    sign_in(desk, broker.email)
    desk.add_init_script(COUNT_CLICKS)
    desk.goto("/beheer/werkplek/")
    first = queue[0]
    desk.get_by_role("link", name=f"Afwijzen kandidaat {first.alias}").click()  # 1
    desk.wait_for_url("**/afwijzen/**")  # and its script, which listens to what is typed
    desk.get_by_label("De dagen of uren passen niet").click()  # 2
    desk.keyboard.press("Tab")
    desk.keyboard.type(EXPLANATION)
    desk.keyboard.press("Tab")
    desk.keyboard.type(POSITIVE)
    # The message stands there as the student will read it, without a click.
    expect(desk.locator("#voorbeeld")).to_contain_text(EXPLANATION)
    expect(desk.get_by_role("heading", name="Zo leest de student het")).to_be_visible()
    assert not Rejection.objects.exists()
    desk.get_by_role("button", name="Verstuur het bericht").click()  # 3
    expect(desk.locator("main")).to_contain_text("Je bericht is verstuurd")
    assert Rejection.objects.get().application == first
    assert EXPLANATION in OutgoingMail.objects.get(template="rejection").body_text
    assert desk.evaluate("Number(sessionStorage.getItem('clicks'))") <= 3


def test_the_tone_guide_speaks_while_one_types(
    broker: User, queue: list[Application], new_page: Callable[..., Page], sign_in: Any
) -> None:
    desk = new_page()
    sign_in(desk, broker.email)
    desk.goto(f"/beheer/werkplek/{queue[0].public_id}/afwijzen/")
    desk.get_by_label("Bericht aan de student").fill("Helaas, je bent niet geschikt.")
    expect(desk.locator("#voorbeeld")).to_contain_text("‘Helaas’")
    expect(desk.locator("#voorbeeld")).to_contain_text("Nog te doen")
    assert not Rejection.objects.exists()


def test_the_bar_counts_what_is_ticked_and_leads_to_one_page_for_all(
    broker: User, queue: list[Application], new_page: Callable[..., Page], sign_in: Any
) -> None:
    desk = new_page()
    sign_in(desk, broker.email)
    desk.goto("/beheer/werkplek/")
    bar = desk.get_by_role("region", name="Acties op gekozen reacties")
    expect(bar).to_contain_text("3 gekozen")
    desk.get_by_label(f"Kies kandidaat {queue[2].alias}").uncheck()
    expect(bar).to_contain_text("2 gekozen")
    bar.get_by_role("button", name="Wijs ze af met reden").click()
    expect(desk.get_by_role("heading", level=2, name="Kandidaat")).to_have_count(2)


def test_keys_act_on_the_row_with_focus_and_stay_off_once_switched_off(
    broker: User, queue: list[Application], new_page: Callable[..., Page], sign_in: Any
) -> None:
    desk = new_page()
    sign_in(desk, broker.email)
    desk.goto("/beheer/werkplek/")
    for _ in range(2):
        desk.keyboard.press("j")
    desk.keyboard.press("a")
    expect(desk.get_by_role("heading", level=1)).to_have_text(f"Kandidaat {queue[1].alias} afwijzen")
    desk.go_back()
    desk.locator("summary[data-toets=hulp]").click()
    desk.get_by_label("Sneltoetsen staan aan").uncheck()
    desk.reload()
    desk.keyboard.press("j")
    desk.keyboard.press("a")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("wachten op jou")


def test_everything_works_without_javascript(
    broker: User, queue: list[Application], new_page: Callable[..., Page], sign_in: Any
) -> None:
    desk = new_page(javascript=False)
    sign_in(desk, broker.email)
    desk.goto("/beheer/werkplek/")
    desk.get_by_role("button", name="Wijs ze af met reden").click()
    for number, application in enumerate(queue):
        card = desk.locator(
            "fieldset", has=desk.get_by_role("heading", name=f"Kandidaat {application.alias}", exact=True)
        )
        card.get_by_label("Wat is de reden?").select_option("days")
        card.get_by_label("Bericht aan de student").fill(
            " ".join(
                f"{word}{number}"
                for word in [
                    "koken",
                    "rooster",
                    "begeleider",
                    "reis",
                    "avond",
                    "groep",
                    "gesprek",
                    "spel",
                    "tuin",
                    "bezoek",
                    "taal",
                ]
            )
        )
        card.get_by_label("Wat vond je goed?").fill(POSITIVE)
    desk.get_by_role("button", name="Bekijk alle berichten").click()
    expect(desk.get_by_role("heading", name="Zo leest de student het")).to_have_count(3)
    desk.get_by_role("button", name="Verstuur 3 berichten").click()
    expect(desk.get_by_role("heading", name="3 berichten verstuurd")).to_be_visible()
    assert OutgoingMail.objects.filter(template="rejection").count() == 3
