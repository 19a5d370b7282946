"""What placements tells the platform below it (`apps.ready` calls `register`)."""

import datetime as dt

from django.contrib import admin
from django.db.models import F, Sum
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from organisations import claims
from organisations.inventory.hooks import register_drafter
from placements import (
    mail_samples,
    mail_topics,
    organisation_page,
    privacy,
    services,
    student_emails,
    talk_emails,
    team_talks,
    vacancy_emails,
)
from placements.browse import options
from placements.dossier import hooks as dossier_hooks
from placements.dossier.views.organisation import urls as dossier_urls
from placements.enums import AgreementStatus
from placements.from_inventory import draft_from_answer
from placements.guidance import hooks as guidance_hooks
from placements.models import Application, Placement, Vacancy, VacancyAgreement
from placements.own_places import hooks as own_places_hooks
from placements.services.assisted import CONSENT_LINK
from placements.services.room import offered_at_pool, offered_to
from placements.services.saved_searches import FEED_LINK, STOP_LINK
from placements.workspace.access import WAITING
from placements.workspace.urls import urls
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.few import at_least
from stagematch.links.models import SecretLink
from stagematch.links.purposes import register_purpose
from stagematch.ui import context, home, rescue
from stagematch.ui.admin_site import StagematchAdminSite


def register() -> None:
    """Register the workspace, the count in the header, and the numbers on the home page."""
    if isinstance(admin.site, StagematchAdminSite):  # so that mypy knows it is ours
        admin.site.add_views(urls)
        admin.site.add_views(dossier_urls)
    context.register_counter("wachtend", waiting)
    team_talks.register()
    organisation_page.register()
    register_drafter(draft_from_answer)
    privacy.register()
    mail_samples.register()
    dossier_hooks.register()
    own_places_hooks.register()
    guidance_hooks.register()
    vacancy_emails.register_samples()
    claims.register("offers", offered_at_pool, offered_to)
    register_purpose(
        services.AGREEMENT,
        url_name="vacancy-agreement",
        label=_("akkoord geven op een stagevacature"),
        renew=agreement_renewal,
    )
    mail_topics.register()
    talk_emails.register()
    options.register()
    student_emails.register_samples()
    register_purpose(CONSENT_LINK, url_name="assisted-consent", label=_("zeggen of iemand namens jou mag reageren"))
    register_purpose(STOP_LINK, url_name="search-stop", label=_("mail over een zoekopdracht stoppen"))
    register_purpose(FEED_LINK, url_name="search-feed", label=_("nieuwe plekken volgen"))
    from placements.views.apply import rescue_typed  # views need every app to be ready

    rescue.register(rescue_typed)
    home.register_counter(10, places_free)
    home.register_counter(20, organisations_taking_part)
    home.register_counter(40, placed_this_year)


def agreement_renewal(link: SecretLink) -> dt.datetime | None:
    """Until when a new link would work for a teamcoach who comes late: two weeks, while the question is open."""
    agreement = link.subject
    if not isinstance(agreement, VacancyAgreement) or agreement.status != AgreementStatus.REQUESTED:
        return None
    return now() + dt.timedelta(days=14)


def waiting(request: HttpRequest) -> int:
    """How many applications wait for this stagemakelaar's answer; the workspace counts them itself, and says so."""
    counted: int | None = getattr(request, WAITING, None)
    if counted is not None:
        return counted
    return Application.objects.screened_by(request.user).unanswered().count() if isinstance(request.user, User) else 0


def places_free() -> home.Number:
    """Places one can apply for today."""
    free = Vacancy.objects.accepting().aggregate(n=Sum(F("places") - F("places_taken")))["n"]
    return home.Number(free or 0, ngettext("plek is nu vrij", "plekken zijn nu vrij", free or 0))


def organisations_taking_part() -> home.Number:
    """Organisations with something published today."""
    n = Vacancy.objects.published().values("organisation").distinct().count()
    return home.Number(n, ngettext("organisatie doet mee", "organisaties doen mee", n))


def placed_this_year() -> home.Number:
    """At least how many placements were agreed since the school year began on 1 August; never few of them (R9)."""
    day = today()
    start = day.replace(year=day.year - (day.month < 8), month=8, day=1)
    n = at_least(Placement.objects.filter(agreed_at__date__gte=start).count(), "home", str(start.year))
    return home.Number(n or 0, str(_("of meer studenten geplaatst dit schooljaar")))
