"""Answering for a team: through the link in the mail without an account, or signed in as its teamcoach."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from organisations.enums import InventoryChoice, Role
from organisations.inventory.access import user_of
from organisations.inventory.emails import PURPOSE
from organisations.inventory.forms import WORDS, AnswerForm
from organisations.inventory.prefill import prefill_for, summary
from organisations.inventory.services import give_answer
from organisations.models import InventoryRequest
from organisations.roles import role_required
from stagematch.links.models import SecretLink
from stagematch.links.services import LinkClosed
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError

_ROWS = InventoryRequest.objects.select_related("answer", "round__owner", "team__organisation", "period")


@secret_link(PURPOSE)
def answer_by_link(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """The page of the mail: four answers, then at most six questions. Opening it changes nothing."""
    return _answer(request, _ROWS.get(pk=link.object_id), link)


@role_required(Role.TEAM_LEAD)
@require_http_methods(["GET", "HEAD", "POST"])
def answer_signed_in(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same for a teamcoach who signed in; somebody else's team does not exist for them."""
    own = InventoryRequest.objects.of_team_lead(request.user).values("pk")
    return _answer(request, get_object_or_404(_ROWS.filter(pk__in=own), public_id=public_id), None)


def _answer(request: HttpRequest, asked: InventoryRequest, link: SecretLink | None) -> HttpResponse:
    word = (request.POST if request.method == "POST" else request.GET).get("antwoord", "")
    choice = InventoryChoice(WORDS[word]) if word in WORDS else None
    if choice is None or not asked.round.is_open:
        return _first_page(request, asked)
    if request.method != "POST":
        form = AnswerForm(request=asked, choice=choice, initial=prefill_for(asked).values)
        return _form_page(request, asked, choice, form)
    form = AnswerForm(request.POST, request=asked, choice=choice)
    if form.is_valid():
        try:
            actor = None if link is not None else user_of(request)
            give_answer(request=asked, choice=choice, actor=actor, link=link, **form.values())
        except LinkClosed:
            raise  # its own page says why
        except RuleError as error:
            form.add_error(error.field if error.field in form.fields else None, error.message)
        else:
            return redirect(request.path)
    return _form_page(request, asked, choice, form, status=422)


def _first_page(request: HttpRequest, asked: InventoryRequest) -> HttpResponse:
    """The four answers, with what is known: this year's answer, or what it was last time."""
    known = prefill_for(asked)
    context = {
        "asked": asked,
        "answer": asked.given,
        "summary": summary(asked.given) if asked.given else "",
        "known": known,
        "known_word": {value: word for word, value in WORDS.items()}.get(known.choice, ""),
        "known_label": InventoryChoice(known.choice).label if known.choice else "",
        "tab": "team",
    }
    return render(request, "organisations/inventory/choose.html", context)


def _form_page(
    request: HttpRequest, asked: InventoryRequest, choice: InventoryChoice, form: AnswerForm, status: int = 200
) -> HttpResponse:
    word = {value: word for word, value in WORDS.items()}[choice.value]
    context = {"asked": asked, "choice": choice, "word": word, "form": form, "tab": "team"}
    return render(request, "organisations/inventory/answer.html", context, status=status)
