"""The mails of placements: who gets what, with which words filled in. Texts are in `templates/email/<kind>/`.

A key is `<kind>:<number of the application>:…`, so that one cause mails one person once, and so that
`run_retention` finds every mail about an application by its number.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from placements import rules
from placements.enums import ApplicationStatus, InterviewStatus
from placements.models import Application, ForwardRequest, Interview, SavedSearch, Vacancy, WaitingListEntry
from stagematch.accounts.models import User
from stagematch.mail.services import queue_mail

KINDS = (
    "answer_due_half",
    "answer_due_tomorrow",
    "answer_escalated",
    "answer_overdue",
    "answer_overdue_school",
    "answer_overdue_student",
    "application_new",
    "application_received",
    "application_withdrawn",
    "forward_asked",
    "forward_declined",
    "forwarded",
    "interview_cancelled",
    "interview_missed",
    "interview_moving",
    "interview_planned",
    "interview_reminder",
    "interview_times_asked",
    "invitation",
    "offer",
    "offer_accepted",
    "offer_declined",
    "offer_expired",
    "offer_reminder",
    "placed",
    "rejection",
    "reserve_next",
    "reserve_offered",
    "saved_search_news",
    "slot_chosen",
    "waiting_list_room",
)
"""Every kind of mail of this room; each has a folder with subject.txt, body.txt and body.html."""


MOST_NAMED = 10
"""So many places a mail about a saved search names; the rest is one click away."""


def link(name: str, *args: object) -> str:
    """A whole address for in a mail."""
    return f"{settings.BASE_URL}{reverse(name, args=args)}"


def student_link(application: Application) -> str:
    """Where the student follows this application."""
    return link("application-detail", application.public_id)


def broker_link(application: Application) -> str:
    """Where the stagemakelaar works on this application."""
    return link("admin:workspace-candidate", application.public_id)


def vacancy_link(vacancy: Vacancy) -> str:
    """The public page of a vacancy."""
    return link("vacancy-detail", vacancy.public_id)


def brokers_of(application: Application) -> list[User]:
    """The stagemakelaars who hear about this application: who took it up, or else all of the organisation."""
    if application.assigned_to is not None and application.assigned_to.is_active:
        return [application.assigned_to]
    return _members(application, Role.BROKER)


def team_of(application: Application) -> list[User]:
    """The people who will work with the student: the praktijkbegeleider of the offer, and the teamcoaches."""
    people = _members(application, Role.TEAM_LEAD, team=True)
    if application.offered_supervisor is not None:
        people.insert(0, application.offered_supervisor.supervisor.user)
    return list(dict.fromkeys(people))


def _members(application: Application, role: str, *, team: bool = False) -> list[User]:
    rows = Membership.objects.active().filter(organisation=application.vacancy.organisation_id, role=role)
    if team:
        rows = rows.filter(teams=application.vacancy.team_id)
    return [row.user for row in rows.select_related("user").order_by("pk")]


def contact_of(application: Application) -> User | None:
    """Somebody at the student's school to talk to."""
    rows = Membership.objects.active().filter(organisation=application.student.school_id, role=Role.COORDINATOR)
    first = rows.select_related("user").order_by("pk").first()
    return first.user if first else None


def candidate_name(application: Application, status: str | None = None) -> str:
    """What the organisation may call the candidate (R4); `status` is the one they knew the candidate in."""
    known = rules.name_is_visible(application) or status in ApplicationStatus.name_visible()
    return application.student.user.get_full_name() if known else f"Kandidaat {application.alias}"


def context_of(application: Application, **more: Any) -> dict[str, Any]:
    """What every mail of this room is filled in with."""
    vacancy = application.vacancy
    return {"application": application, "vacancy": vacancy, "organisation": vacancy.organisation, **more}


def to_student(kind: str, application: Application, *cause: object, calendar: str = "", **more: Any) -> None:
    """Queue a mail of this kind to the student; `cause` makes its key one of its own, `calendar` goes along."""
    queue_mail(
        key=":".join(str(part) for part in (kind, application.public_id, *cause, "student")),
        template=kind,
        to=application.student.user,
        context=context_of(application, link=student_link(application), to_student=True, **more),
        calendar=calendar,
    )


