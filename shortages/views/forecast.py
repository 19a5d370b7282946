"""The page about the time ahead: how many students will have no place when a period begins (features B8)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from organisations.enums import Role
from organisations.roles import role_required
from shortages import services
from shortages.ahead.chart import chart_of
from shortages.ahead.expected_form import WarningForm
from shortages.ahead.outlook import outlook_of
from shortages.views.expected import asked
from stagematch.accounts.models import User


@role_required(Role.COORDINATOR)
@require_safe
def shortage_forecast(request: HttpRequest) -> HttpResponse:
    """How a period is likely to begin for one's own school."""
    return _show(request, None)


@role_required(Role.COORDINATOR)
@require_POST
def shortage_forecast_warning(request: HttpRequest) -> HttpResponse:
    """Choose from which number on the school wants a mail."""
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before this view
    _schools, school, _periods, period = asked(request)
    if school is None:
        return redirect("shortage-forecast")
    form = WarningForm.of(request.POST, school)
    if not form.is_valid():
        return _show(request, form)
    level = form.cleaned_data["level"]
    services.set_warning_level(school=school, level=level, actor=request.user)
    if level:
        messages.success(request, _("Bewaard. Je krijgt een mail als de verwachting %(n)d of hoger is.") % {"n": level})
    else:
        messages.success(request, _("Bewaard. Je krijgt geen waarschuwing."))
    query = f"?school={school.slug}" + (f"&periode={period.slug}" if period else "")
    return redirect(reverse("shortage-forecast") + query)


def _show(request: HttpRequest, form: WarningForm | None) -> HttpResponse:
    schools, school, periods, period = asked(request)
    context: dict[str, Any] = {
        "schools": schools,
        "school": school,
        "periods": periods,
        "period": period,
        "tab": "tekort",
    }
    if school is not None and period is not None:
        outlook = outlook_of(school, period)
        context |= {"outlook": outlook, "form": form or WarningForm.of(None, school)}
        if outlook is not None:
            context["chart"] = chart_of(outlook.weeks, outlook.forecast.weeks)
    return render(request, "shortages/forecast.html", context)
