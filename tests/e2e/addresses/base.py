"""One page to look at, and the short ways to a row of the demo that the tables of this package share."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse

from stagematch import clock
from stagematch.links.services import make_link

NOBODY = ""  # somebody who has not signed in
STUDENT = "student@demo.example"
SEARCHING = "student2@demo.example"
BROKER = "stagemakelaar@demo.example"
TEAM_LEAD = "teamcoach@demo.example"
SUPERVISOR = "praktijkbegeleider@demo.example"
COORDINATOR = "bpv@demo.example"
CAREFUL = "bpv2@demo.example"  # has a second factor
ORGANISER = "organisator@demo.example"
OBSERVER = "gemeente@demo.example"
PLATFORM_ADMIN = "beheer@demo.example"


@dataclass(frozen=True)
class Visit:
    """One page to look at, and the status it must have."""

    label: str
    path: str
    status: int = 200


def is_about_the_shortage(email: str, visit: Visit) -> bool:
    """Whether a page belongs to a school or shows the shortage: those are also printed."""
    return email in {COORDINATOR, OBSERVER} or visit.label.startswith(("shortage", "open-data", "own-area"))


def page(name: str, *args: Any, query: str = "", label: str = "", status: int = 200) -> Visit:
    return Visit(
        label or name.removeprefix("admin:") + (f" {query}" if query else ""), reverse(name, args=args) + query, status
    )


def first(rows: Any) -> Any:
    found = rows.order_by("pk").first()
    assert found is not None, f"the demo data has no such row: {rows.query}"
    return found


def link_to(purpose: str, subject: Any) -> str:
    """The path of a new secret page about something."""
    address = make_link(
        purpose=purpose, subject=subject, expires_at=clock.now() + dt.timedelta(days=2), email="x@demo.example"
    )
    return address.removeprefix(settings.BASE_URL)
