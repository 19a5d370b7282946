"""What a coordinator expects: the table to fill in, as a file, and back (features B11)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from organisations.enums import Role
from organisations.models import Organisation, StagePeriod
from organisations.roles import role_required
from shortages import services
from shortages.ahead.expected import sheet_of
from shortages.ahead.expected_file import file_of, read_expected
from shortages.ahead.expected_form import ExpectedForm, UploadForm
from shortages.ahead.schools import choose, periods_ahead, schools_of
from stagematch.accounts.models import User
from stagematch.ui.errors import RuleError
from stagematch.ui.exports import CSV


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101 -- signing in is asked for before these views
    return request.user


def asked(
    request: HttpRequest,
) -> tuple[list[Organisation], Organisation | None, list[StagePeriod], StagePeriod | None]:
    """The schools somebody may choose from and the periods ahead, with the one of each that was asked for."""
    schools, periods = schools_of(request.user), periods_ahead()
    school = choose(schools, request.GET.get("school", "")[:120])
    wanted = request.GET.get("periode", "")[:40]
    period = next((row for row in periods if row.slug == wanted), None) if wanted else next(iter(periods), None)
    if wanted and period is None:
        period = get_object_or_404(StagePeriod, slug=wanted)
    return schools, school, periods, period


def _page(school: Organisation, period: StagePeriod) -> str:
    return f"{reverse('shortage-expected')}?school={school.slug}&periode={period.slug}"


@role_required(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def shortage_expected(request: HttpRequest) -> HttpResponse:
    """Fill in how many students need a place in a period that is still to come."""
    schools, school, periods, period = asked(request)
    context: dict[str, Any] = {
        "schools": schools,
        "school": school,
        "periods": periods,
        "period": period,
        "tab": "tekort",
    }
    if school is None or period is None:
        return render(request, "shortages/expected.html", context)
    sheet = sheet_of(school, period)
    form = ExpectedForm(request.POST if request.method == "POST" else None, sheet=sheet).fill()
    if request.method == "POST" and form.is_valid():
        try:
            saved = services.save_expected(
                school=school, period=period, numbers=form.numbers, limits=form.limits, actor=_user(request)
            )
        except RuleError as error:
            form.add_error(None, error.message)
        else:
            messages.success(
                request,
                _("Bewaard. Vannacht rekenen we ermee.")
                if saved.all_changes
                else _("Bewaard. Er veranderde niets aan de aantallen."),
            )
            return redirect(_page(school, period))
    context |= {"sheet": sheet, "form": form, "table": form.table(), "upload": UploadForm()}
    return render(request, "shortages/expected.html", context)


@role_required(Role.COORDINATOR)
@require_POST
def shortage_expected_upload(request: HttpRequest) -> HttpResponse:
    """Read the numbers from a file: all of it, or nothing with the reasons why."""
    schools, school, periods, period = asked(request)
    if school is None or period is None:
        return redirect("shortage-expected")
    upload = UploadForm(request.POST, request.FILES)
    problems: list[str] = []
    if upload.is_valid():
        numbers, problems = read_expected(upload.cleaned_data["bestand"].read(), school=school, period=period)
        if not problems:
            services.import_expected(school=school, numbers=numbers, actor=_user(request))
            messages.success(request, _("Het bestand is ingelezen. Kijk hieronder of het klopt."))
            return redirect(_page(school, period))
    sheet = sheet_of(school, period)
    form = ExpectedForm(sheet=sheet).fill()
    context: dict[str, Any] = {
        "schools": schools, "school": school, "periods": periods, "period": period, "tab": "tekort", "sheet": sheet,
        "form": form, "table": form.table(), "upload": upload, "problems": problems[:50], "more": max(0, len(problems) - 50),
    }  # fmt: skip
    return render(request, "shortages/expected.html", context)


@role_required(Role.COORDINATOR)
@require_safe
def shortage_expected_file(request: HttpRequest) -> HttpResponse:
    """The table as CSV, to fill in elsewhere and send back."""
    _schools, school, _periods, period = asked(request)
    if school is None or period is None:
        return redirect("shortage-expected")
    return file_of(sheet_of(school, period), CSV)
