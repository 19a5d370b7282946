"""'Wat als': what extra places would do, answered from the newest count (features B6)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.roles import role_required
from shortages.dashboard.whatif import WhatIfPage
from shortages.dashboard.wider import WiderPage
from shortages.views.school import TAB, page_of


@require_safe
@role_required(Role.COORDINATOR)
def what_if_page(request: HttpRequest) -> HttpResponse:
    """Ask and answer on one page; nothing is kept, so that an answer can be shared as a link."""
    asked = WhatIfPage(page_of(request), request.GET)
    wider = WiderPage(asked.page, request.GET)
    context = {
        "asked": asked,
        "page": asked.page,
        "answer": asked.answer,
        "form": wider.form if wider.is_asked else asked.form,  # of which the faults stand on top
        "places": asked.form,
        "wider": wider,
        "more": wider.answer,
        "tab": TAB,
    }
    wrong = asked.can_ask and any(part.is_asked and part.form.errors for part in (asked, wider))
    return render(request, "shortages/dashboard/what_if.html", context, status=422 if wrong else 200)
