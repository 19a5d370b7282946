"""A place a student finds becomes an ordinary application, and nobody can use it to mail strangers (S13)."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from organisations.models import Membership, Organisation
from placements import services
from placements.enums import ApplicationOrigin, OwnPlaceStatus, PlacementStatus, VacancyStatus
from placements.models import OwnPlace, Placement, Vacancy
from placements.own_places import services as own
from stagematch.clock import at, now, today
from stagematch.links.models import SecretLink
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from students.services import delete_person, export_person
from tests import factories as f
from tests.placements.steps import submit, talks

WHAT = "Ik help op dinsdag en donderdag in de huiskamer met koken en praten, en leer een groep begeleiden."


def ask(search, **kwargs) -> OwnPlace:
    values = {
        "organisation": None, "organisation_name": "De Huiskamer", "postcode": f.PostcodeFactory(), "what": WHAT,
        "weekdays": 31, "target_groups": [f.TargetGroupFactory()], "contact_name": "Sanne Stip",
        "contact_email": "sanne@huiskamer.example",
    }  # fmt: skip
    return own.enter_own_place(student=search.student, search=search, actor=search.student.user, **values | kwargs)


def code_of(call, *args, **kwargs) -> str:
    with pytest.raises(RuleError) as error:
        call(*args, **kwargs)
    return error.value.code


def mails(template: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template=template))


def form_of(**changes) -> dict[str, object]:
    data = {
        "organisation_name": "De Huiskamer", "place": "2312", "contact_name": "Sanne Stip", "what": WHAT,
        "contact_email": "sanne@huiskamer.example", "weekdays": ["2", "8"], "target_groups": [f.TargetGroupFactory().pk],
    }  # fmt: skip
    return data | changes


# --- an organisation we know -------------------------------------------------------------------------


def test_from_a_known_organisation_to_a_placement_by_the_ordinary_path(
    client, search, vacancy, broker, capacity, team_lead
):
    client.force_login(search.student.user)
    first = client.post(reverse("own-places"), form_of(organisation_name="De Kade", contact_email="", contact_name=""))
    assert "Buurthuis De Kade" in first.content.decode()  # is it one of these?
    chosen = form_of(organisation_name="De Kade", organisation="buurthuis-de-kade", contact_email="", contact_name="")
    page = client.post(reverse("own-places"), chosen, follow=True).content.decode()
    assert "De stagemakelaar kijkt ernaar" in page
    [mail] = mails("own_place_asked")
    assert mail.to_user_id == broker.pk
    assert "Samira El Amrani" in mail.body_text
    assert WHAT[:30] not in mail.body_text

    place = OwnPlace.objects.get()
    client.force_login(broker)
    address = reverse("admin:own-place", args=[place.public_id])
    assert WHAT in client.get(address).content.decode()
    client.post(address, {"answer": "yes", "team": vacancy.team_id})
    place.refresh_from_db()
    made = place.vacancy
    assert made is not None
    assert (made.status, made.reserved_for, made.pool) == (VacancyStatus.DRAFT, search.student, vacancy.pool)
    assert code_of(services.publish_vacancy, vacancy=made, actor=broker) == "agreement_needed"
    services.skip_agreement(vacancy=made, actor=broker, reason="De teamcoach zei ja aan de telefoon.")
    services.publish_vacancy(vacancy=made, actor=broker)

    place.refresh_from_db()
    application = place.application
    assert application is not None
    assert (application.origin, application.motivation, place.status) == (ApplicationOrigin.OWN, WHAT, "accepted")
    talks(application, broker)
    services.make_offer(application=application, actor=broker, supervisor=capacity)
    services.accept_offer(application=application, actor=search.student.user)
    assert Placement.objects.get().status == PlacementStatus.AGREED


def test_the_place_is_for_this_student_and_nobody_else_sees_it(client, search, other_search, vacancy, broker):
    place = ask(search, organisation=vacancy.organisation)
    made = own.take_up_own_place(place=place, team=vacancy.team, actor=broker)
    services.skip_agreement(vacancy=made, actor=broker, reason="De teamcoach zei ja aan de telefoon.")
    services.publish_vacancy(vacancy=made, actor=broker)
    assert not Vacancy.objects.published().filter(pk=made.pk).exists()
    assert not Vacancy.objects.accepting().filter(pk=made.pk).exists()
    address = reverse("vacancy-detail", args=[made.public_id])
    assert client.get(address).status_code == 404
    client.force_login(other_search.student.user)
    assert client.get(address).status_code == 404
    assert code_of(submit, other_search, made) == "not_published"
    client.force_login(search.student.user)
    assert client.get(address).status_code == 200


def test_a_full_list_of_reactions_keeps_its_limit_and_the_place_waits(search, vacancy, broker, settings):
    settings.MAX_OPEN_APPLICATIONS = 1
    submit(search, vacancy)
    made = own.take_up_own_place(place=ask(search, organisation=vacancy.organisation), team=vacancy.team, actor=broker)
    services.skip_agreement(vacancy=made, actor=broker, reason="De teamcoach zei ja aan de telefoon.")
    services.publish_vacancy(vacancy=made, actor=broker)
    place = OwnPlace.objects.get()
    assert (place.status, place.application) == (OwnPlaceStatus.TAKEN_UP, None)
    [mail] = mails("own_place_answered")
    assert f"/stageplekken/{made.public_id}/reageren/" in mail.body_text
    services.withdraw_application(application=vacancy.applications.get(), actor=search.student.user)
    assert submit(search, made)


def test_only_the_stagemakelaar_of_the_organisation_decides(client, search, vacancy, broker, other_broker, student):
    place = ask(search, organisation=vacancy.organisation)
    address = reverse("admin:own-place", args=[place.public_id])
    client.force_login(other_broker)
    assert client.get(address).status_code == 404
    client.force_login(student)
    assert client.get(address).status_code == 403
    stranger = f.TeamFactory()
    assert code_of(own.take_up_own_place, place=place, team=stranger, actor=broker) == "wrong_team"
    client.force_login(broker)
    refused = client.post(address, {"answer": "no", "remark": "kort"})
    assert "Schrijf kort waarom" in refused.content.decode()
    client.post(address, {"answer": "no", "remark": "We hebben dit jaar geen begeleider meer vrij."})
    place.refresh_from_db()
    assert place.status == OwnPlaceStatus.DECLINED
    client.force_login(student)
    assert "geen begeleider meer vrij" in client.get(reverse("own-places")).content.decode()


# --- an organisation we do not know ------------------------------------------------------------------


def link_of_contact() -> str:
    [mail] = mails("own_place_contact")
    found = re.search(r"https?://[^/\s]+(/eigen-plek/\S+)", mail.body_text)
    assert found
    return found.group(1)


def test_contact_and_school_both_say_yes_before_anything_exists(client, search, coordinator, other_coordinator):
    client.force_login(search.student.user)
    assert client.post(reverse("own-places"), form_of()).status_code == 302
    client.logout()
    address = link_of_contact()
    [mail] = mails("own_place_contact")
    assert mail.to_email == "sanne@huiskamer.example"
    assert "Samira El Amrani" in mail.body_text  # who asks
    assert "Roc De Brug" in mail.body_text
    assert WHAT[:30] not in mail.body_text
    assert WHAT in client.get(address).content.decode()
    client.post(address, {"answer": "yes", "name": "Sanne Stip"})
    assert not Organisation.objects.filter(name="De Huiskamer").exists()

    place = OwnPlace.objects.get()
    school_page = reverse("school-own-place", args=[place.public_id])
    client.force_login(other_coordinator)
    assert client.get(school_page).status_code == 404
    client.force_login(coordinator)
    assert "sanne@huiskamer.example" in client.get(school_page).content.decode()
    client.post(school_page, {"answer": "yes"})

    place.refresh_from_db()
    made = Organisation.objects.get(name="De Huiskamer")
    assert not made.is_approved
    assert place.application is not None
    assert place.application.origin == ApplicationOrigin.OWN
    contact = Membership.objects.get(organisation=made, role="broker").user
    assert contact.email == "sanne@huiskamer.example"
    assert place.vacancy is not None
    assert place.vacancy.agreements.get().answered_name == "Sanne Stip"
    client.logout()
    assert client.get(reverse("organisation-detail", args=[made.slug])).status_code == 404
    assert client.get(address).status_code == 410  # the link has done its work

    # The new stagemakelaar goes on by the ordinary path, to the end.
    supervisor = place.vacancy.pool.supervisors.get()
    from tests.placements.steps import talk

    talk(place.application, contact)
    services.make_offer(application=place.application, actor=contact, supervisor=supervisor)
    assert services.accept_offer(application=place.application, actor=search.student.user)


def test_a_new_organisation_cannot_publish_for_everybody(search, coordinator):
    place = ask(search)
    own.contact_agrees(place=place, name="Sanne Stip")
    own.school_agrees(place=place, actor=coordinator)
    place.refresh_from_db()
    assert place.vacancy is not None
    team = place.vacancy.team
    public = f.VacancyFactory(team=team, pool=place.vacancy.pool, period=place.vacancy.period, status="draft")
    contact = Membership.objects.get(organisation=team.organisation, role="broker").user
    services.skip_agreement(vacancy=public, actor=contact, reason="Wij zijn zelf het hele team.")
    assert code_of(services.publish_vacancy, vacancy=public, actor=contact) == "not_approved"


def test_the_school_can_say_no_and_then_the_link_is_closed(client, search, coordinator):
    ask(search)
    address = link_of_contact()
    own.decline_own_place(place=OwnPlace.objects.get(), actor=coordinator, remark="SBB erkent deze organisatie niet.")
    assert client.get(address).status_code == 410
    [mail] = mails("own_place_answered")
    assert mail.to_user_id == search.student.user_id
    assert "erkent" not in mail.body_text


def test_a_stranger_asks_for_silence_and_gets_it(client, search, other_search):
    ask(search)
    client.post(
        link_of_contact(), {"answer": "no", "name": "Sanne", "remark": "Ik ken deze student niet.", "stop": "on"}
    )
    assert OwnPlace.objects.get().status == OwnPlaceStatus.DECLINED
    assert code_of(ask, other_search) == "contact_busy"
    with at(now() + dt.timedelta(days=200)):
        services.run_retention(day=today())
        assert code_of(ask, other_search) == "contact_busy"


# --- no way to mail strangers ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"contact_email": ""}, "contact_needed"),
        ({"contact_email": "student@cast.example"}, "contact_own"),
        ({"contact_email": "Vriend@student.debrug.example"}, "contact_own"),
        ({"organisation_name": "Koop op goedkoop.example nu"}, "odd_name"),
        ({"organisation_name": "https://slecht.example/"}, "odd_name"),
        ({"weekdays": 1}, "days"),
    ],
)
def test_what_is_refused(search, changes, code):
    assert code_of(ask, search, **changes) == code
    assert not OutgoingMail.objects.filter(template__startswith="own_place").exists()


def test_one_at_a_time_three_a_month_and_three_to_one_address(search):
    for number in range(3):
        place = ask(search, contact_email=f"mens{number}@huiskamer.example")
        assert code_of(ask, search) == "already_asked"
        own.withdraw_own_place(place=place, actor=search.student.user)
    assert code_of(ask, search) == "too_many"
    with at(now() + dt.timedelta(days=31)):
        assert ask(search, contact_email="mens9@huiskamer.example")
    for _ in range(3):
        ask(f.SearchFactory())
    assert code_of(ask, f.SearchFactory()) == "contact_busy"


def test_nothing_goes_on_after_it_was_withdrawn(search, coordinator):
    place = ask(search)
    own.withdraw_own_place(place=place, actor=search.student.user)
    for call in (
        lambda: own.contact_agrees(place=place, name="Sanne"),
        lambda: own.school_agrees(place=place, actor=coordinator),
        lambda: own.decline_own_place(place=place, actor=coordinator, remark="Toch maar niet doen."),
    ):
        with pytest.raises(Conflict):
            call()
    assert SecretLink.objects.get().revoked_at is not None


def test_student_without_a_running_search_is_told_what_to_do_first(client, search):
    search.status = "draft"
    search.save()
    client.force_login(search.student.user)
    assert "Zet eerst je zoektocht aan" in client.get(reverse("own-places")).content.decode()
    assert code_of(ask, search) == "no_search"


# --- personal data -----------------------------------------------------------------------------------


def test_it_is_in_the_export_and_gone_with_the_student(search, vacancy, broker, admin_user):
    made = own.take_up_own_place(place=ask(search, organisation=vacancy.organisation), team=vacancy.team, actor=broker)
    services.skip_agreement(vacancy=made, actor=broker, reason="De teamcoach zei ja aan de telefoon.")
    services.publish_vacancy(vacancy=made, actor=broker)
    assert WHAT in str(export_person(user=search.student.user))
    delete_person(user=search.student.user, actor=admin_user)
    assert not OwnPlace.objects.exists()
    made.refresh_from_db()
    assert (made.status, made.reserved_for) == (VacancyStatus.CLOSED, None)
    assert not Vacancy.objects.published().filter(pk=made.pk).exists()


def test_four_weeks_after_the_end_it_is_forgotten(search):
    own.withdraw_own_place(place=ask(search), actor=search.student.user)
    assert own.forget_own_places(day=today() + dt.timedelta(days=20)) == 0
    late = today() + dt.timedelta(days=40)
    assert own.forget_own_places(day=late, dry_run=True) == 1
    assert own.forget_own_places(day=late) == 1
    assert not OwnPlace.objects.exists()
    assert not OutgoingMail.objects.filter(template__startswith="own_place").exists()
