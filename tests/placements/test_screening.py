"""Screening: nobody is named before the invitation (R4), and a no explains itself (R2)."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import datetime as dt

import pytest

from placements import selectors, services
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import Application, Rejection
from placements.texts import REJECTION_TEMPLATES
from stagematch.clock import now
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.placements.steps import EXPLANATION, invite, reject, slots, submit, talk, talks

PERSONAL = (
    "Hoi, ik ben Samira El Amrani, 19 jaar. Mail samira.elamrani@student.debrug.example of bel 06-12345678. "
    "Ik woon in de Kerkstraat 12, 2312 AB Leiden. Insta: @samira.kookt. Samira kookt graag met ouderen. "
    "Ik ben achttien jaar oud en geboren op 03-04-2008. Ik werk 16 uur per week en kook al 3 keer per week."
)
HIDDEN = ("Samira", "Amrani", "19 jaar", "@", "12345678", "Kerkstraat", "2312 AB", "achttien", "2008", "06-")


@pytest.fixture
def application(search, vacancy, broker) -> Application:
    return submit(search, vacancy, motivation=PERSONAL, learning_goals=["Samira wil leren koken met een groep"])


def test_candidate_is_nobody_before_the_invitation(application, broker):
    candidate = selectors.application_for_screening(broker, application.public_id)
    assert candidate.is_blind
    shown = candidate.motivation + " ".join(candidate.learning_goals) + candidate.display_name
    for secret in HIDDEN:
        assert secret not in shown
    assert "kookt graag met ouderen" in candidate.motivation
    assert "16 uur per week" in candidate.motivation
    assert (candidate.name, candidate.email, candidate.phone, candidate.cv_url) == ("", "", "", "")
    assert candidate.alias in candidate.display_name
    assert (candidate.school, candidate.year) == ("Roc De Brug", 2)


def test_candidate_has_a_name_from_the_invitation_on(application, broker):
    invite(application, broker)
    candidate = selectors.application_for_screening(broker, application.public_id)
    assert not candidate.is_blind
    assert (candidate.name, candidate.email) == ("Samira El Amrani", "student@cast.example")
    assert candidate.motivation == PERSONAL


def test_candidate_is_nobody_again_after_a_rejection(application, broker):
    reject(application, broker)
    assert selectors.application_for_screening(broker, application.public_id).is_blind


def test_organisation_can_screen_with_names(application, broker, organisation):
    organisation.blind_screening = False
    organisation.save()
    assert selectors.application_for_screening(broker, application.public_id).name == "Samira El Amrani"


def test_queue_is_the_own_organisation_most_urgent_first(application, broker, other_broker, vacancy):
    urgent = submit(f.SearchFactory(), vacancy)
    Application.objects.filter(pk=urgent.pk).update(answer_by=application.answer_by - dt.timedelta(days=1))
    assert [row.pk for row in selectors.queue_for(broker)] == [urgent.pk, application.pk]
    assert not selectors.queue_for(other_broker).exists()
    with pytest.raises(Application.DoesNotExist):
        selectors.application_for_screening(other_broker, application.public_id)


@pytest.mark.parametrize("rows", [1, 3])
def test_candidates_cost_the_same_queries_for_one_and_three(
    rows, broker, vacancy, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr("placements.fit._provider", None)  # the fit has its own count, in matchmaking
    monkeypatch.setattr("placements.fit._pairs_provider", None)
    for _ in range(rows):
        submit(f.SearchFactory(), vacancy)
    with django_assert_num_queries(2):
        assert len(selectors.candidates_of(selectors.queue_for(broker))) == rows


# --- R2 -----------------------------------------------------------------------------------------
def refused(application, broker, **kwargs) -> str:
    with pytest.raises(RuleError) as error:
        reject(application, broker, **kwargs)
    assert not Rejection.objects.filter(application=application).exists()
    return error.value.code


def test_reject_mails_the_student_and_counts(application, broker, search):
    rejection = reject(application, broker, tip="Kijk eens bij jongeren.")
    application.refresh_from_db()
    search.student.refresh_from_db()
    assert application.status == ApplicationStatus.REJECTED
    assert search.student.rejections == 1
    mail = OutgoingMail.objects.get(template="rejection")
    assert mail.to_user == search.student.user
    for words in (EXPLANATION, rejection.positive, rejection.tip, "Samira", "Dat is balen"):
        assert words in mail.body_text
        assert words in mail.body_html
    for never in ("helaas", "niet geschikt", "betere kandidaten"):
        assert never not in mail.body_text.lower()


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("reason_required", {"reason": "zomaar"}),
        ("explanation_short", {"explanation": "Het past niet." + " " * 60}),
        ("positive_required", {"positive": "  "}),
        *[("explanation_template", {"explanation": f"  {t.upper()}!! "}) for t in REJECTION_TEMPLATES.values()
          if len(t) > 80],
    ],
)  # fmt: skip
def test_reject_refuses_what_does_not_explain_itself(application, broker, code, values):
    assert refused(application, broker, **values) == code


def test_reject_refuses_the_text_of_one_of_the_last_five(application, broker, vacancy):
    others = [submit(f.SearchFactory(), vacancy) for _ in range(3)]
    reject(others[0], broker)
    assert refused(application, broker, explanation=EXPLANATION.replace(".", " !")) == "explanation_repeated"
    reject(
        application, broker, explanation="Samen bespraken we je leerdoelen, en die kunnen bij ons dit half jaar niet."
    )


def test_reject_refuses_no_text_of_another_organisation(application, broker, other_vacancy, other_broker):
    reject(submit(f.SearchFactory(), other_vacancy), other_broker)
    assert reject(application, broker)


def test_reject_twice_is_one_answer(application, broker, search):
    reject(application, broker)
    with pytest.raises(Conflict):
        reject(application, broker)
    search.student.refresh_from_db()
    assert search.student.rejections == 1


def test_only_a_no_of_an_organisation_counts(application, search, student):
    services.withdraw_application(application=application, actor=student)
    search.student.refresh_from_db()
    assert search.student.rejections == 0


def test_preview_rejection_is_the_mail_and_writes_nothing(application, broker):
    preview = selectors.preview_rejection(
        application=application, reason="days", explanation=EXPLANATION, positive="Je was eerlijk."
    )
    assert EXPLANATION in preview.text
    assert "Samira" not in preview.text + preview.subject
    assert not Rejection.objects.exists()
    with pytest.raises(RuleError):
        selectors.preview_rejection(application=application, reason="days", explanation="Nee", positive="Ja")


# --- Invitations and talks ----------------------------------------------------------------------
def test_invite_proposes_times_and_student_chooses_one(application, broker, student):
    interview = invite(application, broker, message="Neem je leerdoelen mee.")
    mail = OutgoingMail.objects.get(template="invitation")
    assert "Neem je leerdoelen mee." in mail.body_text
    assert "Huis van de Wijk" in mail.body_html
    chosen = services.choose_slot(interview=interview, slot=interview.slots.last(), actor=student)
    assert chosen.status == InterviewStatus.PLANNED
    assert OutgoingMail.objects.get(template="slot_chosen").to_user == broker
    services.choose_slot(interview=interview, slot=interview.slots.first(), actor=student)
    interview.refresh_from_db()
    assert interview.sequence == 1
    assert interview.starts_at == interview.slots.first().starts_at


@pytest.mark.parametrize(
    ("code", "values"),
    [
        ("slots_missing", {"slots": []}),
        (
            "slot_past",
            {"slots": [(dt.datetime(2020, 1, 1, 9, tzinfo=dt.UTC), dt.datetime(2020, 1, 1, 10, tzinfo=dt.UTC))]},
        ),
        ("where_missing", {"where": " "}),
        ("round_1_first", {"round": 2}),
    ],
)
def test_invite_refuses(application, broker, code, values):
    with pytest.raises(RuleError) as error:
        invite(application, broker, **values)
    assert error.value.code == code
    application.refresh_from_db()
    assert application.status == ApplicationStatus.SUBMITTED


def test_invite_twice_is_one_invitation(application, broker):
    invite(application, broker)
    with pytest.raises(Conflict):
        invite(application, broker)
    assert OutgoingMail.objects.filter(template="invitation").count() == 1


def test_cancelled_talk_can_be_proposed_again(application, broker, student):
    interview = invite(application, broker)
    services.cancel_interview(interview=interview, actor=student, reason="Ik heb dan les")
    mail = OutgoingMail.objects.get(template="interview_cancelled")
    assert (mail.to_user, "Ik heb dan les" in mail.body_text) == (broker, True)
    again = invite(application, broker)
    assert again.status == InterviewStatus.PROPOSED
    with pytest.raises(Conflict):
        services.choose_slot(interview=interview, slot=interview.slots.first(), actor=student)


def test_host_is_never_in_two_talks_at_once(application, broker, vacancy, student):
    moment = slots(1)
    first = invite(application, broker, slots=moment)
    other = submit(f.SearchFactory(), vacancy)
    second = invite(other, broker, slots=moment)
    services.choose_slot(interview=first, slot=first.slots.get(), actor=student)
    with pytest.raises(Conflict) as error:
        services.choose_slot(interview=second, slot=second.slots.get(), actor=other.student.user)
    assert error.value.code == "slot_taken"
    with pytest.raises(RuleError):
        invite(submit(f.SearchFactory(), vacancy), broker, slots=moment)


def test_second_round_needs_a_good_first_talk(application, broker):
    talk(application, broker, is_positive=False)
    with pytest.raises(RuleError) as error:
        invite(application, broker, round=2)
    assert error.value.code == "round_1_first"


def test_second_round_follows_a_good_first_talk(application, broker):
    talks(application, broker)
    application.refresh_from_db()
    assert application.status == ApplicationStatus.SECOND_ROUND
    assert OutgoingMail.objects.filter(template="invitation").count() == 2


def test_record_needs_words_and_a_planned_talk(application, broker):
    interview = invite(application, broker)
    for record, code in ((" ", "record_empty"), ("Goed", "interview_not_planned")):
        with pytest.raises(RuleError) as error:
            services.record_interview(interview=interview, actor=broker, is_positive=True, record=record)
        assert error.value.code == code


def test_closing_an_application_takes_the_talk_off_the_agenda(application, broker, student):
    interview = invite(application, broker)
    services.choose_slot(interview=interview, slot=interview.slots.first(), actor=student)
    services.withdraw_application(application=application, actor=student)
    interview.refresh_from_db()
    assert interview.status == InterviewStatus.CANCELLED
    assert interview.starts_at is not None
    assert interview.starts_at > now()
