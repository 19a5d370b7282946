"""The agreement of a stage: what is in it, the draft as a PDF, and who signed (features O9, domain B1)."""

import datetime as dt
import io

import pytest
from pypdf import PdfReader

from organisations.models import Accreditation
from placements.dossier import services
from placements.dossier.checklist import checklist_of
from placements.dossier.enums import Party, SignedHow
from placements.dossier.files import proposed_moments
from placements.dossier.pok import agreement_of, pok_pdf
from placements.models import Placement
from stagematch.clock import today
from stagematch.ui.errors import Conflict, RuleError
from tests import factories as f
from tests.placements.dossier_steps import AGREED, complete_agreement, papers, sign_all
from tests.placements.steps import place


@pytest.fixture
def placement(search, vacancy, broker, capacity, coordinator) -> Placement:
    return place(search, vacancy, broker, capacity)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def tags_of(reader: PdfReader) -> set[str]:
    """The kinds of elements in the structure tree."""
    found: set[str] = set()
    queue = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while queue:
        node = queue.pop().get_object()
        if isinstance(node, dict):
            if "/S" in node:
                found.add(str(node["/S"]))
            kids = node.get("/K")
            if kids is not None:
                queue.extend(kids.get_object() if isinstance(kids.get_object(), list) else [kids])
    return found


def test_accepting_an_offer_makes_the_file_with_three_moments_one_on_the_spot(placement):
    file = placement.file
    moments = list(file.moments.all())
    assert file.learning_goals == ["Een groep begeleiden"]  # carried from the application, not typed again
    assert len(moments) == 3
    assert sum(moment.on_spot for moment in moments) == 1
    assert all(placement.starts_on <= moment.planned_on <= placement.ends_on for moment in moments)
    assert all(moment.planned_on.weekday() < 5 for moment in moments)
    assert services.file_of(placement).pk == file.pk  # and never a second one


def test_the_draft_is_an_accessible_pdf_with_every_part_of_the_agreement(placement, broker):
    complete_agreement(placement, broker)
    pdf = pok_pdf(placement, services.file_of(placement))
    reader = PdfReader(io.BytesIO(pdf))
    root = reader.trailer["/Root"]
    assert root["/Lang"].startswith("nl")
    assert root["/MarkInfo"]["/Marked"]
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata.title == "Praktijkovereenkomst van Samira El Amrani bij Buurthuis De Kade"
    assert {"/H1", "/Table", "/TH", "/TD"} <= tags_of(reader)
    text = text_of(pdf)
    for part in (
        "concept", "Samira El Amrani", "Roc De Brug", "Buurthuis De Kade", "100123456", "25615", "Sociaal werker",
        "maandag en dinsdag", "320", "Een groep begeleiden", "€ 350 per maand", "startgesprek", "Handtekeningen",
    ):  # fmt: skip
        assert part in text, part
    assert placement.supervisor.supervisor.user.get_full_name() in text


def test_what_is_not_known_is_listed_as_still_to_fill_in(placement):
    file = services.file_of(placement)
    missing = [row.label for row in agreement_of(placement, file).missing]
    assert "Leerbedrijf-ID van SBB" in missing
    assert "Begeleider van school" in missing
    text = text_of(pok_pdf(placement, file))
    assert "Nog invullen" in text
    assert "nog invullen" in text


def test_an_erkenning_for_another_version_of_the_kwalificatie_is_on_it(placement):
    newer = f.QualificationFactory(valid_from=today())
    Accreditation.objects.create(
        organisation=placement.vacancy.organisation, qualification=newer, status="recognised", checked_on=today()
    )
    rows = [row for part in agreement_of(placement, services.file_of(placement)).sections for row in part.rows]
    [found] = [row.value for row in rows if row.label == "Erkenning voor deze opleiding"]
    assert "nagekeken op" in found


def test_what_people_write_is_never_run_in_the_pdf(placement, broker):
    nasty = '#panic("x") $ \\ *vet* <a> ] [ #set text(red)'
    complete_agreement(placement, broker, guidance=nasty)
    assert '#panic("x")' in text_of(pok_pdf(placement, services.file_of(placement)))


