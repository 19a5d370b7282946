"""The pages of a stage: who sees which, what they show and do, and the links that work without an account (O9, O14, B10)."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader

from placements.dossier import links, services
from placements.dossier.actions import ACTIONS
from placements.dossier.checklist import checklist_of
from placements.dossier.enums import STUDENT_QUESTIONS, Party, Side, VogStatus
from placements.dossier.selectors import with_papers
from placements.enums import PlacementStatus
from placements.models import EvaluationStatistic, Placement, PlacementFile, Signature
from stagematch.audit.models import AccessLog
from stagematch.clock import now, today
from stagematch.links.models import SecretLink
from stagematch.mail.models import OutgoingMail
from tests import factories as f
from tests.placements.dossier_steps import PACT, complete_agreement, papers, sign_all
from tests.placements.steps import place

PEOPLE = ("student", "broker", "supervisor", "team_lead", "coordinator")
STRANGERS = ("other_student", "other_broker", "other_coordinator")
SIDES = {"student": Side.STUDENT, "broker": Side.ORGANISATION, "supervisor": Side.SUPERVISOR, "team_lead": Side.SUPERVISOR, "coordinator": Side.SCHOOL}  # fmt: skip


@pytest.fixture
def placement(search, vacancy, broker, capacity, coordinator, team_lead) -> Placement:
    return place(search, vacancy, broker, capacity)


@pytest.fixture
def running(placement, broker) -> Placement:
    papers(placement, broker)
    Placement.objects.filter(pk=placement.pk).update(
        status=PlacementStatus.RUNNING,
        starts_on=today() - dt.timedelta(days=40),
        ends_on=today() + dt.timedelta(days=9),
    )
    placement.refresh_from_db()
    return placement


def action(placement, slug: str) -> str:
    return reverse("placement-action", args=[placement.public_id, slug])


def file_pages(placement) -> list[str]:
    names = ("placement-file", "admin:placement-file", "guidance-file", "school-placement", "placement-pok")
    return [reverse(name, args=[placement.public_id]) for name in names]


# --- Who sees what --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", STRANGERS)
def test_a_stranger_finds_no_page_of_the_file(client, placement, request, who):
    client.force_login(request.getfixturevalue(who))
    for address in [*file_pages(placement), *(action(placement, slug) for slug in ACTIONS)]:
        assert client.get(address).status_code in {403, 404}, address
        assert "Samira" not in client.get(address).content.decode()
        assert client.post(address, {}).status_code in {403, 404, 405}, address


def test_nobody_without_an_account_sees_a_file(client, placement):
    for address in [*file_pages(placement), reverse("my-stage"), reverse("guidance"), reverse("school-placements")]:
        response = client.get(address)
        assert response.status_code == 302
        assert "/account/" in response["Location"]


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_with_a_part_gets_to_their_own_page_and_only_their_own_actions(client, running, request, who):
    client.force_login(request.getfixturevalue(who))
    page = client.get(reverse("placement-file", args=[running.public_id]), follow=True)
    assert page.status_code == 200
    assert "Buurthuis De Kade" in page.content.decode()
    for slug, one in ACTIONS.items():
        expected = {200, 302} if SIDES[who] in one.sides else {403}
        assert client.get(action(running, slug)).status_code in expected, slug


def test_every_link_to_an_action_on_every_page_works(running, request):
    for who in PEOPLE:
        client = Client()
        client.force_login(request.getfixturevalue(who))
        page = client.get(reverse("placement-file", args=[running.public_id]), follow=True).context["page"]
        for url in page.urls.values():
            assert client.get(url).status_code == 200, (who, url)


def test_a_praktijkbegeleider_sees_own_students_only(client, placement, organisation, vacancy):
    other = f.SupervisorCapacityFactory(pool=vacancy.pool, supervisor__user__email="ander@cast.example")
    client.force_login(other.supervisor.user)
    assert client.get(reverse("guidance-file", args=[placement.public_id])).status_code == 404
    assert "El Amrani" not in client.get(reverse("guidance")).content.decode()


def test_the_team_page_leads_who_guides_a_student_to_the_file(client, placement, vacancy):
    guide = placement.supervisor.supervisor.user
    colleague = f.SupervisorCapacityFactory(pool=vacancy.pool, supervisor__user__email="ander@cast.example")
    colleague.supervisor.teams.add(vacancy.team)
    address = reverse("guidance-file", args=[placement.public_id])
    for user, leads in ((guide, True), (colleague.supervisor.user, False)):
        client.force_login(user)
        page = client.get(reverse("team-overview")).content.decode()
        assert "El Amrani" in page
        assert (address in page) is leads


def test_looking_at_and_taking_from_a_file_is_written_down(client, placement, broker, student):
    client.force_login(broker)
    client.get(reverse("admin:placement-file", args=[placement.public_id]))
    client.get(reverse("placement-pok", args=[placement.public_id]))
    seen = AccessLog.objects.filter(subject_id=student.pk, object_id=str(placement.public_id), actor=broker)
    assert sorted(seen.values_list("action", flat=True)) == ["download", "view"]
    client.force_login(student)
    client.get(reverse("my-stage"))
    assert not AccessLog.objects.filter(actor=student).exists()


def test_the_organisation_never_reads_what_a_student_answered(client, running, student, broker):
    services.evaluate(
        placement=running,
        actor=student,
        party=Party.STUDENT,
        answers={key: 1 for key, _statement in STUDENT_QUESTIONS},
        remark="Er was nooit iemand.",
    )
    client.force_login(broker)
    page = client.get(reverse("admin:placement-file", args=[running.public_id])).content.decode()
    assert "nooit iemand" not in page
    assert EvaluationStatistic.objects.count() == 8


# --- Doing things ---------------------------------------------------------------------------------------------


def test_a_student_answers_signs_and_agrees_on_own_pages(client, placement, student, broker):
    complete_agreement(placement, broker)
    client.force_login(student)
    page = client.get(reverse("my-stage")).content.decode()
    assert "Je krijgt ze in de mail" in page
    assert "de student" not in page.lower()  # the page speaks to who reads it
    answer = {"is_minor": "nee"}
    assert client.post(action(placement, "leeftijd"), answer).status_code == 302
    assert client.post(action(placement, "ondertekenen"), {}).status_code == 422
    assert client.post(action(placement, "ondertekenen"), {"is_agreed": "on"}).status_code == 302
    assert client.post(action(placement, "startafspraken"), PACT).status_code == 302
    assert client.post(action(placement, "vog"), {"status": "asked"}).status_code == 302
    file = PlacementFile.objects.get()
    signature = file.signatures.get()
    assert (signature.party, signature.how, signature.name) == ("student", "account", "Samira El Amrani")
    assert file.is_minor is False
    assert file.vog_status == VogStatus.ASKED


def test_what_was_typed_stays_when_a_service_says_no(client, running, coordinator):
    client.force_login(coordinator)
    moment = running.file.moments.all()[0]
    values = {"moment": moment.pk, "held_on": today() + dt.timedelta(days=1), "record": "Mooi gesprek over de groep."}
    response = client.post(action(running, "contactmoment"), values)
    assert response.status_code == 409
    assert "Mooi gesprek over de groep." in response.content.decode()
    assert client.post(action(running, "contactmoment"), values | {"held_on": today()}).status_code == 302
    assert running.file.moments.filter(held_on=today()).exists()


def test_the_organisation_fills_in_the_agreement_and_the_first_day(client, placement, broker, organisation):
    organisation.sbb_number = "100123456"
    organisation.save(update_fields=["sbb_number"])
    client.force_login(broker)
    values = {
        "weekdays": ["1", "2"], "hours_per_week": "16", "total_hours": "320", "learning_goals": "Koken\n\nLuisteren",
        "guidance": "Elke week", "allowance": "Reiskosten",
    }  # fmt: skip
    assert client.post(action(placement, "overeenkomst"), values).status_code == 302
    card = {"first_day_time": "09:30", "first_day_address": "Lindelaan 4", "first_day_contact": "Dewi"}
    assert client.post(action(placement, "eerste-dag"), card).status_code == 302
    file = PlacementFile.objects.get()
    assert (file.weekdays, file.learning_goals, file.first_day_time) == (3, ["Koken", "Luisteren"], dt.time(9, 30))
    signed = {"party": "school", "name": "Fatma", "signed_on": str(today())}
    assert client.post(action(placement, "ondertekenen"), signed).status_code == 302
    assert Signature.objects.get().how == "paper"


def test_a_moment_of_another_file_cannot_be_noted(client, running, coordinator, school):
    other = place(
        f.SearchFactory(student__programme__school=school, period=running.vacancy.period),
        f.VacancyFactory(team=running.vacancy.team, pool=running.vacancy.pool, period=running.vacancy.period),
        running.vacancy.organisation.memberships.get(role="broker").user,
        running.supervisor,
    )
    client.force_login(coordinator)
    values = {"moment": other.file.moments.all()[0].pk, "held_on": today(), "record": "Fout"}
    assert client.post(action(running, "contactmoment"), values).status_code == 422
    assert not other.file.moments.filter(held_on__isnull=False).exists()


def test_stopping_asks_to_be_sure(client, running, student):
    client.force_login(student)
    values = {"ended_on": str(today()), "reason": "no_fit", "note": ""}
    assert client.post(action(running, "stoppen"), values).status_code == 422
    assert client.post(action(running, "stoppen"), values | {"is_sure": "on"}, follow=True).status_code == 200
    running.refresh_from_db()
    assert (running.status, running.ended_by) == (PlacementStatus.ENDED_EARLY, Party.STUDENT)
    page = client.get(reverse("my-stage")).content.decode()
    assert "dezelfde voorrang" in page


def test_the_pdf_is_a_download_nobody_keeps(client, placement, student):
    client.force_login(student)
    response = client.get(reverse("placement-pok", args=[placement.public_id]))
    assert response["Content-Type"] == "application/pdf"
    assert "attachment" in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert "Samira El Amrani" in PdfReader(io.BytesIO(response.content)).pages[0].extract_text()


def test_a_student_without_a_stage_reads_what_will_come(client, student):
    client.force_login(student)
    assert "nog geen afgesproken stage" in client.get(reverse("my-stage")).content.decode()


# --- Lists ----------------------------------------------------------------------------------------------------


def test_the_lists_find_what_misses_papers_and_who_needs_another_place(client, placement, coordinator, broker):
    client.force_login(coordinator)
    address = reverse("school-placements")
    assert len(client.get(address, {"stand": "incompleet"}).context["overview"].pages) == 1
    papers(placement, broker)
    assert client.get(address, {"stand": "incompleet"}).context["overview"].pages == []
    services.end_early(
        placement=placement, actor=broker, party=Party.ORGANISATION, reason=next(iter(_reasons())), ended_on=today()
    )
    page = client.get(address, {"stand": "vervanging"})
    assert len(page.context["overview"].pages) == 1
    assert "zoekt een andere plek" in page.content.decode()


def _reasons():
    from placements.dossier.enums import EndReason

    return [EndReason.NO_GUIDANCE]


def test_the_list_and_the_checklist_agree_on_what_misses(placement, broker):
    def both() -> set[bool]:
        row = with_papers(Placement.objects.all()).get()
        return {row.papers_missing, bool(checklist_of(row, services.file_of(placement)).blocking)}

    assert both() == {True}
    services.answer_minor(placement=placement, actor=broker, is_minor=True, guardian_name="Ouder")
    assert both() == {True}
    complete_agreement(placement, broker)
    sign_all(placement, broker)
    assert both() == {True}
    services.set_vog(placement=placement, actor=broker, side=Side.ORGANISATION, status=VogStatus.NOT_NEEDED)
    assert both() == {True}
    services.sign(placement=placement, party=Party.GUARDIAN, name="Ouder", signed_on=today(), how="paper", actor=broker)
    assert both() == {False}


@pytest.mark.parametrize(("who", "name"), [("coordinator", "school-placements"), ("broker", "admin:placement-list"), ("supervisor", "guidance")])  # fmt: skip
def test_lists_cost_the_same_for_one_and_three_stages(
    client, placement, vacancy, broker, capacity, school, request, who, name
):
    client.force_login(request.getfixturevalue(who))
    counts = []
    for extra in (0, 2):
        for _n in range(extra):
            search = f.SearchFactory(student__programme__school=school, period=vacancy.period)
            one = f.VacancyFactory(team=vacancy.team, pool=vacancy.pool, period=vacancy.period)
            application = f.ApplicationFactory(search=search, vacancy=one, status="accepted")
            made = Placement.objects.create(
                application=application, student=search.student, vacancy=one, supervisor=capacity,
                starts_on=one.starts_on, ends_on=one.ends_on,
            )  # fmt: skip
            services.file_of(made)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 14


def test_the_export_has_every_stage_of_the_school_and_no_formula(client, placement, coordinator, student, other_search):
    student.last_name = "=HYPERLINK(1)"
    student.first_name = "=cmd"
    student.save(update_fields=["last_name", "first_name"])
    client.force_login(coordinator)
    address = reverse("school-placements-export")
    text = client.get(address).content.decode("utf-8-sig")
    assert "'=cmd" in text
    assert "25615" in text
    book = load_workbook(io.BytesIO(client.get(address, {"soort": "xlsx"}).content))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert AccessLog.objects.filter(actor=coordinator, action="export").count() == 2


# --- Without an account ---------------------------------------------------------------------------------------


def path(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def test_a_praktijkbegeleider_confirms_from_the_mail_without_an_account(client, running, supervisor):
    address = path(links.personal_link(running, Side.SUPERVISOR))
    page = client.get(address)
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert "Samira El Amrani" in page.content.decode()
    for url in page.context["page"].urls.values():
        assert url.startswith(address)
        assert client.get(url).status_code == 200, url
    assert client.post(f"{address}startafspraken/", PACT).status_code == 302
    assert PlacementFile.objects.get().pact_supervisor_at
    assert AccessLog.objects.filter(actor=supervisor, action="view").exists()
    assert client.get(f"{address}pok.pdf")["Content-Type"] == "application/pdf"


def test_the_link_does_no_more_than_its_page(client, running, supervisor):
    address = path(links.personal_link(running, Side.SUPERVISOR))
    for slug in ("stoppen", "overeenkomst", "vog", "leeftijd", "toch-beginnen", "bestaat-niet"):
        assert client.get(f"{address}{slug}/").status_code == 404, slug
        assert client.post(f"{address}{slug}/", {}).status_code == 404, slug


def test_the_link_stops_when_somebody_else_guides_the_student(client, running, supervisor):
    address = path(links.personal_link(running, Side.SUPERVISOR))
    supervisor.memberships.update(is_active=False)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}startafspraken/", PACT).status_code == 404


def test_a_signature_by_link_says_so(client, placement, broker):
    complete_agreement(placement, broker)
    address = path(links.personal_link(placement, Side.SUPERVISOR))
    assert client.post(f"{address}ondertekenen/", {"is_agreed": "on"}).status_code == 302
    signature = Signature.objects.get()
    assert (signature.party, signature.how) == (Party.ORGANISATION, "link")


def test_a_guardian_reads_and_signs_once_with_a_link(client, placement, student, broker):
    services.answer_minor(placement=placement, actor=student, is_minor=True, guardian_name="Ouder Verzonnen")
    complete_agreement(placement, broker)
    client.force_login(student)
    assert client.post(action(placement, "ouder-vragen"), {"email": student.email}).status_code == 409
    assert client.post(action(placement, "ouder-vragen"), {"email": "ouder@thuis.example"}).status_code == 302
    mail = OutgoingMail.objects.get(template="placement_guardian")
    assert mail.to_email == "ouder@thuis.example"
    address = next(path(word) for word in mail.body_text.split() if "/meetekenen/" in word)
    guardian = Client()
    page = guardian.get(address)
    assert page.status_code == 200
    assert guardian.get(f"{address}pok.pdf").status_code == 200
    assert guardian.post(address, {"name": "Ouder"}).status_code == 422
    assert guardian.post(address, {"name": "Ouder Verzonnen", "is_agreed": "on"}).status_code == 200
    signature = Signature.objects.get(party=Party.GUARDIAN)
    assert (signature.name, signature.how, signature.recorded_by) == ("Ouder Verzonnen", "link", None)
    assert guardian.get(address).status_code == 410
    assert Signature.objects.filter(party=Party.GUARDIAN).count() == 1


def test_asking_another_guardian_closes_the_first_link(client, placement, student, broker):
    services.answer_minor(placement=placement, actor=student, is_minor=True, guardian_name="Ouder Verzonnen")
    complete_agreement(placement, broker)
    for email in ("een@thuis.example", "twee@thuis.example"):
        links.invite_guardian(placement=placement, actor=student, email=email)
    assert SecretLink.objects.filter(purpose=links.GUARDIAN, revoked_at__isnull=True, expires_at__gt=now()).count() == 1
    assert OutgoingMail.objects.filter(template="placement_guardian").count() == 2


def test_reminders_make_one_link_and_no_more(placement, supervisor):
    from placements.dossier.night import placement_night
    from stagematch.clock import at

    with at(placement.starts_on):
        placement_night(day=today())
        made = SecretLink.objects.filter(purpose=links.GUIDANCE).count()
        placement_night(day=today())
    assert made
    assert SecretLink.objects.filter(purpose=links.GUIDANCE).count() == made


def test_the_overview_of_a_student_points_at_the_stage(client, placement, student):
    client.force_login(student)
    assert reverse("my-stage") in client.get(reverse("my-overview")).content.decode()


def test_an_organisation_page_shows_what_students_thought_from_five_on(client, organisation):
    EvaluationStatistic.objects.bulk_create(
        EvaluationStatistic(organisation=organisation, question=key, score=5, answers=5)
        for key, _statement in STUDENT_QUESTIONS
    )
    address = reverse("organisation-detail", args=[organisation.slug])
    assert "100%" in client.get(address).content.decode()
    EvaluationStatistic.objects.update(answers=4)
    assert "Wat studenten van hun stage vonden" not in client.get(address).content.decode()


def test_a_student_can_tell_the_school_from_the_page_of_the_stage(client, placement, student):
    client.force_login(student)
    address = f"{reverse('report-make')}?stage={placement.public_id}"
    assert address in client.get(reverse("my-stage")).content.decode()
    assert client.get(address).status_code == 200
