"""One place with all its facts, and how it stands between this student and this place."""

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, OuterRef, Q, Value
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.enums import Route
from organisations.weekdays import listing, needs_text
from placements.browse.cards import allowance_text, can_still_apply, distance_text, is_full, vacancy_days
from placements.enums import Allowance
from placements.models import Application, Favourite, Vacancy, WaitingListEntry
from placements.waiting import PlaceInLine, place_in_line
from stagematch.accounts.models import User
from stagematch.along import along
from stagematch.regions.models import PostcodeArea
from students.models import Student


def _names(relation: str, name: str = "name") -> ArraySubquery:
    """The names on the other side of a many-to-many, as an array in the row itself: no query per relation."""
    rows = (
        Vacancy.objects.filter(pk=OuterRef("pk"), **{f"{relation}__isnull": False})
        .order_by(f"{relation}__{name}")
        .values_list(f"{relation}__{name}", flat=True)
    )
    return ArraySubquery(rows)


def visible_vacancy(user: User | AnonymousUser, public_id: UUID | str, student: Student | None) -> Vacancy | None:
    """Return the place with what its page needs, or None when this user may not see it. Two queries.

    A student keeps seeing a place they reacted to, also when it is no longer published.
    """
    may_see = Q(pk__in=Vacancy.objects.visible_to(user).values("pk"))
    if student is not None:
        may_see |= Q(Exists(Application.objects.filter(student=student, vacancy=OuterRef("pk"))))
    no = Value(False, output_field=BooleanField())
    rows = (
        Vacancy.objects.filter(may_see, public_id=public_id)
        .with_open_applications()
        .annotate(
            is_saved=Exists(Favourite.objects.filter(student=student, vacancy=OuterRef("pk"))) if student else no,
            is_waiting=Exists(WaitingListEntry.objects.filter(student=student, vacancy=OuterRef("pk")))
            if student
            else no,
            process_names=_names("work_processes"),
            field_names=_names("work_fields"),
            qualification_names=_names("qualifications"),
        )
        .select_related("organisation", "team", "location__postcode", "period")
        .defer("search_vector", "search_text")
    )
    return along(rows, "target_groups").first()


def whole(pk: int) -> Vacancy:
    """Return a vacancy with all that its text needs, for somebody who may read it anyway: a teamcoach who agrees. Two queries."""
    return (
        Vacancy.objects.annotate(
            process_names=_names("work_processes"),
            field_names=_names("work_fields"),
            qualification_names=_names("qualifications"),
        )
        .select_related("organisation", "team", "location__postcode", "period", "pool")
        .prefetch_related("target_groups")
        .get(pk=pk)
    )


def years_text(vacancy: Vacancy) -> str:
    """'2 of 3', from the bits of leerjaren."""
    years = [str(n) for n in range(1, 5) if vacancy.years & (1 << (n - 1))]
    return (
        years[0]
        if len(years) == 1
        else _("%(first)s of %(last)s") % {"first": ", ".join(years[:-1]), "last": years[-1]}
    )


def routes_text(vacancy: Vacancy) -> str:
    """The leerwegen a place takes."""
    return listing(str(route.label) for n, route in enumerate(Route) if vacancy.routes & (1 << n))


def _hours(vacancy: Vacancy) -> str:
    if vacancy.hours_min == vacancy.hours_max:
        return _("%(n)s uur per week") % {"n": vacancy.hours_min}
    return _("%(low)s tot %(high)s uur per week") % {"low": vacancy.hours_min, "high": vacancy.hours_max}


def _needed(vacancy: Vacancy) -> str:
    needed = []
    if vacancy.vog_needed:
        needed.append(_("Een VOG. De organisatie vraagt die samen met jou aan."))
    if vacancy.min_age:
        needed.append(_("Je bent %(age)s jaar of ouder.") % {"age": vacancy.min_age})
    if vacancy.requirements:
        needed.append(vacancy.requirements)
    return " ".join(needed)


