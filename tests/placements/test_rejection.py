"""A no explains itself (R2): in own words, for this student, in a decent tone, from a template that is only a start."""

# mypy: disable-error-code="union-attr, arg-type, operator, misc"

import pytest
from django.db import IntegrityError

from placements import rules, selectors, tone
from placements.answer_templates import PLACEHOLDERS, fill, templates_of, validate_placeholders
from placements.enums import AnswerKind, RejectionReason
from placements.explanation import own_words, similarity
from placements.models import AnswerTemplate, Rejection
from placements.texts import REJECTION_TEMPLATES
from stagematch.mail.models import OutgoingMail
from stagematch.ui.errors import RuleError
from tests import factories as f
from tests.placements.steps import EXPLANATION, reject, submit

OWN = "Je schreef dat je graag met jongeren werkt. Bij ons komen vooral ouderen, en op dinsdag koken we met hen."


def code_of(application, broker, **kwargs) -> str:
    with pytest.raises(RuleError) as error:
        reject(application, broker, **kwargs)
    assert not Rejection.objects.filter(application=application).exists()
    return error.value.code


@pytest.fixture
def application(search, vacancy, broker):
    return submit(search, vacancy)


def test_every_reason_has_words_to_start_from():
    assert set(REJECTION_TEMPLATES) == set(RejectionReason)


@pytest.mark.parametrize("reason", list(RejectionReason))
def test_a_template_is_never_enough(application, broker, reason):
    template = REJECTION_TEMPLATES[reason]
    for text in (template, template.upper(), f"Hoi. {template} Groetjes!", template * 2, f"Beste student, {template}"):
        if len(text) >= rules.MIN_EXPLANATION:
            assert code_of(application, broker, explanation=text) == "explanation_template"


def test_a_template_with_own_sentences_is_fine(application, broker):
    assert reject(application, broker, explanation=f"{REJECTION_TEMPLATES[RejectionReason.MANY]} {OWN}")


def test_the_template_of_the_organisation_is_not_enough_either(application, broker, organisation):
    text = "Op {plek} van {team} waren alle plekken al vergeven toen jouw reactie bij ons binnenkwam, en dat is jammer."
    AnswerTemplate.objects.create(organisation=organisation, kind=AnswerKind.REJECTION, name="Vol", text=text)
    assert code_of(application, broker, explanation=fill(text, application)) == "explanation_template"
    assert reject(application, broker, explanation=f"{fill(text, application)} {OWN}")


@pytest.mark.parametrize(
    "changed",
    [
        EXPLANATION.upper(),
        EXPLANATION.replace("dinsdag", "maandag"),
        f"Beste Linde, {EXPLANATION}",
        EXPLANATION.replace(".", "!!") + " Groetjes, Yara",
        EXPLANATION.replace("koken", "köken"),
    ],
)
def test_the_last_text_with_another_day_or_name_is_the_same_text(application, broker, vacancy, changed):
    reject(submit(f.SearchFactory(), vacancy), broker)
    assert code_of(application, broker, explanation=changed) == "explanation_repeated"


def test_a_person_may_not_repeat_it_at_another_organisation(application, broker, organisation, other_vacancy):
    f.MembershipFactory(user=broker, organisation=other_vacancy.organisation)
    reject(submit(f.SearchFactory(), other_vacancy), broker)
    assert code_of(application, broker) == "explanation_repeated"


@pytest.mark.parametrize("text", ["aap " * 30, "nee nee niet niet " * 10, "." * 100, "x" * 100])
def test_filling_up_is_no_explanation(application, broker, text):
    assert code_of(application, broker, explanation=text) == "explanation_short"


@pytest.mark.parametrize("positive", ["", " ", "ok", "Goed!", "- -  -"])
def test_what_was_good_is_a_sentence(application, broker, positive):
    assert code_of(application, broker, positive=positive) == "positive_required"


def test_similarity_and_own_words_are_what_they_say():
    assert similarity("Een, twee!", "een twee") == 1
    assert similarity("een twee drie", "vier vijf zes") == 0
    assert own_words("We koken op dinsdag met de groep en jij kunt niet", "op dinsdag met de groep") == 6
    assert own_words("vier vijf", "een twee drie") == 2


def test_preview_is_word_for_word_the_mail(application, broker, student):
    words = {
        "reason": "days",
        "explanation": OWN,
        "positive": "Je schreef eerlijk.",
        "tip": "Kijk bij het jongerenwerk.",
    }
    preview = selectors.preview_rejection(application=application, actor=broker, **words)
    reject(application, broker, **words)
    mail = OutgoingMail.objects.get(template="rejection")
    assert preview.subject == mail.subject
    assert preview.text.replace(f"Hoi {application.alias},", f"Hoi {student.get_short_name()},") == mail.body_text


def test_preview_hides_the_places_near_the_home_until_the_name_is_known(application, broker, other_vacancy):
    words = {"reason": "days", "explanation": OWN, "positive": "Je schreef eerlijk."}
    preview = selectors.preview_rejection(application=application, **words)
    assert other_vacancy.title not in preview.text
    assert preview.hidden_places == 1
    reject(application, broker, **words)
    assert other_vacancy.title in OutgoingMail.objects.get(template="rejection").body_text


