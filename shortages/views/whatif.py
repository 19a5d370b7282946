"""'Wat als': what extra places would do, answered from the newest count (features B6)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from organisations.enums import Role
from organisations.roles import role_required
from shortages.dashboard.whatif import WhatIfPage
from shortages.views.school import TAB, page_of


@require_safe
@role_required(Role.COORDINATOR)
def what_if_page(request: HttpRequest) -> HttpResponse:
    """Ask and answer on one page; nothing is kept, so that an answer can be shared as a link."""
    asked = WhatIfPage(page_of(request), request.GET)
    answer = asked.answer
    context = {"asked": asked, "page": asked.page, "answer": answer, "form": asked.form, "tab": TAB}
    wrong = asked.is_asked and asked.can_ask and bool(asked.form.errors)
    return render(request, "shortages/dashboard/what_if.html", context, status=422 if wrong else 200)
