"""The pages of a school."""

from collections.abc import Iterator

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.conf import settings

from organisations.enums import Role
from organisations.models import Membership
from placements.models import (
    HelpTask,
    Report,
)
from stagematch.accounts.models import User
from students.models import ImportStatus, StudentImport
from students.services import uploads
from tests.e2e.addresses.base import CAREFUL, COORDINATOR, STUDENT, Visit, first, page


def bpv() -> Iterator[Visit]:
    """The coordinator's students, and setting up a second factor."""
    yield page("shortage-dashboard")
    yield page("shortage-dashboard", query="?gebied=provincie&alles=ja", label="shortage-dashboard of regions")
    yield page("shortage-students", query="?leerjaar=2&soort=structureel")
    yield page("shortage-what-if")
    yield page("shortage-what-if", query="?kan=km-5", label="shortage-what-if own students")
    yield page("school-proposals")
    yield page("mfa_activate_totp")
    yield page("shortage-fit")
    yield page("school-students")
    yield page("school-late-answers")
    yield page("school-import")
    yield page("school-waves")
    yield page("school-tokens")
    yield from _imports()
    yield page("school-ask", User.objects.get(email=STUDENT).student.public_id)
    yield page("school-help")
    yield page("school-help", query="?reden=rejected", label="school-help of one reason")
    yield page("school-help-settings")
    yield page("school-tasks")
    yield page("school-tasks", query="?welke=klaar", label="school-tasks done")
    helped = first(HelpTask.objects.filter(owner__email=COORDINATOR, status="open")).student
    yield page("school-student", helped.public_id)
    yield page("school-student", helped.public_id, query="?doe=rejected", label="school-student with a new task")
    yield page("school-classes")
    yield page("school-classes", query=f"?klas={helped.class_name}", label="school-classes of one class")
    yield page("school-reports")
    yield page("shortage-expected")
    yield page("shortage-expected", query="?periode=sep-jan-2028", label="shortage-expected next year")
    yield page("shortage-forecast")
    yield page("shortage-forecast", query="?periode=sep-jan-2028", label="shortage-forecast not yet")
    yield page("school-report", first(Report.objects.all()).public_id)
    yield page("school-placements")
    yield page("school-inventory")
    yield page("school-inventory-new")
    yield page("school-own-places")
    yield page("school-colleagues")
    yield page("my-invitations")
    yield page("school-students", query="?q=bestaatechtniet", label="school-students empty")
    yield page("home")
    yield page("account")
    yield page("mail-preferences")


def _imports() -> Iterator[Visit]:
    """A list on its way in at every step: just sent, faulty, good, at the worker, done."""
    user = User.objects.get(email=COORDINATOR)
    school = Membership.objects.get(user=user, role=Role.COORDINATOR).organisation
    good = (settings.BASE_DIR / "docs" / "samples" / "studenten-zadkine.csv").read_bytes()

    def sent(content: bytes) -> StudentImport:
        return uploads.keep_upload(school=school, actor=user, file_name="lijst.csv", content=content)

    def checked(content: bytes) -> StudentImport:
        upload = sent(content)
        mapping = uploads.guess_mapping(upload, uploads.open_upload(content))
        return uploads.choose_columns(upload=upload, actor=user, mapping=mapping)

    faulty, fine, done = checked(good.replace(b";25615;", b";1;")), checked(good), checked(good)
    uploads.confirm_import(upload=done, actor=user)
    waiting = checked(good)
    StudentImport.objects.filter(pk=waiting.pk).update(status=ImportStatus.CHECKING)
    yield page("school-import-columns", sent(good).public_id)
    yield page("school-import-check", faulty.public_id, label="school-import-check with faults")
    yield page("school-import-check", fine.public_id)
    yield page("school-import-progress", waiting.public_id)
    yield page("school-import-report", done.public_id)


def second_factor() -> Iterator[Visit]:
    """Setting up an authenticator app, recovery codes and a passkey, and what is there to see afterwards."""
    user = User.objects.get(email=CAREFUL)
    if not Authenticator.objects.filter(user=user).exists():
        TOTP.activate(user, generate_totp_secret())
        RecoveryCodes.activate(user)
    for name in (
        "mfa_index",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_reauthenticate",
    ):
        yield page(name)