def facts(vacancy: Vacancy, origin: PostcodeArea | None, km: float | None) -> list[tuple[str, str]]:
    """Return the facts of a place as (question, answer), in the order a student asks; without empty answers."""
    location = vacancy.location
    address = ", ".join(part for part in [location.name, location.street, str(location.postcode.place)] if part)
    allowance = allowance_text(vacancy)
    if vacancy.allowance == Allowance.MONTHLY and not vacancy.allowance_amount:
        allowance = _("Ja, vraag naar het bedrag")
    rows = [
        (_("Soort stage"), str(vacancy.get_kind_display()).capitalize()),
        (_("Dagen"), vacancy_days(vacancy)),
        (_("Tijden"), ", ".join(part for part in [vacancy.times, _hours(vacancy)] if part)),
        (
            _("Periode"),
            _("%(start)s tot en met %(end)s")
            % {"start": date_format(vacancy.starts_on, "j F Y"), "end": date_format(vacancy.ends_on, "j F Y")},
        ),
        (_("Opleiding"), listing(vacancy.qualification_names)),  # type: ignore[attr-defined]
        (_("Leerjaar"), years_text(vacancy)),
        (_("Leerweg"), routes_text(vacancy)),
        (_("Doelgroep"), listing(group.name for group in vacancy.target_groups.all())),
        (_("Werkveld"), listing(vacancy.field_names)),  # type: ignore[attr-defined]
        (_("Plaats"), address),
        (_("Afstand"), _("%(km)s van huis") % {"km": distance_text(km)} if km is not None else ""),
        (
            _("Toegankelijk"),
            " ".join(
                p for p in [_("Zonder trap of drempel.") if location.step_free else "", location.access_info] if p
            ),
        ),
        (_("Kan hier ook"), needs_text(vacancy.offers)),
        (_("Vergoeding"), allowance),
        (_("Ook nodig"), _needed(vacancy)),
    ]
    return [(question, answer[:1].upper() + answer[1:]) for question, answer in rows if answer]


def paragraphs(text: str) -> list[str]:
    """Return the lines of a text that are not empty, without dashes or bullets in front."""
    return [line for raw in text.splitlines() if (line := raw.strip().lstrip("-–•* ").strip())]


@dataclass(frozen=True)
class Standing:
    """What this student can do with this place now; `state` picks the words and the button."""

    state: str  # visitor, other, apply, applied, answered, full, waiting, closed, limit
    mine: Application | None = None
    open_count: int = 0
    limit: int = 0
    waiting: PlaceInLine | None = None


def standing(vacancy: Vacancy, student: Student | None, user: User | AnonymousUser) -> Standing:
    """Return how it stands. One query for a student (three in a row), none for anybody else; services check under a lock."""
    limit = settings.MAX_OPEN_APPLICATIONS
    applications = int(getattr(vacancy, "open_applications", 0))
    if student is None:
        closed = not can_still_apply(vacancy)
        state = "closed" if closed else "other" if user.is_authenticated else "visitor"
        return Standing(state, limit=limit)
    mine = list(Application.objects.filter(student=student).only("public_id", "status", "vacancy_id", "answer_by"))
    open_count = sum(a.is_open for a in mine)
    here = [a for a in mine if a.vacancy_id == vacancy.pk]
    current = next((a for a in here if a.is_open or a.status == "accepted"), None)
    answered = next((a for a in here if a.status == "rejected"), None)
    if current is not None:
        state = "applied"
    elif answered is not None:
        state = "answered"
    elif not can_still_apply(vacancy):
        state = "closed"
    elif is_full(vacancy, applications):
        state = "waiting" if getattr(vacancy, "is_waiting", False) else "full"
    elif open_count >= limit:
        state = "limit"
    else:
        state = "apply"
    waiting = place_in_line(student, vacancy) if state == "waiting" else None
    return Standing(state, current or answered, open_count, limit, waiting)


def job_posting(vacancy: Vacancy, url: str) -> dict[str, Any]:
    """Return the place as schema.org JobPosting, for search engines (features O11)."""
    postcode = vacancy.location.postcode
    data: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": vacancy.title,
        "description": "\n".join([vacancy.summary, *paragraphs(vacancy.tasks)]),
        "identifier": {"@type": "PropertyValue", "name": "stagematch", "value": str(vacancy.public_id)},
        "datePosted": vacancy.publish_from.isoformat() if vacancy.publish_from else None,
        "employmentType": "INTERN",
        "hiringOrganization": {
            "@type": "Organization",
            "name": vacancy.organisation.name,
            **({"sameAs": vacancy.organisation.website} if vacancy.organisation.website else {}),
        },
        "jobLocation": {
            "@type": "Place",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": postcode.place,
                "postalCode": postcode.pc4,
                "addressCountry": "NL",
            },
        },
        "jobStartDate": vacancy.starts_on.isoformat(),
        "totalJobOpenings": max(0, vacancy.places_free),
        "directApply": True,
        "url": url,
    }
    until = vacancy.apply_until or vacancy.publish_until
    if until:
        end = dt.datetime.combine(until, dt.time(23, 59, 59), tzinfo=timezone.get_default_timezone())
        data["validThrough"] = end.isoformat()
    if vacancy.allowance == Allowance.MONTHLY and vacancy.allowance_amount:
        data["baseSalary"] = {
            "@type": "MonetaryAmount",
            "currency": "EUR",
            "value": {"@type": "QuantitativeValue", "value": vacancy.allowance_amount, "unitText": "MONTH"},
        }
    return {key: value for key, value in data.items() if value is not None}


__all__ = [
    "Standing",
    "facts",
    "job_posting",
    "paragraphs",
    "routes_text",
    "standing",
    "visible_vacancy",
    "whole",
    "years_text",
]
