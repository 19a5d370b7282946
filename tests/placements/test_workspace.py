"""The workspace: a queue by answer-by date, side by side, in a small and fixed number of queries."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import csv
import datetime as dt
import io
import uuid

import pytest
from django.urls import reverse

from placements import services
from placements.enums import ApplicationOrigin
from placements.models import AnswerTemplate, Application, BulkOperation, Rejection, SavedView
from placements.services import bulk
from placements.services.views import MAX_VIEWS
from placements.workspace import board
from stagematch.audit.models import AccessLog
from stagematch.clock import today
from stagematch.mail.addresses import note_refusal
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.placements.steps import explanation, invite, reject, rename, submit

WORKSPACE = reverse("admin:workspace")
PAGE_QUERIES = 12


@pytest.mark.parametrize("rows", [1, 3])
def test_workspace_costs_at_most_twelve_queries_for_one_and_three(
    rows, client, broker, vacancy, capacity, django_assert_max_num_queries
):
    for _ in range(rows):
        submit(f.SearchFactory(), vacancy)
    client.force_login(broker)
    client.get(WORKSPACE)  # what is read once per process: the policy, the names
    with django_assert_max_num_queries(PAGE_QUERIES):
        assert client.get(WORKSPACE).status_code == 200


@pytest.fixture
def desk(client, broker):
    client.force_login(broker)
    return client


def shown(response) -> list[str]:
    return [row.application.alias for row in response.context["rows"]]


# --- The queue ------------------------------------------------------------------------------------
def test_queue_is_by_answer_date_with_counts(desk, vacancy):
    first, second, third = (submit(f.SearchFactory(), vacancy) for _ in range(3))
    Application.objects.filter(pk=third.pk).update(answer_by=today() - dt.timedelta(days=1))
    Application.objects.filter(pk=second.pk).update(answer_by=today())
    response = desk.get(WORKSPACE)
    assert shown(response) == [third.alias, second.alias, first.alias]
    assert response.context["counts"] == {"waiting": 3, "today": 1, "late": 1, "shown": 3}


@pytest.fixture
def mixed(desk, broker, vacancy, organisation) -> dict[str, Application]:
    """Three applications that differ in everything one can filter on."""
    other = f.VacancyFactory(
        team__organisation=organisation, title="Huiswerk", period=f.PeriodFactory(slug="later", name="later")
    )
    plain = submit(f.SearchFactory(), vacancy)
    late = submit(f.SearchFactory(), vacancy, origin=ApplicationOrigin.PROPOSAL)
    elsewhere = f.ApplicationFactory(vacancy=other, assigned_to=broker, status="in_review")
    Application.objects.filter(pk=late.pk).update(answer_by=today() - dt.timedelta(days=2))
    return {"plain": plain, "late": late, "elsewhere": elsewhere}


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("laat=ja", {"late"}),
        ("herkomst=proposal", {"late"}),
        ("van=mij", {"elsewhere"}),
        ("van=niemand", {"plain", "late"}),
        ("status=in_review", {"elsewhere"}),
        ("fase=gesprek", set()),
        ("fase=alles", {"plain", "late", "elsewhere"}),
        ("fase=onzin&team=x&plek=1&status=rejected&van=iedereen&herkomst=9&periode=-1", {"plain", "late", "elsewhere"}),
        ("team=999999999999999999999999", {"plain", "late", "elsewhere"}),
    ],
)
def test_each_filter_leaves_what_it_should(desk, mixed, query, names):
    assert set(shown(desk.get(f"{WORKSPACE}?{query}"))) == {mixed[name].alias for name in names}


def test_filters_by_team_place_and_period(desk, mixed):
    elsewhere = mixed["elsewhere"].vacancy
    for query in (f"team={elsewhere.team_id}", f"plek={elsewhere.public_id}", f"periode={elsewhere.period_id}"):
        response = desk.get(f"{WORKSPACE}?{query}")
        assert shown(response) == [mixed["elsewhere"].alias]
        assert response.context["filter"].query == query


def test_queue_is_paged_and_keeps_its_filters(desk, vacancy):
    f.ApplicationFactory.create_batch(board.PAGE_SIZE + 1, vacancy=vacancy)
    response = desk.get(f"{WORKSPACE}?van=niemand")
    assert len(shown(response)) == board.PAGE_SIZE
    assert "van=niemand&amp;pagina=2" in response.content.decode()
    assert len(shown(desk.get(f"{WORKSPACE}?van=niemand&pagina=2"))) == 1


def test_side_by_side_shows_at_most_four_of_what_was_ticked(desk, vacancy):
    rows = f.ApplicationFactory.create_batch(5, vacancy=vacancy)
    keys = "&".join(f"k={row.public_id}" for row in rows)
    assert len(desk.get(f"{WORKSPACE}?{keys}").context["candidates"]) == 4
    response = desk.get(f"{WORKSPACE}?k={rows[3].public_id}")
    assert [c.alias for c in response.context["candidates"]] == [rows[3].alias]


# --- Saved views ----------------------------------------------------------------------------------
def save(desk, **data):
    return desk.post(reverse("admin:workspace-view-save"), data)


def test_view_is_saved_and_becomes_where_one_starts(desk, broker):
    response = save(desk, name="Te laat", query="laat=ja&onzin=1&k=2", is_default="on")
    view = SavedView.objects.get()
    assert (view.user, view.query, view.is_default, view.is_shared) == (broker, "laat=ja", True, False)
    assert response.url == f"{WORKSPACE}?laat=ja"
    assert desk.get(WORKSPACE).url == f"{WORKSPACE}?laat=ja"
    assert desk.get(f"{WORKSPACE}?fase=antwoord").status_code == 200
    save(desk, name="Van mij", query="van=mij", is_default="on")
    assert SavedView.objects.get(is_default=True).name == "Van mij"


def test_view_is_a_colleagues_only_when_shared_and_never_another_organisations(
    desk, client, organisation, other_broker
):
    save(desk, name="Voor mij", query="van=mij")
    save(desk, name="Voor ons", query="laat=ja", is_shared="on")
    colleague = f.MembershipFactory(organisation=organisation).user
    client.force_login(colleague)
    assert [view.name for view in client.get(WORKSPACE).context["views"]] == ["Voor ons"]
    pk = SavedView.objects.get(name="Voor ons").pk
    assert client.post(reverse("admin:workspace-view-remove", args=[pk])).status_code == 404
    client.force_login(other_broker)
    assert client.get(WORKSPACE).context["views"] == []


def test_view_can_be_replaced_and_removed(desk):
    save(desk, name="Te laat", query="laat=ja")
    save(desk, name="Te laat", query="laat=ja&van=mij")
    view = SavedView.objects.get()
    assert "van=mij" in view.query
    desk.post(reverse("admin:workspace-view-remove", args=[view.pk]))
    assert not SavedView.objects.exists()


def test_view_needs_a_name_and_there_is_a_limit(desk, broker, admin_user, organisation):
    save(desk, name="  ", query="laat=ja")
    assert not SavedView.objects.exists()
    for number in range(MAX_VIEWS + 1):
        save(desk, name=f"Nr {number}", query="laat=ja")
    assert SavedView.objects.count() == MAX_VIEWS
    with pytest.raises(RuleError) as error:
        services.save_view(actor=admin_user, name="x", query="")
    assert error.value.code == "no_organisation"


# --- As a file ------------------------------------------------------------------------------------
def test_csv_has_no_name_before_the_invitation_and_is_logged(desk, broker, search, vacancy):
    blind = submit(search, vacancy)
    known = submit(f.SearchFactory(student__user__first_name="Bekend"), vacancy)
    invite(known, broker)
    response = desk.get(reverse("admin:workspace-export"), {"fase": "alles"})
    text = response.content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text), delimiter=";"))
    assert len(rows) == 3
    assert "Samira" not in text
    assert f"Kandidaat {blind.alias}" in text
    assert known.student.user.get_full_name() in text
    logged = AccessLog.objects.filter(action=AccessLog.Action.EXPORT, actor=broker)
    assert {row.subject_id for row in logged} == {blind.student.user_id, known.student.user_id}
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("value", ["=1+1", "+31", "-1", "@sum", "\tx"])
def test_csv_holds_no_formulas(value):
    assert board.harmless(value) == f"'{value}"
    assert board.harmless("Kandidaat Linde") == "Kandidaat Linde"


# --- Who may --------------------------------------------------------------------------------------
ONE = ["candidate", "invite", "reject", "forward", "offer", "record"]


@pytest.mark.parametrize("name", ONE)
def test_a_candidate_of_another_organisation_does_not_exist(name, client, other_broker, search, vacancy):
    application = submit(search, vacancy)
    client.force_login(other_broker)
    assert client.get(reverse(f"admin:workspace-{name}", args=[application.public_id])).status_code == 404


@pytest.mark.parametrize("who", ["team_lead", "supervisor", "coordinator", "student"])
def test_only_a_stagemakelaar_enters_the_workspace(who, client, request, search, vacancy):
    application = submit(search, vacancy)
    client.force_login(request.getfixturevalue(who))
    addresses = [reverse(f"admin:workspace-{name}", args=[application.public_id]) for name in ONE]
    addresses += [reverse(f"admin:workspace{name}") for name in ("", "-export", "-reject-together", "-invite-together")]
    for address in addresses:
        assert client.get(address).status_code in {302, 403}, address
    assert client.post(reverse("admin:workspace-reject-preview", args=[application.public_id])).status_code in {
        302,
        403,
    }


def test_ticking_somebody_elses_candidate_does_nothing(client, other_broker, search, vacancy):
    application = rename(submit(search, vacancy))
    client.force_login(other_broker)
    for name in ("reject", "invite"):
        address = reverse(f"admin:workspace-{name}-together")
        assert application.alias not in client.get(address, {"k": str(application.public_id)}).content.decode()
    address = reverse("admin:workspace-reject-preview", args=[application.public_id])
    assert client.post(address, {"reason": "days"}).status_code == 404


def test_every_opening_of_a_file_is_logged(desk, broker, search, vacancy, student):
    application = submit(search, vacancy)
    for _ in range(2):
        desk.get(reverse("admin:workspace-candidate", args=[application.public_id]))
    assert AccessLog.objects.filter(actor=broker, subject=student, action=AccessLog.Action.VIEW).count() == 2


def test_an_address_that_does_not_work_is_told_once_the_name_is_known(desk, broker, search, vacancy, student):
    application = submit(search, vacancy)
    note_refusal(email=student.email, code="5.1.1", reason="weg", final=True)
    page = reverse("admin:workspace-candidate", args=[application.public_id])
    assert "Dit adres werkt niet" not in desk.get(page).content.decode()
    invite(application, broker)
    shown = desk.get(page).content.decode()
    assert student.email in shown
    assert "Dit adres werkt niet" in shown


# --- Assign ---------------------------------------------------------------------------------------
def test_a_candidate_is_given_to_a_colleague_and_back(
    desk, broker, organisation, team_lead, other_broker, search, vacancy
):
    application = submit(search, vacancy)
    colleague = f.MembershipFactory(organisation=organisation).user
    address = reverse("admin:workspace-assign", args=[application.public_id])

    def assigned(**data):
        desk.post(address, data)
        application.refresh_from_db()
        return application.assigned_to

    assert assigned(aan=str(colleague.pk)) == colleague
    assert assigned(aan=str(other_broker.pk)) == colleague  # of another organisation: refused
    assert assigned(aan=str(team_lead.pk)) == colleague  # no stagemakelaar: refused
    assert assigned(aan="x") == colleague
    assert assigned(aan="") is None
    assert assigned() == broker
    assert assigned() is None


# --- Rejecting one --------------------------------------------------------------------------------
def answer(**kwargs) -> dict[str, str]:
    values = {"reason": "days", "explanation": explanation(1), "positive": "Je vertelde het eerlijk."}
    return values | kwargs


def test_reject_at_once_or_after_a_look(desk, search, vacancy):
    application = submit(search, vacancy)
    address = reverse("admin:workspace-reject", args=[application.public_id])
    looked = desk.post(address, answer())
    assert explanation(1) in looked.context["preview"].text
    assert not Rejection.objects.exists()
    assert desk.post(address, answer(verstuur="ja")).url == WORKSPACE
    assert Rejection.objects.get().explanation == explanation(1)


def test_reject_keeps_what_was_typed_and_says_what_is_wrong(desk, search, vacancy):
    application = submit(search, vacancy)
    address = reverse("admin:workspace-reject", args=[application.public_id])
    response = desk.post(address, answer(explanation="Helaas.", verstuur="ja"))
    page = response.content.decode()
    assert response.status_code == 422
    assert "Helaas.</textarea>" in page
    assert "te kort" in page
    assert "Laat dit weg" in page  # the tone guide reads along
    assert not Rejection.objects.exists()


def test_live_preview_is_a_piece_of_the_page_and_writes_nothing(desk, search, vacancy):
    application = submit(search, vacancy)
    address = reverse("admin:workspace-reject-preview", args=[application.public_id])
    good = desk.post(address, answer()).content.decode()
    assert explanation(1) in good
    assert "Samira" not in good
    assert "<html" not in good
    assert "Nog te doen" in desk.post(address, answer(reason="")).content.decode()
    assert not Rejection.objects.exists()
    assert desk.get(address).status_code == 405


def test_template_is_where_a_text_starts_and_never_another_organisations(
    desk, organisation, other_organisation, search, vacancy
):
    application = submit(search, vacancy)
    address = reverse("admin:workspace-reject", args=[application.public_id])
    texts = {
        owner: AnswerTemplate.objects.create(
            organisation=owner, kind="rejection", name="Vol", text="Bij {plek} is het vol."
        )
        for owner in (organisation, other_organisation)
    }
    page = desk.get(address, {"sjabloon": str(texts[organisation].pk)}).content.decode()
    assert f"Bij {vacancy.title} is het vol.</textarea>" in page
    for wrong in (str(texts[other_organisation].pk), "x", "9" * 30):
        assert "is het vol.</textarea>" not in desk.get(address, {"sjabloon": wrong}).content.decode()


def test_invitation_starts_from_a_template_too(desk, organisation, search, vacancy):
    application = submit(search, vacancy)
    text = AnswerTemplate.objects.create(
        organisation=organisation, kind="invitation", name="Hoi", text="Tot bij {team}."
    )
    address = reverse("admin:workspace-invite", args=[application.public_id])
    assert f"?sjabloon={text.pk}" in desk.get(address).content.decode()
    page = desk.get(address, {"sjabloon": str(text.pk)}).content.decode()
    assert f"Tot bij {vacancy.team.name}.</textarea>" in page


# --- Several at once ------------------------------------------------------------------------------
REJECT = reverse("admin:workspace-reject-together")
INVITE = reverse("admin:workspace-invite-together")


def together(applications, key, **extra) -> dict[str, object]:
    data: dict[str, object] = {"k": [str(a.public_id) for a in applications], "sleutel": str(key)}
    for number, application in enumerate(applications):
        data |= {
            f"{application.public_id}-{name}": value for name, value in answer(explanation=explanation(number)).items()
        }
    return data | extra


@pytest.fixture
def three(vacancy) -> list[Application]:
    return [submit(f.SearchFactory(), vacancy) for _ in range(3)]


def test_bulk_reject_asks_an_own_text_for_each_and_fills_in_nothing(desk, three):
    page = desk.get(REJECT, {"k": [str(a.public_id) for a in three]})
    for row in page.context["rows"]:
        assert {name: row["form"][name].value() for name in ("reason", "explanation", "positive")} == {
            "reason": None, "explanation": None, "positive": None,
        }  # fmt: skip
    data = together(three, uuid.uuid4(), verstuur="ja")
    data[f"{three[1].public_id}-explanation"] = data[f"{three[0].public_id}-explanation"]
    response = desk.post(REJECT, data)
    assert response.status_code == 422
    assert "ook bij een andere kandidaat" in response.content.decode()
    assert not Rejection.objects.exists()


def test_bulk_reject_shows_every_mail_then_sends_them_once(desk, three):
    key = uuid.uuid4()
    looked = desk.post(REJECT, together(three, key))
    assert looked.context["complete"]
    for number in range(3):
        assert explanation(number) in looked.content.decode()
    assert not Rejection.objects.exists()
    done = desk.post(REJECT, together(three, key, verstuur="ja"), follow=True)
    assert len(done.context["done"]) == 3
    assert OutgoingMail.objects.filter(template="rejection").count() == 3
    again = desk.post(REJECT, together(three, key, verstuur="ja"), follow=True)
    assert again.status_code == 200
    assert OutgoingMail.objects.filter(template="rejection").count() == 3
    assert BulkOperation.objects.count() == 1


def test_bulk_reject_skips_who_has_an_answer_and_says_why(desk, broker, three):
    reject(three[0], broker)
    page = desk.get(REJECT, {"k": [str(a.public_id) for a in three]}).content.decode()
    assert "slaan we over" in page
    assert "niet gelukt" in page
    data = together(three, uuid.uuid4(), verstuur="ja")
    data[f"over-{three[1].public_id}"] = "ja"
    done = desk.post(REJECT, data, follow=True)
    assert [item.application for item in done.context["done"]] == [three[2]]
    assert {item.application_id: item.why for item in done.context["skipped"]} == {
        three[0].pk: "staat op 'niet gelukt'",
        three[1].pk: "je liet deze over",
    }


def test_bulk_operation_goes_on_when_one_is_refused(broker, three):
    good = [
        bulk.Answer(application=a, reason="days", explanation=explanation(n), positive="Je schreef eerlijk.")
        for n, a in enumerate(three)
    ]
    reject(three[1], broker, explanation=explanation(9))
    operation = services.reject_together(key=uuid.uuid4(), actor=broker, answers=good)
    outcomes = [item.outcome for item in operation.items.order_by("application")]
    assert outcomes == ["done", "skipped", "done"]
    assert operation.items.get(outcome="skipped").why


def test_bulk_operation_is_its_makers(desk, broker, client, organisation, three):
    key = uuid.uuid4()
    services.reject_together(key=key, actor=broker, answers=[])
    address = reverse("admin:workspace-together-done", args=[key])
    assert desk.get(address).status_code == 200
    colleague = f.MembershipFactory(organisation=organisation).user
    with pytest.raises(Conflict):
        services.reject_together(key=key, actor=colleague, answers=[])
    client.force_login(colleague)
    assert client.get(address).status_code == 404


def times(form, count: int) -> list[str]:
    return [cell.value for cell in form.grid.cells if cell.is_free][:count]


def test_bulk_invite_shows_then_sends_with_a_time_for_each(desk, three):
    form = desk.get(INVITE, {"k": [str(a.public_id) for a in three]}).context["form"]
    assert len(form.chosen) == 4
    data = {
        "k": [str(a.public_id) for a in three],
        "sleutel": str(uuid.uuid4()),
        "length": "30",
        "place_kind": "location",
        "room": "Huis van de Wijk",
        "message": "Tot dan",
    }
    few = desk.post(INVITE, data | {"slots": times(form, 3)})
    assert few.status_code == 422
    data["slots"] = times(form, 4)
    looked = desk.post(INVITE, data)
    assert [a for a, _mail in looked.context["previews"]] == three
    assert all("Tot dan" in text for _a, (_subject, text) in looked.context["previews"])
    assert not OutgoingMail.objects.filter(template="invitation").exists()
    for _ in range(2):
        done = desk.post(INVITE, data | {"verstuur": "ja"}, follow=True)
        assert len(done.context["done"]) == 3
    mails = OutgoingMail.objects.filter(template="invitation")
    assert mails.count() == 3
    previews = {a.pk: text for a, (_subject, text) in looked.context["previews"]}
    for application in three:
        sent = mails.get(to_user=application.student.user).body_text
        name = application.student.user.get_short_name()
        greeting = f"Hoi {application.alias},"  # an alias can also be a word of the organisation's name
        assert previews[application.pk].startswith(greeting)
        assert previews[application.pk].replace(greeting, f"Hoi {name},", 1) == sent


def test_bulk_invite_of_nobody_goes_back_with_the_reason(desk, broker, three):
    assert desk.get(INVITE).url == WORKSPACE
    reject(three[0], broker)
    response = desk.get(INVITE, {"k": str(three[0].public_id)}, follow=True)
    assert "niet gelukt" in response.content.decode()


def test_bulk_takes_a_limited_number(vacancy):
    rows = [Application(vacancy=vacancy, status="submitted") for _ in range(bulk.MAX_TOGETHER + 2)]
    for kind, most in (("rejection", bulk.MAX_TOGETHER), ("invitation", bulk.MAX_INVITED)):
        planned = bulk.plan(kind, rows)
        assert (len(planned.takes), len(planned.skips)) == (most, len(rows) - most)
