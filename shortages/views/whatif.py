"""'Wat als': what extra places would do, answered from the newest count (features B6)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.roles import role_required
from shortages.dashboard.whatif import WhatIfPage
from shortages.dashboard.whatif_fields import fields_of
from shortages.dashboard.wider import WiderPage
from shortages.views.school import TAB, page_of


@require_safe
@role_required(Role.COORDINATOR)
def what_if_page(request: HttpRequest) -> HttpResponse:
    """Ask and answer on one page; nothing is kept, so that an answer can be shared as a link."""
    asked = WhatIfPage(page_of(request), request.GET)
    wider = WiderPage(asked.page, request.GET)
    answer, more = asked.answer, wider.answer
    # Of which the faults stand on top.
    form = wider.form if wider.is_asked else asked.form if asked.is_asked else None
    context = {
        "asked": asked,
        "page": asked.page,
        "answer": answer,
        "form": form,
        "fields": fields_of(asked, wider),
        "wider": wider,
        "more": more,
        "tab": TAB,
    }
    wrong = any(part.is_asked and asked.can_ask and part.form.errors for part in (asked, wider))
    return render(request, "shortages/dashboard/what_if.html", context, status=422 if wrong else 200)
