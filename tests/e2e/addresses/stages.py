"""The file of a stage, as everybody in it sees it."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from organisations.models import Membership
from placements.dossier.access import Acting, whole_files
from placements.dossier.enums import Side
from placements.dossier.links import GUARDIAN, personal_link
from placements.dossier.page import FilePage
from placements.models import (
    Placement,
)
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.services import make_link
from tests.e2e.addresses.base import Visit, first, page


def stage_with(**which: Any) -> Placement:
    found: Placement = first(whole_files().filter(**which))
    return found


def school_with_stages() -> User:
    stopped = stage_with(status="ended_early")
    member = Membership.objects.filter(organisation=stopped.student.school, role="coordinator").order_by("pk").first()
    assert member is not None
    return member.user


def stage_actions(placement: Placement, side: Side, user: User, *, base: str = "") -> Iterator[Visit]:
    """Every form somebody can open now in the file of a stage."""
    acting = Acting(placement, placement.file, side, user, by_link=bool(base))
    for slug, url in FilePage(acting, base=base).urls.items():
        yield Visit(f"placement {side} {slug}", url)


def stage_student() -> Iterator[Visit]:
    """A student whose stage is about to begin: the one page, and every form on it."""
    placement = stage_with(status="agreed", file__is_minor=False)
    yield page("my-stage")
    yield page("my-overview", label="my-overview with a stage")
    yield from stage_actions(placement, Side.STUDENT, placement.student.user)


def stage_over() -> Iterator[Visit]:
    """A student whose stage is done."""
    placement = stage_with(status="finished")
    yield page("my-stage", label="my-stage finished")
    yield from stage_actions(placement, Side.STUDENT, placement.student.user)


def stage_school() -> Iterator[Visit]:
    """A coordinator with stages: the list, a stage that stopped, and the forms of one that runs."""
    user = school_with_stages()
    yield page("school-placements")
    yield page("school-placements", query="?stand=vervanging")
    yield page("school-placements", query="?q=bestaatechtniet", label="school-placements empty")
    for placement in Placement.objects.of_school(user).order_by("status", "pk").distinct("status"):
        yield page("school-placement", placement.public_id, label=f"school-placement {placement.status}")
    active = first(whole_files().filter(pk__in=Placement.objects.of_school(user).active().values("pk")))
    yield from stage_actions(active, Side.SCHOOL, user)


def stage_links() -> Iterator[Visit]:
    """The pages of a stage that work without an account."""
    running = stage_with(status="running")
    path = urlsplit(personal_link(running, Side.SUPERVISOR)).path
    yield Visit("guidance-link", path)
    yield from stage_actions(running, Side.SUPERVISOR, running.supervisor.supervisor.user, base=path)
    address = make_link(
        purpose=GUARDIAN,
        subject=running,
        email="ouder@voorbeeld.example",
        single_use=True,
        expires_at=now() + dt.timedelta(days=1),
    )
    yield Visit("guardian-link", urlsplit(address).path)
