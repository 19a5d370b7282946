"""A coordinator invites students in waves: plan, look, stop."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from organisations.enums import Role
from organisations.roles import role_required
from stagematch.accounts.models import User
from stagematch.clock import today
from stagematch.ui.errors import RuleError
from students.forms_school import WavesForm
from students.models import InvitationWave, WaveStatus
from students.querysets import schools_run_by
from students.services.waves import plan_waves, stop_all_waves, stop_wave, waiting

SHOWN = 100


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- narrows the type, checked by role_required
    return request.user


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def waves(request: HttpRequest) -> HttpResponse:
    """Show the waves that come and went, and plan new ones."""
    schools = schools_run_by(request.user)
    posted = request.method == "POST"
    form = WavesForm(request.POST if posted else None, schools=schools, initial={"starts_on": today(), "by": "class"})
    if posted and form.is_valid():
        try:
            planned = plan_waves(actor=_user(request), **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            text = ngettext("Er is %(n)d dag gepland.", "Er zijn %(n)d dagen gepland.", len(planned))
            messages.success(request, text % {"n": len(planned)})
            return redirect("school-waves")
    rows = InvitationWave.objects.visible_to(request.user).select_related("created_by", "school")
    planned_rows = list(rows.filter(status=WaveStatus.PLANNED)[:SHOWN])
    context = {
        "tab": "school",
        "form": form,
        "waiting": _waiting(request),
        "planned": planned_rows,
        "over": rows.exclude(status=WaveStatus.PLANNED).order_by("-send_on", "-pk")[:20],
        "can_stop_all": len(planned_rows) > 1,
    }
    return render(request, "students/waves.html", context)


def _waiting(request: HttpRequest) -> int:
    """Count who was never invited, of the own schools; a platform admin sees no sum over all schools."""
    if request.user.is_superuser:
        return 0
    return sum(waiting(school).count() for school in schools_run_by(request.user)[:5])


@role_required(Role.COORDINATOR)
@require_POST
def wave_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Stop one wave."""
    wave = get_object_or_404(InvitationWave.objects.visible_to(request.user), public_id=public_id)
    try:
        stop_wave(wave=wave, actor=_user(request))
        messages.success(request, _("Deze golf is gestopt. Niemand krijgt die mail."))
    except RuleError as error:
        messages.error(request, error.message)
    return redirect("school-waves")


@role_required(Role.COORDINATOR)
@require_POST
def waves_stop(request: HttpRequest) -> HttpResponse:
    """Stop every wave that was not sent."""
    number = sum(stop_all_waves(school=school, actor=_user(request)) for school in schools_run_by(request.user))
    messages.success(request, _("Gestopt: %(n)d.") % {"n": number})
    return redirect("school-waves")