def test_a_mail_names_at_most_three_places(application, broker, vacancy):
    for _ in range(5):
        f.VacancyFactory()
    reject(application, broker)
    assert OutgoingMail.objects.get(template="rejection").body_text.count("/stageplekken/") == 3 + 1


# --- Tone -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "text", ["Helaas.", "Je bent niet geschikt", "er waren betere kandidaten", "Veel succes verder", "Wij kunnen u niet",
             "je bent afgewezen", "tevens", "er was geen klik"],
)  # fmt: skip
def test_words_to_avoid_get_advice(text):
    (hint, *_more) = tone.hints(text)
    assert not hint.serious
    assert hint.advice


@pytest.mark.parametrize("text", ["Je bent te jong.", "We zoeken liever een man", "vanwege je hoofddoek", "je accent"])
def test_what_may_never_be_a_reason_is_said_first(text):
    assert tone.hints(f"Helaas. {text}")[0].serious


@pytest.mark.parametrize("text", [OWN, EXPLANATION, *map(str, REJECTION_TEMPLATES.values())])
def test_a_decent_text_gets_no_remarks(text):
    assert tone.hints(text) == []


def test_reading_level_is_about_the_length_of_sentences():
    assert tone.reading("") is None
    easy = tone.reading("We koken op dinsdag. Dan heb jij les.")
    assert (easy.sentences, easy.average, easy.longest, easy.is_easy) == (2, 4, 4, True)
    hard = tone.reading("woord " * 20 + ".")
    assert not hard.is_easy
    assert "20" in hard.text


# --- Templates of an organisation -------------------------------------------------------------------
def test_placeholders_are_filled_in_and_checked(application):
    text = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    validate_placeholders(text)
    assert "{" not in fill(text, application)
    assert application.vacancy.title in fill("{Plek}", application)


@pytest.mark.parametrize(
    ("text", "code"),
    [("Beste {naam}", "unknown_placeholder"), ("{plek", "open_brace"), ("{{plek}}", "open_brace"), ("{}", "unknown_placeholder")],
)  # fmt: skip
def test_a_wrong_placeholder_is_refused_with_what_may_be_used(text, code):
    with pytest.raises(RuleError) as error:
        validate_placeholders(text)
    assert error.value.code == code
    assert "{plek}" in error.value.message


def test_templates_are_of_one_organisation_and_fit_the_reason(organisation, other_organisation):
    def make(name, **kwargs):
        values = {"organisation": organisation, "kind": AnswerKind.REJECTION, "name": name, "text": "Tekst."}
        return AnswerTemplate.objects.create(**values | kwargs)

    make("a", reason="days")
    make("b")
    make("c", reason="year")
    make("d", is_active=False)
    make("e", organisation=other_organisation)
    make("f", kind=AnswerKind.INVITATION)
    assert [t.name for t in templates_of(organisation.pk, AnswerKind.REJECTION, "days")] == ["a", "b"]
    with pytest.raises(IntegrityError):
        make("g", kind=AnswerKind.INVITATION, reason="days")


# --- In the admin ---------------------------------------------------------------------------------
ADD = "/beheer/placements/answertemplate/add/"


def fields(organisation, **kwargs) -> dict[str, str]:
    values = {"organisation": str(organisation.pk), "kind": "rejection", "reason": "", "name": "Vol", "is_active": "on"}
    return values | {"text": "Op {plek} waren alle plekken al vergeven."} | kwargs


def test_stagemakelaar_writes_a_template_for_the_own_organisation_only(
    client, broker, organisation, other_organisation
):
    client.force_login(broker)
    assert "Een sjabloon is een begin" in client.get(ADD).content.decode()
    assert client.post(ADD, fields(organisation)).status_code == 302
    client.post(ADD, fields(other_organisation, name="Niet van mij"))
    assert [t.organisation for t in AnswerTemplate.objects.all()] == [organisation]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"text": "Beste {naam}, de plek is vol."}, "{naam} kunnen we niet invullen. Kies uit: {plek}"),
        ({"text": "De {plek is vol."}, "losse accolade"),
        ({"text": "Je bent te jong voor {plek}."}, "stagediscriminatie"),
        ({"kind": "invitation", "reason": "days"}, "Een reden hoort bij een afwijzing"),
    ],
)
def test_a_template_that_goes_wrong_is_refused_with_what_to_do(client, broker, organisation, changed, said):
    client.force_login(broker)
    assert said in client.post(ADD, fields(organisation, **changed)).content.decode()
    assert not AnswerTemplate.objects.exists()


def test_a_template_of_another_organisation_does_not_exist(client, broker, other_organisation):
    theirs = AnswerTemplate.objects.create(
        organisation=other_organisation, kind="rejection", name="Van een ander", text="y"
    )
    client.force_login(broker)
    assert client.get(f"/beheer/placements/answertemplate/{theirs.pk}/change/").status_code in {302, 404}
    assert theirs.name not in client.get("/beheer/placements/answertemplate/").content.decode()
