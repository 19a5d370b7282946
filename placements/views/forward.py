"""The student's answer to: may another team read your application?"""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from placements import services
from placements.enums import ForwardStatus
from placements.models import ForwardRequest
from placements.services.applications import answer_date
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def forward_answer(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Show what would happen with a yes and with a no; only a button on this page answers."""
    question = get_object_or_404(
        ForwardRequest.objects.filter(application__student=request.student).select_related(
            "application__vacancy__organisation",
            "application__vacancy__team",
            "to_vacancy__organisation",
            "to_vacancy__team",
            "to_vacancy__location__postcode",
        ),
        public_id=public_id,
    )
    answer = request.POST.get("answer", "") if request.method == "POST" else ""
    if answer in {"yes", "no"}:
        try:
            return _answer(request, question, answer)
        except RuleError as error:
            messages.warning(request, error.message)
            return redirect("application-detail", question.application.public_id)
    if question.status != ForwardStatus.ASKED or not question.application.is_open:
        messages.info(request, _("Deze vraag is niet meer open. Kijk bij je reactie hoe het er nu voor staat."))
        return redirect("application-detail", question.application.public_id)
    context = {
        "tab": "mijn",
        "question": question,
        "application": question.application,
        "vacancy": question.to_vacancy,
        "answer_by": answer_date(question.to_vacancy),
        "missing": request.method == "POST",
    }
    return render(request, "placements/forward_answer.html", context, status=422 if context["missing"] else 200)


def _answer(request: StudentRequest, question: ForwardRequest, answer: str) -> HttpResponseBase:
    if answer == "yes":
        result = services.accept_forward(request=question, actor=request.user)
        messages.success(request, _("Je reactie ligt nu bij %(team)s.") % {"team": question.to_vacancy.team.name})
        return redirect("application-detail", result.public_id)
    services.decline_forward(request=question, actor=request.user)
    messages.success(request, _("Je reactie blijft waar hij is."))
    return redirect("application-detail", question.application.public_id)
