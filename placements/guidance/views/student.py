"""What a student decides about what the own school may read."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from placements.guidance import services
from placements.student_page import own_application
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required


@require_POST
@student_required
def answer_share(request: StudentRequest, public_id: UUID) -> HttpResponse:
    """Let the own school read this answer, or no longer."""
    application = own_application(request.student, public_id)
    try:
        if request.POST.get("deel") == "ja":
            services.share_answer(application=application, actor=request.user)
            messages.success(request, _("Je school kan dit antwoord nu lezen."))
        else:
            services.stop_sharing(application=application, actor=request.user)
            messages.success(request, _("Je school ziet dit antwoord niet meer."))
    except RuleError as error:
        messages.error(request, error.message)
    return redirect("application-detail", application.public_id)