def _to(
    people: list[User], kind: str, application: Application, *cause: object, address: str = "", **more: Any
) -> None:
    context = {"candidate": candidate_name(application), "link": address or broker_link(application), **more}
    for person in people:
        queue_mail(
            key=":".join(str(part) for part in (kind, application.public_id, *cause, person.pk)),
            template=kind,
            to=person,
            context=context_of(application, to_student=False, **context),
        )


def application_received(application: Application) -> None:
    """To the student: it was sent, and when to expect an answer."""
    to_student("application_received", application)


def application_new(application: Application) -> None:
    """To the stagemakelaars: somebody applied; by alias, like on the screen."""
    _to(brokers_of(application), "application_new", application)


def status_changed(application: Application, *, source: ApplicationStatus, actor: User | None, reason: str) -> None:
    """Mail who must know that an application moved; called by the one setter of the status."""
    match application.status:
        case ApplicationStatus.INVITED | ApplicationStatus.SECOND_ROUND:
            invitation(application.interviews.exclude(status__in=InterviewStatus.off()).order_by("-round")[0])
        case ApplicationStatus.REJECTED:
            rejection(application)
        case ApplicationStatus.OFFERED:
            to_student("offer", application, application.offer_until, supervisor=_supervisor(application))
        case ApplicationStatus.ACCEPTED:
            to_student("placed", application, supervisor=_supervisor(application))
            address = link("team-overview")
            _to(brokers_of(application), "offer_accepted", application, supervisor=_supervisor(application))
            _to(
                team_of(application),
                "offer_accepted",
                application,
                address=address,
                supervisor=_supervisor(application),
            )
        case ApplicationStatus.DECLINED:
            name = candidate_name(application, source)
            _to(brokers_of(application), "offer_declined", application, reason=reason, candidate=name)
        case ApplicationStatus.EXPIRED:
            to_student("offer_expired", application)
            _to(brokers_of(application), "offer_expired", application, candidate=candidate_name(application, source))
        case ApplicationStatus.WITHDRAWN:
            name = candidate_name(application, source)
            _to(brokers_of(application), "application_withdrawn", application, reason=reason, candidate=name)


def _supervisor(application: Application) -> str:
    offered = application.offered_supervisor
    return offered.supervisor.user.get_full_name() if offered else ""


def invitation(interview: Interview, *, calendar: str = "") -> None:
    """To the student: come and talk, choose a time; again, with its own key, when other times are proposed."""
    application = interview.application
    cause = [interview.public_id, *([interview.times_sent] if interview.times_sent else [])]
    slots = list(interview.slots.order_by("starts_at"))
    to_student("invitation", application, *cause, calendar=calendar, interview=interview, slots=slots)


def rejection(application: Application) -> None:
    """To the student: the answer is no, why, what was good, and where else to look."""
    to_student("rejection", application, **rejection_context(application))


def rejection_context(application: Application) -> dict[str, Any]:
    """What the rejection mail needs besides the application; the preview on the workspace uses it too."""
    from placements.selectors import alternatives_for  # selectors read emails' links

    places = [
        {
            "title": v.title,
            "organisation": v.organisation.name,
            "place": v.location.postcode.place,
            "link": vacancy_link(v),
        }
        for v in alternatives_for(application)
    ]
    return {
        "rejection": getattr(application, "rejection", None),
        "places": places,
        "contact": contact_of(application),
        "browse_link": link("vacancy-list"),
    }


def answer_due(application: Application, kind: str, *, days_late: int = 0) -> None:
    """The answer clock (R1). `kind` is 'half', 'tomorrow', 'overdue', 'told' or 'escalated'.

    The first two go to who took the application up, 'overdue' to all stagemakelaars, 'told' to the student and the
    school, 'escalated' to the second contact of the organisation.
    """
    match kind:
        case "half":
            _to(brokers_of(application), "answer_due_half", application)
        case "tomorrow":
            _to(brokers_of(application), "answer_due_tomorrow", application)
        case "overdue":
            people = [*brokers_of(application), *_members(application, Role.BROKER)]
            _to(list(dict.fromkeys(people)), "answer_overdue", application)
        case "told":
            to_student("answer_overdue_student", application)
            address = link("school-late-answers")
            name = application.student.user.get_full_name()
            _to(coordinators_of(application), "answer_overdue_school", application, address=address, candidate=name)
        case "escalated":
            people = second_contacts(application)
            _to(people, "answer_escalated", application, address=vacancy_link(application.vacancy), days_late=days_late)


