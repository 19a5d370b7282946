"""Promises: who records and confirms them, what counts, how they change, and who never sees them."""

# mypy: disable-error-code="no-untyped-def"

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from organisations.models import Organisation
from roadshows.models import Pledge, Roadshow
from roadshows.pledge_enums import PLEDGE_TRANSITIONS, PledgeKind, PledgeRoute, PledgeStatus
from roadshows.pledge_forms import PledgeForm
from roadshows.selectors import tally
from roadshows.services import pledges
from roadshows.services.pledge_status import lock_pledge, move_pledge
from stagematch.clock import at, now, today
from stagematch.links.models import SecretLink
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.roadshows.pledges.cast import EMAIL, link_in_mail, promise

pytestmark = pytest.mark.django_db
TYPED = {
    "organisation_name": "Buurthuis De Kade",
    "kind": "places",
    "number": "3",
    "year": "2",
    "weekdays": ["1", "2"],
    "contact_email": EMAIL,
}


def _new(roadshow: Roadshow) -> str:
    return reverse("roadshow-pledge-new", args=[roadshow.slug])


# --- recording ----------------------------------------------------------------------------------------


def test_a_promise_from_the_public_page_counts_after_the_mail_is_confirmed(client, roadshow):
    assert client.post(_new(roadshow), TYPED).status_code == 302
    pledge = Pledge.objects.get()
    assert (pledge.number, pledge.years, pledge.weekdays, pledge.route) == (3, 0b10, 0b11, PledgeRoute.PUBLIC)
    assert tally(roadshow).places == 0
    page = link_in_mail("pledge_confirm")
    assert "Klopt deze toezegging?" in client.get(page).content.decode()
    assert Pledge.objects.get().confirmed_at is None  # opening the mail's link decides nothing
    client.post(page, {"antwoord": "klopt"})
    client.post(page, {"antwoord": "klopt"})
    assert tally(roadshow).places == 3
    assert Pledge.objects.get().steps.filter(kind="confirmed").count() == 1
    assert OutgoingMail.objects.filter(template="pledge_noted").count() == 1


def test_it_takes_three_fields_that_must_be_filled_and_three_taps():
    form = PledgeForm()
    empty = [name for name, field in form.fields.items() if field.required and not form[name].value()]
    assert empty == ["organisation_name", "contact_email"]
    shown = [name for name in form.fields if name not in form.FOLDED and name not in {"code", "has_guide", "kind"}]
    assert shown == ["organisation_name", "number", "year", "weekdays", "contact_email"]