def test_nobody_signs_an_agreement_that_misses_something(placement, student):
    with pytest.raises(RuleError) as error:
        services.sign(
            placement=placement,
            party=Party.STUDENT,
            name="Samira",
            signed_on=today(),
            how=SignedHow.ACCOUNT,
            actor=student,
        )
    assert error.value.code == "incomplete"


def test_a_party_signs_once_and_not_tomorrow(placement, broker):
    complete_agreement(placement, broker)
    values = {"placement": placement, "party": Party.SCHOOL, "name": "Fatma", "how": SignedHow.PAPER, "actor": broker}
    with pytest.raises(RuleError) as error:
        services.sign(**values, signed_on=today() + dt.timedelta(days=1))
    assert error.value.code == "in_future"
    services.sign(**values, signed_on=today())
    with pytest.raises(Conflict):
        services.sign(**values, signed_on=today())


def test_a_guardian_signs_for_a_minor_only(placement, broker, student):
    complete_agreement(placement, broker)
    values = {
        "placement": placement, "party": Party.GUARDIAN, "name": "Ouder", "how": SignedHow.LINK, "actor": None,
        "signed_on": today(),
    }  # fmt: skip
    with pytest.raises(RuleError) as error:
        services.sign(**values)
    assert error.value.code == "guardian_not_needed"
    with pytest.raises(RuleError) as error:
        services.answer_minor(placement=placement, actor=student, is_minor=True)
    assert error.value.code == "guardian_needed"
    services.answer_minor(placement=placement, actor=student, is_minor=True, guardian_name="Ouder Verzonnen")
    services.sign(**values)
    file = services.answer_minor(placement=placement, actor=student, is_minor=False)
    assert not file.signatures.filter(reset_at__isnull=True).exists()
    assert file.guardian_name == ""


def test_the_same_values_again_change_nothing(placement, broker):
    complete_agreement(placement, broker)
    sign_all(placement, broker)
    services.update_agreement(placement=placement, actor=broker, **AGREED)
    assert services.file_of(placement).signatures.filter(reset_at__isnull=True).count() == 3


def test_the_checklist_follows_the_file(placement, broker):
    before = checklist_of(placement, services.file_of(placement))
    assert {item.key for item in before.blocking} == {
        "minor", "agreement", "sign_student", "sign_school", "sign_organisation", "vog",
    }  # fmt: skip
    papers(placement, broker)
    after = checklist_of(placement, services.file_of(placement))
    assert after.blocking == []
    assert after.done == before.done + 6
    assert all(item.owners and item.due for item in after.items)


def test_a_short_stage_still_gets_its_moments_within_it(placement):
    short = Placement(starts_on=dt.date(2027, 2, 1), ends_on=dt.date(2027, 2, 19), vacancy=placement.vacancy)
    days = [day for _kind, day, _on_spot in proposed_moments(short)]
    assert days == sorted(days)
    assert all(short.starts_on <= day <= short.ends_on for day in days)


def test_a_change_after_signing_needs_a_reason_and_lets_everybody_sign_again(placement, broker, mailbox_keys):
    complete_agreement(placement, broker)
    sign_all(placement, broker)
    with pytest.raises(RuleError) as error:
        services.update_agreement(placement=placement, actor=broker, **AGREED | {"total_hours": 400})
    assert error.value.code == "reason_needed"
    services.update_agreement(
        placement=placement, actor=broker, reason="Meer uren in mei.", **AGREED | {"total_hours": 400}
    )
    file = services.file_of(placement)
    assert file.version == 2
    assert not file.signatures.filter(reset_at__isnull=True).exists()
    assert set(file.signatures.values_list("reset_reason", flat=True)) == {"Meer uren in mei."}
    assert {key.split(":")[0] for key in mailbox_keys()} >= {"placement_changed"}
    assert {item.key for item in checklist_of(placement, file).open} >= {"sign_student", "sign_school"}
    sign_all(placement, broker)  # the new version can be signed
