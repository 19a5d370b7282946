"""More pages of a school, which `addresses` has no room for: answers, faults, and schools with little to show.

A school without students and one where everybody has a place are made here: the demo has neither.
"""

from collections.abc import Iterator

from organisations.enums import Role
from organisations.models import Membership, Organisation
from shortages.models import DemandCell, ShortageSnapshot
from stagematch.accounts.models import User
from students.models import PlacementSearch
from tests import factories as f
from tests.e2e.addresses.base import COORDINATOR, Visit, page

NEW_SCHOOL = "bpv-nieuw@demo.example"
CALM_SCHOOL = "bpv-rustig@demo.example"
EMPTY = (
    "shortage-dashboard",
    "shortage-students",
    "shortage-what-if",
    "shortage-fit",
    "shortage-expected",
    "shortage-forecast",
    "school-students",
    "school-classes",
    "school-help",
    "school-help-settings",
    "school-tasks",
    "school-import",
    "school-waves",
    "school-tokens",
    "school-placements",
    "school-own-places",
    "school-late-answers",
    "school-reports",
    "school-proposals",
    "school-inventory",
)


def answers() -> Iterator[Visit]:
    """What a coordinator gets back: the answer of a what-if, the faults in it, lists that were chosen."""
    asked = "?waar=g:GM0599&kwalificatie=25615&leerjaar=2&dagen=1&dagen=2&plekken=5"
    place = _where()
    yield page("shortage-what-if", query=asked.replace("g:GM0599", place), label="shortage-what-if answered")
    yield page(
        "shortage-what-if",
        query="?waar=nergens&kwalificatie=0&leerjaar=9&plekken=900",
        label="shortage-what-if with faults",
        status=422,
    )
    yield page("shortage-students", label="shortage-students everybody")
    yield page("shortage-students", query="?gemeente=GM0599", label="shortage-students of a gemeente")
    yield page("shortage-students", query="?gemeente=GM0014", label="shortage-students nobody")
    yield page("shortage-dashboard", query="?gebied=corop", label="shortage-dashboard per COROP-gebied")
    yield page("shortage-fit", query="?leerjaar=1", label="shortage-fit of leerjaar 1")
    yield page("school-students", query="?stand=searching&leerjaar=2", label="school-students chosen")
    yield page("school-students", query="?pagina=2", label="school-students second page")
    yield page("school-help", query="?pagina=2", label="school-help second page")


def _where() -> str:
    """A choice of 'Waar komen de plekken?' as the page itself offers it."""
    from django.test import RequestFactory

    from shortages.dashboard.whatif import WhatIfPage
    from shortages.views.school import page_of

    request = RequestFactory().get("/")
    request.user = User.objects.get(email=COORDINATOR)
    form = WhatIfPage(page_of(request), request.GET).form
    return str(next(value for _group, places in form.fields["waar"].choices for value, _label in places))


def _coordinator(email: str, school: str) -> User:
    found = User.objects.filter(email=email).first()
    if found is None:
        organisation = f.SchoolFactory(name=school, slug=school.lower().replace(" ", "-"))
        found = f.UserFactory(email=email, first_name="Noor", last_name="Verzonnen")
        Membership.objects.create(user=found, organisation=organisation, role=Role.COORDINATOR)
    return found


def new_school() -> Iterator[Visit]:
    """A school that has just begun: no students, so no count either."""
    _coordinator(NEW_SCHOOL, "Nieuwe School")
    for name in (*EMPTY, "home"):
        yield page(name, label=f"{name} of a new school")


def calm_school() -> Iterator[Visit]:
    """A school where nobody is short: everybody has a place or talks about one."""
    user = _coordinator(CALM_SCHOOL, "Rustige School")
    school = Organisation.objects.get(memberships__user=user)
    night = ShortageSnapshot.objects.order_by("-day")[0]
    like = DemandCell.objects.filter(snapshot=night).order_by("pk")[0]
    if not DemandCell.objects.filter(snapshot=night, school=school).exists():
        DemandCell.objects.create(
            snapshot=night, school=school, programme=like.programme, municipality=like.municipality,
            period=like.period, year=2, days=like.days, students=7, placed=5, talking=2, open=0, applying=0, silent=0,
            without_fit=0, competing=0, structural=0.0,
        )  # fmt: skip
    assert PlacementSearch.objects.exists()
    for name in ("shortage-dashboard", "shortage-students", "shortage-what-if", "shortage-fit", "shortage-forecast"):
        yield page(name, label=f"{name} where nobody is short")


TABLE = {"bpv answers": answers, "bpv of a new school": new_school, "bpv of a calm school": calm_school}
ROLES = {"bpv answers": COORDINATOR, "bpv of a new school": NEW_SCHOOL, "bpv of a calm school": CALM_SCHOOL}