def test_nothing_typed_is_lost_when_the_address_is_missing(client, roadshow):
    answer = client.post(_new(roadshow), {**TYPED, "contact_email": "", "note": "Vanaf maart"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Buurthuis De Kade" in page
    assert "Vanaf maart" in page
    assert not Pledge.objects.exists()


def test_a_second_tap_on_the_button_is_no_second_promise(client, roadshow):
    client.post(_new(roadshow), TYPED)
    client.post(_new(roadshow), TYPED)
    assert Pledge.objects.count() == 1
    with at(now() + dt.timedelta(minutes=11)):
        pledges.record_pledge(roadshow=roadshow, organisation_name="Buurthuis De Kade", number=3, contact_email=EMAIL)
    assert Pledge.objects.count() == 2


def test_one_cannot_promise_where_the_desk_is_closed_or_the_roadshow_hidden(client, roadshow, organiser):
    pledges.set_desk(roadshow=roadshow, is_open=False, actor=organiser)
    client.post(_new(roadshow), TYPED)
    pledges.set_desk(roadshow=roadshow, is_open=True, actor=organiser)
    Roadshow.objects.filter(pk=roadshow.pk).update(is_public=False)
    assert client.post(_new(roadshow), TYPED).status_code == 404
    Roadshow.objects.filter(pk=roadshow.pk).update(is_public=True, day=today() - dt.timedelta(days=61))
    client.post(_new(roadshow), TYPED)
    assert not Pledge.objects.exists()


def test_what_a_helper_records_counts_at_once_and_the_helper_sees_no_promises(client, roadshow, organiser):
    promise(roadshow, organiser, number=5)
    path = pledges.make_helper_link(roadshow=roadshow, actor=organiser).partition("/toezeggen/")[2]
    page = f"/toezeggen/{path}"
    assert EMAIL not in client.get(page).content.decode()
    client.post(page, {**TYPED, "contact_email": ""})
    made = Pledge.objects.get(number=3)
    assert (made.route, made.is_confirmed) == (PledgeRoute.HELPER, True)
    assert tally(roadshow).places == 8
    pledges.make_helper_link(roadshow=roadshow, actor=organiser)
    assert client.get(page).status_code == 410  # a new link closes the old one


def test_a_broker_promises_for_the_own_organisation_without_a_mail(client, roadshow, broker, organisation):
    client.force_login(broker)
    client.post(_new(roadshow), {**TYPED, "organisation_name": organisation.name, "contact_email": broker.email})
    made = Pledge.objects.get()
    assert (made.organisation, made.route, made.is_confirmed) == (organisation, PledgeRoute.ACCOUNT, True)


# --- pledging in another's name -----------------------------------------------------------------------


def test_nobody_promises_in_the_name_of_an_organisation_that_did_not(client, roadshow, organisation):
    """A typed name is not linked, not counted before the mail, and never shown to the public even after it."""
    client.post(_new(roadshow), {**TYPED, "organisation_name": organisation.name, "contact_email": "grap@mail.example"})
    detail = reverse("roadshow-detail", args=[roadshow.slug])
    assert Pledge.objects.get().organisation is None
    assert organisation.name not in client.get(detail).content.decode()
    client.post(link_in_mail("pledge_confirm"), {"antwoord": "klopt"})
    page = client.get(detail).content.decode()
    assert "3 van de 40" in page
    assert organisation.name not in page
    with pytest.raises(PermissionDenied):
        pledges.record_pledge(
            roadshow=roadshow, organisation_name="", organisation=organisation, number=1, contact_email=EMAIL
        )


def test_an_address_of_the_organisation_links_it_once_its_owner_confirms(client, roadshow, broker, organisation):
    client.post(_new(roadshow), {**TYPED, "contact_email": broker.email})
    assert Pledge.objects.get().organisation is None
    client.post(link_in_mail("pledge_confirm"), {"antwoord": "klopt"})
    assert Pledge.objects.get().organisation == organisation
    assert organisation.name in client.get(reverse("roadshow-detail", args=[roadshow.slug])).content.decode()


def test_that_was_not_me_wipes_the_address_and_stops_mail_to_it(client, roadshow):
    client.post(_new(roadshow), TYPED)
    client.post(link_in_mail("pledge_confirm"), {"antwoord": "niet-ik"})
    made = Pledge.objects.get()
    assert (made.status, made.contact_email, made.is_confirmed) == (PledgeStatus.WITHDRAWN, "", False)
    assert not OutgoingMail.objects.filter(to_email=EMAIL).exists()
    assert not SecretLink.objects.filter(email=EMAIL).exists()
    answer = client.post(_new(roadshow), {**TYPED, "number": "4"})
    assert answer.status_code == 422
    assert Pledge.objects.count() == 1


def test_one_address_gets_five_mails_a_day_at_most(client, roadshow):
    for n in range(1, 8):
        client.post(_new(roadshow), {**TYPED, "number": str(n)})
    assert OutgoingMail.objects.filter(template="pledge_confirm").count() == pledges.UNCONFIRMED_A_DAY


def test_from_outside_the_room_one_is_stopped_earlier_than_with_the_code(client, roadshow):
    statuses = [
        client.post(_new(roadshow), {**TYPED, "contact_email": f"a{n}@mail.example"}).status_code for n in range(10)
    ]
    assert statuses[:8] == [302] * 8
    assert statuses[8:] == [429] * 2
    code = roadshow.pledge_desk.code.lower()
    answer = client.post(_new(roadshow), {**TYPED, "contact_email": "zaal@mail.example", "code": code})
    assert answer.status_code == 302
    assert Pledge.objects.get(contact_email="zaal@mail.example").with_code


def test_a_web_address_is_no_name(roadshow):
    with pytest.raises(RuleError) as error:
        pledges.record_pledge(
            roadshow=roadshow, organisation_name="Koop nu www.nep.example", number=1, contact_email=EMAIL
        )
    assert error.value.code == "odd_name"


# --- states -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", PledgeStatus)
@pytest.mark.parametrize("target", PledgeStatus)
def test_every_pair_of_states(source, target, roadshow, organiser):
    pledge = promise(roadshow, organiser)
    ended = today() if source in (PledgeStatus.LAPSED, PledgeStatus.WITHDRAWN) else None
    Pledge.objects.filter(pk=pledge.pk).update(status=source, ended_on=ended, status_reason="Waarom")
    if target in PLEDGE_TRANSITIONS[source]:
        moved = move_pledge(lock_pledge(pledge), to=target, actor=organiser, reason="Het team verhuist.")
        moved.refresh_from_db()
        assert moved.status == target
        assert moved.steps.filter(kind="status", from_status=source, to_status=target).exists()
        assert (moved.ended_on is not None) == (target in (PledgeStatus.LAPSED, PledgeStatus.WITHDRAWN))
    else:
        with pytest.raises(Conflict):
            move_pledge(lock_pledge(pledge), to=target, actor=organiser, reason="Het team verhuist.")


def test_each_state_has_its_day_and_a_step_back_takes_the_later_days_away(roadshow, organiser):
    pledge = promise(roadshow, organiser)
    for days, state in enumerate([PledgeStatus.STARTED, PledgeStatus.PUBLISHED, PledgeStatus.FILLED]):
        with at(now() + dt.timedelta(days=days)):
            move_pledge(lock_pledge(pledge), to=state, actor=None)
    pledge.refresh_from_db()
    assert pledge.filled_on == pledge.started_on + dt.timedelta(days=2)
    move_pledge(lock_pledge(pledge), to=PledgeStatus.STARTED, actor=None)
    pledge.refresh_from_db()
    assert (pledge.started_on is not None, pledge.published_on, pledge.filled_on) == (True, None, None)


def test_what_is_no_place_is_done_and_never_online(roadshow, organiser):
    pledge = promise(roadshow, organiser, kind=PledgeKind.GUEST_LESSON)
    with pytest.raises(Conflict):
        move_pledge(lock_pledge(pledge), to=PledgeStatus.PUBLISHED, actor=None)
    done = pledges.answer_pledge(pledge=pledge, answer="done", actor=organiser)
    assert (done.status, done.status_label) == (PledgeStatus.FILLED, "gelukt")


# --- changing -----------------------------------------------------------------------------------------


def test_a_promise_grows_shrinks_and_is_taken_back_and_the_log_says_so(roadshow, organiser):
    pledge = promise(roadshow, organiser, number=2)
    pledges.change_number(pledge=pledge, number=5, actor=organiser, reason="Er komt een team bij")
    pledges.change_number(pledge=pledge, number=1, actor=organiser)
    with pytest.raises(RuleError) as error:
        pledges.withdraw_pledge(pledge=pledge, reason=" ", actor=organiser)
    assert error.value.code == "reason"
    pledges.withdraw_pledge(pledge=pledge, reason="Geen begeleider", actor=organiser)
    log = [(step.from_number, step.to_number) for step in pledge.steps.filter(kind="number")]
    assert log == [(2, 5), (5, 1)]
    assert tally(roadshow).places == 0
    with pytest.raises(Conflict):
        pledges.change_number(pledge=pledge, number=3, actor=organiser)
    back = pledges.restore_pledge(pledge=pledge, actor=organiser)
    assert (back.status, tally(roadshow).places) == (PledgeStatus.PROMISED, 1)
    history = Pledge.pgh_event_model.objects.filter(pgh_obj=pledge.pk)  # type: ignore[attr-defined]
    assert {1, 2, 5} <= set(history.values_list("number", flat=True))


def test_an_organiser_links_a_typed_name_and_the_organisation_hears_of_its_task(
    roadshow, organiser, organisation, broker
):
    pledge = promise(roadshow, organiser)
    pledges.update_pledge(pledge=pledge, actor=organiser, organisation=organisation)
    assert list(OutgoingMail.objects.filter(template="pledge_task").values_list("to_email", flat=True)) == [
        broker.email
    ]
    assert Pledge.objects.of_broker(broker).get() == pledge
    assert tally(roadshow).named == ((organisation.name, 2),)


def test_a_team_of_another_organisation_cannot_get_it(roadshow, organiser, organisation, other_vacancy):
    pledge = promise(roadshow, organiser, organisation)
    with pytest.raises(RuleError) as error:
        pledges.give_to_team(pledge=pledge, team=other_vacancy.team, actor=organiser)
    assert error.value.code == "wrong_team"


# --- who sees what ------------------------------------------------------------------------------------


def test_strangers_find_no_promise_and_other_roles_no_page(
    client, roadshow, organiser, other_organiser, broker, other_broker, student, team_lead, organisation
):
    pledge = promise(roadshow, organiser, organisation)
    pages = [
        reverse("roadshow-pledges", args=[roadshow.slug]),
        reverse("roadshow-pledge", args=[roadshow.slug, pledge.public_id]),
        reverse("roadshow-pledge-add", args=[roadshow.slug]),
        reverse("roadshow-pledges-csv", args=[roadshow.slug]),
    ]
    for page in pages:
        assert client.get(page).status_code == 302
    work = reverse("admin:pledge", args=[pledge.public_id])
    for who, site, admin in (
        (other_organiser, 404, 302),
        (student, 403, 302),
        (other_broker, 403, 404),
        (team_lead, 403, 302),
        (broker, 403, 200),
        (organiser, 200, 302),
    ):
        client.force_login(who)
        assert [client.get(page).status_code for page in pages] == [site] * len(pages), who.email
        assert client.get(work).status_code in {admin, 403} if admin == 302 else client.get(work).status_code == admin
    client.force_login(other_organiser)
    desk = reverse("roadshow-pledge-desk", args=[roadshow.slug])
    assert client.post(desk, {"helper": "1"}).status_code == 404
    assert client.post(pages[1], {"actie": "bevestig"}).status_code == 404


def test_visible_to_gives_each_their_own(
    roadshow, organiser, other_organiser, broker, other_broker, organisation, team_lead, vacancy, student
):
    pledge = promise(roadshow, organiser, organisation)
    assert not Pledge.objects.visible_to(team_lead).exists()
    pledges.give_to_team(pledge=pledge, team=vacancy.team, actor=broker)
    seen = {who.email: Pledge.objects.visible_to(who).count() for who in (
        organiser, other_organiser, broker, other_broker, team_lead, student,
    )}  # fmt: skip
    assert [email for email, n in seen.items() if n] == [organiser.email, broker.email, team_lead.email]


def test_what_is_not_confirmed_is_no_task_of_an_organisation(client, roadshow, organisation, broker):
    client.post(_new(roadshow), TYPED)
    Pledge.objects.update(organisation=organisation)
    assert not Pledge.objects.of_broker(broker).exists()


def test_a_code_and_contacts_are_for_the_organiser_only(client, roadshow, organiser):
    promise(roadshow, organiser)
    screen = reverse("roadshow-tally", args=[roadshow.slug])
    public = client.get(screen).content.decode()
    assert roadshow.pledge_desk.code not in public
    assert EMAIL not in public + client.get(reverse("roadshow-detail", args=[roadshow.slug])).content.decode()
    client.force_login(organiser)
    assert roadshow.pledge_desk.code in client.get(screen).content.decode()


# --- pages --------------------------------------------------------------------------------------------


def test_an_organiser_does_everything_on_one_page(client, roadshow, organiser, organisation, broker):
    client.force_login(organiser)
    client.post(reverse("roadshow-pledge-add", args=[roadshow.slug]), {**TYPED, "contact_email": ""})
    pledge = Pledge.objects.get()
    page = reverse("roadshow-pledge", args=[roadshow.slug, pledge.public_id])
    edit = {
        "actie": "wijzig",
        "wijzig-organisation_name": "Buurthuis De Kade",
        "wijzig-organisation": organisation.pk,
        "wijzig-years": ["2", "4"],
        "wijzig-contact_email": EMAIL,
    }
    assert client.post(page, edit).status_code == 302
    assert client.post(page, {"actie": "aantal", "aantal-number": "0"}).status_code == 422
    client.post(page, {"actie": "aantal", "aantal-number": "4", "aantal-reason": "Meer teams"})
    client.post(page, {"actie": "bezig"})
    pledge.refresh_from_db()
    assert (pledge.organisation, pledge.years, pledge.number, pledge.status) == (organisation, 0b110, 4, "started")
    assert client.post(page, {"actie": "intrekken", "intrekken-reason": ""}).status_code == 422
    client.post(page, {"actie": "intrekken", "intrekken-reason": "Geen begeleider"})
    client.post(page, {"actie": "terug"})
    pledge.refresh_from_db()
    assert pledge.status == PledgeStatus.PROMISED
    answer = client.get(page)
    assert "van 3 naar 4" in answer.content.decode()


def test_the_list_filters_and_the_file_holds_what_it_shows(client, roadshow, organiser, organisation):
    promise(roadshow, organiser, organisation, number=2)
    promise(roadshow, organiser, number=1, contact_email="")
    client.force_login(organiser)
    page = reverse("roadshow-pledges", args=[roadshow.slug])
    assert len(client.get(page).context["rows"]) == 2
    assert len(client.get(page, {"toon": "koppelen"}).context["rows"]) == 1
    assert len(client.get(page, {"stap": "promised"}).context["rows"]) == 2
    assert len(client.get(page, {"stap": "filled"}).context["rows"]) == 0
    assert len(client.get(page, {"toon": "onzin", "soort": "onzin", "stap": "onzin"}).context["rows"]) == 2
    text = client.get(reverse("roadshow-pledges-csv", args=[roadshow.slug]), {"toon": "koppelen"}).content.decode(
        "utf-8-sig"
    )
    assert len(text.strip().splitlines()) == 2
    sheet = client.get(reverse("roadshow-pledges-xlsx", args=[roadshow.slug]))
    assert sheet.content[:2] == b"PK"
    from stagematch.audit.models import AccessLog

    assert AccessLog.objects.filter(action="export", actor=organiser).count() == 2


@pytest.mark.parametrize("name", ["roadshow-pledges", "admin:pledges", "roadshow-detail", "team-overview"])
def test_the_pages_do_the_same_queries_for_one_and_for_three(
    name, client, roadshow, organiser, organisation, broker, team_lead, vacancy, django_assert_max_num_queries
):
    who = {"roadshow-pledges": organiser, "admin:pledges": broker, "team-overview": team_lead}.get(name)
    counts = []
    for total in (1, 3):
        while Pledge.objects.count() < total:
            made = promise(roadshow, organiser, organisation, number=Pledge.objects.count() + 1)
            pledges.give_to_team(pledge=made, team=vacancy.team, actor=broker)
        if who is not None:
            client.force_login(who)
        page = reverse(name, args=[roadshow.slug] if name.startswith("roadshow") else [])
        client.get(page)
        with django_assert_max_num_queries(100) as queries:
            assert client.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= {"roadshow-detail": 16, "team-overview": 16}.get(name, 12), counts


def test_the_team_sees_what_it_promised(client, roadshow, organiser, organisation, broker, team_lead, vacancy):
    pledge = promise(roadshow, organiser, organisation)
    pledges.give_to_team(pledge=pledge, team=vacancy.team, actor=broker)
    client.force_login(team_lead)
    assert "Dit zegden jullie toe" in client.get(reverse("team-overview")).content.decode()


def test_unknown_organisations_are_added_up_without_names(roadshow, organiser):
    for n, name in enumerate(("De Een", "De Ander"), start=1):
        pledges.record_pledge(roadshow=roadshow, organisation_name=name, actor=organiser, number=n)
    counted = tally(roadshow)
    assert (counted.places, counted.named, counted.others, counted.other_places) == (3, (), 2, 3)
    assert len(counted.full) + len(counted.empty) == 40


def test_an_organisation_that_disappears_leaves_the_promise(roadshow, organiser):
    host: Organisation = f.OrganisationFactory(name="Tijdelijk")
    pledge = promise(roadshow, organiser, host)
    host.delete()
    pledge.refresh_from_db()
    assert pledge.name == "Tijdelijk"
