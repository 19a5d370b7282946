"""What pledges tell the rooms below them: links, mail, blocks on other pages, and who follows vacancies and students."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models.signals import post_delete, post_save
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaking.demo import hooks as demo_hooks
from organisations import panels
from organisations.enums import Role
from organisations.roles import has_role
from placements.enums import VacancyStatus
from placements.models import Placement, Vacancy
from placements.services.retention import register_forgetter
from placements.states import diagram, register_chapter
from roadshows import pledge_emails
from roadshows.pledge_enums import PLEDGE_TRANSITIONS, PledgeStatus
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.links.models import SecretLink
from stagematch.links.purposes import register_purpose
from stagematch.mail.topics import Frequency, register_topic
from stagematch.ui import context, invariants
from stagematch.ui.admin_site import StagematchAdminSite
from students.services import register_address_forgetter, register_export


def register() -> None:
    """Register purposes, mails, the topic, pages in the admin, blocks, terms, and the signals of vacancies and placements."""
    from roadshows import demo_pledges
    from roadshows.services.pledge_questions import forget_address, forget_pledges
    from roadshows.services.pledges import HELPER
    from roadshows.views.pledge_work import admin_urls, team_block

    register_purpose(
        pledge_emails.PURPOSE,
        url_name="pledge-by-link",
        label=_("zeggen hoe het met je toezegging gaat"),
        renew=renewal,
    )
    register_purpose(HELPER, url_name="pledge-helper", label=_("toezeggingen opnemen"))
    pledge_emails.register_samples()
    register_topic(
        "pledges",
        label=_("Hoe gaat het met jullie toezegging?"),
        explanation=_("Na 1, 3, 6 en 12 maanden vragen we hoe het gaat met wat je toezegde bij een roadshow."),
        templates=["pledge_question"],
        default=Frequency.NOW,
        choices=[Frequency.NOW, Frequency.DAILY, Frequency.OFF],
        audience=lambda user: has_role(user, Role.BROKER, Role.TEAM_LEAD),
    )
    panels.register_for_team("pledges", team_block)
    context.register_counter("toezeggingen", open_pledges)
    register_forgetter("pledges nobody confirmed, and contacts of pledges that are over", forget_pledges)
    register_export("toezeggingen", exported)
    register_address_forgetter("pledges", forget_address)
    demo_hooks.register_filler(demo_pledges.fill)
    register_chapter("Pledge (toezegging)", states)
    _register_invariants()
    if isinstance(admin.site, StagematchAdminSite):  # so that mypy knows it is ours
        admin.site.add_views(admin_urls)
    post_save.connect(on_vacancy, Vacancy, dispatch_uid="roadshows.pledge.vacancy")
    post_save.connect(on_placement, Placement, dispatch_uid="roadshows.pledge.placement")
    post_delete.connect(on_placement_gone, Placement, dispatch_uid="roadshows.pledge.placement_gone")


def states() -> list[str]:
    """The states of a pledge for docs/states.md."""
    rows = [
        f"| `{status.value}` | {status.label} | {'yes' if status in PledgeStatus.standing() else ''}"
        f" | {'yes' if status in PledgeStatus.open_statuses() else ''} |"
        for status in PledgeStatus
    ]
    return [
        *diagram(PLEDGE_TRANSITIONS, start=PledgeStatus.PROMISED),
        "",
        "| status | for people | counts for the room | asked after |",
        "|---|---|---|---|",
        *rows,
        "",
        "Only `roadshows.services.pledge_status.move_pledge` moves a pledge, and a pledge counts nowhere until somebody",
        "confirmed it. A pledge of places follows by itself: `published` when a confirmed vacancy is online, `filled` when",
        "every promised place has a student, and back when that changes.",
    ]


def _register_invariants() -> None:
    invariants.register(
        "a pledge of places is online or filled through a vacancy of its own organisation",
        """select p.id, p.status from roadshows_pledge p where p.kind = 'places' and p.status in ('published', 'filled')
           and not exists (select 1 from roadshows_pledgelink l join placements_vacancy v on v.id = l.vacancy_id
             where l.pledge_id = p.id and l.status = 'confirmed' and v.organisation_id = p.organisation_id)""",
    )
    invariants.register(
        "only what somebody confirmed goes on",
        """select id, status from roadshows_pledge
           where confirmed_at is null and status not in ('promised', 'withdrawn')""",
    )
    invariants.register(
        "contacts of pledges are wiped 15 months after the promise (a week for missed nights)",
        """select id from roadshows_pledge
           where (contact_email <> '' or contact_name <> '' or note <> '') and promised_on < current_date - 463""",
    )


def renewal(link: SecretLink) -> dt.datetime | None:
    """A new link makes sense while the promise is there and its contact is known."""
    from roadshows.models import Pledge

    pledge = link.subject
    if not isinstance(pledge, Pledge) or pledge.status == "withdrawn" or pledge.contact_email != link.email:
        return None
    return now() + dt.timedelta(days=pledge_emails.LINK_DAYS)


def open_pledges(request: HttpRequest) -> int:
    """How many promises of the own organisation still wait for a vacancy, or for whatever it was."""
    from roadshows.models import Pledge

    if not isinstance(request.user, User) or request.user.is_superuser:
        return 0
    return Pledge.objects.of_broker(request.user).filter(status__in=["promised", "started"]).count()


def exported(user: User) -> dict[str, Any]:
    """What somebody promised as the contact of an organisation, for the export of their data."""
    from roadshows.models import Pledge

    rows = Pledge.objects.filter(contact_email=user.email).select_related("organisation", "roadshow")
    return {
        str(pledge.public_id): {
            "wat": str(pledge),
            "roadshow": pledge.roadshow.title if pledge.roadshow else "",
            "toegezegd op": pledge.promised_on,
            "stand": pledge.status_label,
            "naam": pledge.contact_name,
            "e-mailadres": pledge.contact_email,
            "opmerking": pledge.note,
        }
        for pledge in rows
    }


def on_vacancy(sender: type[Vacancy], instance: Vacancy, created: bool, raw: bool, **_: Any) -> None:
    """A vacancy that is published, changed or taken down: its pledge follows, or it is suggested for one."""
    from roadshows.models import Pledge
    from roadshows.services.pledge_links import refresh_for, suggest_links

    if created or raw:
        return
    refresh_for(instance.pk)
    if instance.status == VacancyStatus.PUBLISHED:
        suggest_links(pledges=Pledge.objects.filter(organisation=instance.organisation_id), vacancy=instance)


def on_placement(sender: type[Placement], instance: Placement, raw: bool, **_: Any) -> None:
    """A student who is placed, starts, or stops early."""
    from roadshows.services.pledge_links import refresh_for

    if not raw:
        refresh_for(instance.vacancy_id)


def on_placement_gone(sender: type[Placement], instance: Placement, **_: Any) -> None:
    """A student who was forgotten left the place as well."""
    from roadshows.services.pledge_links import refresh_for

    refresh_for(instance.vacancy_id)