def coordinators_of(application: Application) -> list[User]:
    """The BPV-coördinatoren of the student's school."""
    rows = Membership.objects.active().filter(organisation=application.student.school_id, role=Role.COORDINATOR)
    return [row.user for row in rows.select_related("user").order_by("pk")]


def second_contacts(application: Application) -> list[User]:
    """Who hears it when the stagemakelaars stay silent: the second contact, or else the platform admins.

    They get the alias and the place, never the name: the first round is blind for them too (R4).
    """
    contact = application.vacancy.organisation.second_contact
    if contact is not None and contact.is_active and contact.user.is_active:
        return [contact.user]
    return list(User.objects.filter(is_superuser=True, is_active=True).order_by("pk"))


def waiting_list_room(entry: WaitingListEntry) -> None:
    """To the first on the waiting list: there is room, apply now."""
    queue_mail(
        key=f"waiting_list_room:{entry.vacancy.public_id}:{entry.student.public_id}:{entry.created_at:%Y%m%d%H%M%S}",
        template="waiting_list_room",
        to=entry.student.user,
        context={
            "vacancy": entry.vacancy,
            "organisation": entry.vacancy.organisation,
            "link": link("apply", entry.vacancy.public_id),
            "until": entry.turn_until,
            "to_student": True,
        },
    )


def saved_search_news(saved: SavedSearch, fresh: list[int], day: dt.date, *, stop: str) -> None:
    """To the student: places that are new in a saved search, at most ten by name."""
    rows = Vacancy.objects.filter(pk__in=fresh[:MOST_NAMED]).select_related("organisation", "location__postcode")
    by_pk = {vacancy.pk: vacancy for vacancy in rows.defer("search_vector", "search_text")}
    places = [
        {
            "title": vacancy.title,
            "organisation": vacancy.organisation.name,
            "place": vacancy.location.postcode.place,
            "link": vacancy_link(vacancy),
        }
        for pk in fresh[:MOST_NAMED]
        if (vacancy := by_pk.get(pk)) is not None
    ]
    queue_mail(
        key=f"saved_search_news:{saved.public_id}:{day}",
        template="saved_search_news",
        to=saved.student.user,
        context={
            "name": saved.name,
            "count": len(fresh),
            "places": places,
            "more": max(0, len(fresh) - len(places)),
            "link": f"{link('vacancy-list')}?{saved.query}&sorteer=nieuwste",
            "manage_link": link("my-saved"),
            "stop_link": stop,
            "frequency": saved.get_frequency_display(),
            "to_student": True,
        },
    )


def reserve_offered(*, closed: Application, offered: Application) -> None:
    """To the stagemakelaars: the next in line got the place that came free, by itself."""
    _to(brokers_of(offered), "reserve_offered", offered, closed.pk, supervisor=_supervisor(offered))


def offer_reminder(application: Application, kind: str) -> None:
    """To the student: an offer waits for an answer; `kind` is 'half' or 'tomorrow'."""
    to_student("offer_reminder", application, application.offer_until, kind, when=kind)


def reserve_next(*, closed: Application, first: Application) -> None:
    """To the stagemakelaars: a place came free, this candidate is next in line."""
    _to(brokers_of(first), "reserve_next", first, closed.pk)


def forward_asked(request: ForwardRequest) -> None:
    """To the student: may another team read what you sent? Nothing happens before a yes."""
    to_student("forward_asked", request.application, request.public_id, **_forward_context(request))


def forwarded(request: ForwardRequest) -> None:
    """To the student: the first application is closed, because you said yes; this is where it is now."""
    assert request.result is not None  # noqa: S101 -- set by the caller; narrows the type
    more = _forward_context(request) | {"link": student_link(request.result), "result": request.result}
    queue_mail(
        key=f"forwarded:{request.application.public_id}:{request.public_id}:student",
        template="forwarded",
        to=request.application.student.user,
        context=context_of(request.application, to_student=True, **more),
    )


def forward_declined(request: ForwardRequest) -> None:
    """To who asked: the student would rather stay with you, so the answer is yours."""
    people = [request.asked_by] if request.asked_by is not None else brokers_of(request.application)
    _to(people, "forward_declined", request.application, request.public_id, to_vacancy=request.to_vacancy)


def _forward_context(request: ForwardRequest) -> dict[str, Any]:
    return {
        "to_vacancy": request.to_vacancy,
        "message": request.message,
        "answer_link": link("forward-answer", request.public_id),
        "place_link": vacancy_link(request.to_vacancy),
    }
