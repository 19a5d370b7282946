"""Entering an application that came by mail (features O12). Nothing counts before its writer confirms it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from placements.forms.assisted import EnterMailForm
from placements.models import AssistedApplication, Vacancy
from placements.services.assisted import TERM_DAYS, enter_from_mail
from placements.workspace.access import broker_view, context, user_of
from stagematch.ui.errors import RuleError

SHOWN = 30


@broker_view
@require_http_methods(["GET", "HEAD", "POST"])
def enter_application(request: HttpRequest) -> HttpResponse:
    """Fill in what the mail said; below it what was entered before, with how it stands."""
    user = user_of(request)
    vacancies = list(
        Vacancy.objects.managed_by(user)
        .filter(pk__in=Vacancy.objects.accepting().values("pk"))
        .select_related("organisation", "location__postcode")
        .defer("search_vector", "search_text")
        .order_by("title", "pk")[:500]
    )
    form = EnterMailForm(request.POST if request.method == "POST" else None, vacancies=vacancies)
    if request.method == "POST" and form.is_valid():
        try:
            enter_from_mail(actor=user, **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            messages.success(
                request, _("De student krijgt een mail om te bevestigen. Dat kan %(n)d dagen.") % {"n": TERM_DAYS}
            )
            return redirect("admin:workspace-from-mail")
    entered = AssistedApplication.objects.entered_for(user).select_related("vacancy", "school", "asked_by")[:SHOWN]
    return render(
        request,
        "admin/workspace/uit_mail.html",
        context(request, title=_("Reactie uit de mail"), form=form, entered=list(entered), vacancies=vacancies),
    )
