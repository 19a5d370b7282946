"""A teamcoach reads a vacancy and says whether it is right: through a link without an account, or from the team's page."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from organisations.enums import Role
from organisations.roles import role_required
from placements import services
from placements.agreements import fingerprint, may_agree
from placements.browse import detail
from placements.enums import AgreementStatus
from placements.forms.agreement import AgreementForm
from placements.models import Vacancy, VacancyAgreement
from stagematch.accounts.models import User
from stagematch.links.models import SecretLink
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError


@secret_link(services.AGREEMENT)
def agreement_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Read the whole vacancy and answer, without an account."""
    agreement = link.subject
    assert isinstance(agreement, VacancyAgreement)  # noqa: S101 -- the purpose says so; narrows the type
    user = link.user if isinstance(link.user, User) else None
    return _page(request, agreement, actor=user, by_link=True)


@role_required(Role.TEAM_LEAD)
def agreement_of_team(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The same for a teamcoach who is signed in."""
    agreement = get_object_or_404(VacancyAgreement.objects.select_related("vacancy"), public_id=public_id)
    assert isinstance(request.user, User)  # noqa: S101 -- role_required has looked; narrows the type
    if not may_agree(request.user, agreement):
        raise Http404
    return _page(request, agreement, actor=request.user, by_link=False)


def _page(request: HttpRequest, agreement: VacancyAgreement, *, actor: User | None, by_link: bool) -> HttpResponse:
    vacancy = detail.whole(agreement.vacancy_id)
    is_open = agreement.status == AgreementStatus.REQUESTED
    form = AgreementForm(request.POST or None, ask_name=actor is None, initial={"read": fingerprint(vacancy)})
    if request.method == "POST" and is_open and form.is_valid():
        data = form.cleaned_data
        try:
            agreement = services.answer_agreement(
                agreement=agreement,
                agrees=data["answer"] == "yes",
                read=data["read"],
                remark=data["remark"],
                actor=actor,
                name=data.get("name", ""),
            )
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
            agreement.refresh_from_db()
            if error.code == "text_changed":
                shown = request.POST.copy()
                shown["read"] = fingerprint(vacancy)
                form.data = shown
        is_open = agreement.status == AgreementStatus.REQUESTED
    context = {
        "agreement": agreement,
        "vacancy": vacancy,
        "is_open": is_open,
        "form": form,
        "by_link": by_link,
        "tab": "team",
        **whole_text(vacancy),
    }
    return render(request, "placements/agreement.html", context)


def whole_text(vacancy: Vacancy) -> dict[str, object]:
    """All of a vacancy, for who must judge it: what students will read, and what the team promises."""
    return {
        "tasks": detail.paragraphs(vacancy.tasks),
        "facts": detail.facts(vacancy, None, None),
        "people": list(
            vacancy.supervisors.select_related("supervisor__user").order_by("supervisor__user__last_name", "pk")
        ),
    }
