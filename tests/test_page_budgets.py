"""No page asks the database more than twelve questions, the same one twice, or one per row (quality.md, 'pages').

Walks every page of `tests.e2e.addresses`, and the admin's, on the small demo. `python -m tests.page_budgets --where --only WORD`
shows which lines asked what.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import transaction

from matchmaking import fit, names
from placements.browse import options
from tests.e2e.demo_site import throw_away_database
from tests.page_budgets import BUDGET, Page, roles, walk

HEADER = "the header of a platform admin asks whether that is a student, and which roles"
TOO_MANY: dict[str, tuple[int, str]] = {
    "bpv: shortage-fit": (14, "names and borders of every gemeente, read for the drill-down"),
    "gemeente: own-area": (13, "names and borders of every gemeente, read for the drill-down"),
    "beheer: matching-student": (13, HEADER),
    "admin of beheer: placements_vacancy_change": (13, HEADER),
    "admin of beheer: organisations_organisation_change": (15, f"four lists below the form; {HEADER}"),
}
"""Pages over the budget: how many questions they may ask, and why."""
ALLAUTH = "allauth asks per kind of second factor, however many there are"
NOT_OURS: dict[str, str] = {
    "student: account_reauthenticate": ALLAUTH,
    "student: socialaccount_connections": "allauth asks its adapter twice which schools one can sign in at",
    "bpv: mfa_activate_totp": ALLAUTH,
    "bpv with a second factor: mfa_deactivate_totp": ALLAUTH,
    "bpv with a second factor: mfa_view_recovery_codes": ALLAUTH,
    "bpv with a second factor: mfa_generate_recovery_codes": ALLAUTH,
    "bpv with a second factor: mfa_add_webauthn": ALLAUTH,
    "bpv with a second factor: mfa_reauthenticate": ALLAUTH,
}
"""Pages that ask something more than once, and why that is left."""


@pytest.fixture(scope="module")
def pages(
    django_db_setup: None,
    django_db_blocker: Any,
    django_db_keepdb: bool,
    django_db_createdb: bool,
    tmp_path_factory: Any,
) -> Iterator[list[Page]]:
    """Every page of the small demo, visited once by who it is for; all in one transaction that is taken back."""
    keep = django_db_keepdb and not django_db_createdb
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        throw_away_database(keep=keep),
        transaction.atomic(),
    ):
        from django.conf import settings

        patch.setattr(settings, "MEDIA_ROOT", str(tmp_path_factory.mktemp("media")))
        patch.setattr(settings, "ALLOWED_HOSTS", ["*"])
        # What a process keeps for half a minute does not belong to one page.
        patch.setattr(fit, "POLICY_SECONDS", float("inf"))
        patch.setattr(names, "KEEP_SECONDS", float("inf"))
        options.forget()
        call_command("load_demo", "--size", "small", verbosity=0)
        call_command("run_matching", verbosity=0)
        fit.engine_policy()
        yield [page for role, email, visits in roles() for page in walk(role, email, visits)]
        transaction.set_rollback(True)
        fit.forget_policy()
        names._kept.clear()
        options.forget()


def test_the_walk_saw_the_pages(pages: list[Page]) -> None:
    assert len(pages) > 300
    assert [page.name for page in pages if page.status >= 500] == []
    assert len({page.name for page in pages if page.asked}) > 250


def test_no_page_asks_too_much(pages: list[Page]) -> None:
    over = {page.name: len(page.asked) for page in pages if len(page.asked) > TOO_MANY.get(page.name, (BUDGET, ""))[0]}
    assert over == {}


def test_no_page_asks_the_same_twice(pages: list[Page]) -> None:
    twice = {page.name: page.repeated for page in pages if page.repeated and page.name not in NOT_OURS}
    assert twice == {}


def test_no_page_asks_a_question_per_row(pages: list[Page]) -> None:
    loops = {page.name: page.looped for page in pages if page.looped and page.name not in NOT_OURS}
    assert loops == {}
