"""Every building block on one page, for whoever makes a new page. Everything on it is invented."""

from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from stagematch.ui.admin_mixins import is_platform_admin
from stagematch.ui.forms import FormMixin

STEPS = (_("Ontvangen"), _("Gelezen"), _("Kennismaking"), _("2e gesprek"), _("Aanbod"), _("Geplaatst"))


class ExampleForm(FormMixin, forms.Form):
    """One field of each kind."""

    name = forms.CharField(label=_("Voornaam"), help_text=_("Zo noemen we je."))
    postcode = forms.RegexField(
        r"^\d{4} ?[A-Za-z]{2}$",
        label=_("Postcode"),
        error_messages={"invalid": _("Vul 4 cijfers en 2 letters in. Bijvoorbeeld 2312 AB.")},
    )
    year = forms.ChoiceField(label=_("Leerjaar"), choices=[("1", _("Leerjaar 1")), ("2", _("Leerjaar 2"))])
    days = forms.MultipleChoiceField(
        label=_("Dagen"), choices=[("ma", _("maandag")), ("di", _("dinsdag"))], widget=forms.CheckboxSelectMultiple
    )
    licence = forms.ChoiceField(
        label=_("Heb je een rijbewijs?"), choices=[("ja", _("Ja")), ("nee", _("Nee"))], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label=_("Ik heb de tips gelezen"), required=False)
    letter = forms.CharField(label=_("Waarom past deze plek bij jou?"), widget=forms.Textarea, required=False)


def _path(now: int, *, stopped: bool = False) -> list[dict[str, Any]]:
    """Return the six squares of the hinkelbaan, standing on (or stopped at) square `now`."""
    after = "is-off" if stopped else ""
    here = "is-stop" if stopped else "is-now"
    return [
        {"naam": name, "klas": "is-done" if n < now else here if n == now else after} for n, name in enumerate(STEPS, 1)
    ]


def _place(**changes: Any) -> dict[str, Any]:
    return {
        "url": "#plekkaart",
        "titel": _("Samen koken met ouderen"),
        "organisatie": _("Buurthuis De Linde"),
        "plaats": "Leiden",
        "icoon": "tools-kitchen-2",
        "kleur": "zon",
        "dagen": _("Maandag en dinsdag"),
        "reis": _("4 km van jou"),
        "reis_icoon": "bike",
        "doelgroep": _("Ouderen"),
        "vergoeding": _("€ 350 per maand"),
        "vrij": 2,
        "reacties": 5,
        "termijn": 10,
    } | changes


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every partial of templates/ui/ in its states; for platform admins."""
    if not is_platform_admin(request):
        raise PermissionDenied
    wrong = ExampleForm({"fout-postcode": "23"}, prefix="fout")
    context = {
        "title": _("Bouwstenen"),
        "tab": "beheer",
        "badges": [
            ("neutral", _("ontvangen")),
            ("active", _("gelezen")),
            ("warning", _("kennismaking")),
            ("safe", _("geplaatst")),
            ("danger", _("te laat met antwoord")),
        ],
        "paths": [
            (_("Net verstuurd"), _path(1)),
            (_("Op gesprek"), _path(3)),
            (_("Gestopt bij de kennismaking"), _path(3, stopped=True)),
            (_("Geplaatst"), _path(6)),
        ],
        "reasons": [
            SimpleNamespace(ok=True, text=_("De plek is op maandag en dinsdag. Dat zijn jouw stagedagen.")),
            SimpleNamespace(ok=False, text=_("De plek is voor leerjaar 3. Jij zit in leerjaar 2.")),
        ],
        "places": [
            _place(fit=SimpleNamespace(tiles=5, summary=_("Dagen, leerjaar, afstand en leerdoelen kloppen."))),
            _place(
                titel=_("Voetballen op het plein"), icoon="ball-football", kleur="bord", vrij=1, reacties=1, termijn=1
            ),
        ],
        "alerts": [
            ("info", "info-circle", _("Je ziet nog geen naam. Die zie je na de uitnodiging.")),
            ("ok", "circle-check", _("Je reactie is verstuurd.")),
            ("warning", "alert-triangle", _("Antwoord vandaag, anders is het te laat.")),
            ("error", "alert-triangle", _("Dit bestand kunnen we niet lezen.")),
        ],
        "form": ExampleForm(),
        "wrong": wrong,
        "page": Paginator(range(90), 10).get_page(request.GET.get("pagina")),
    }
    return render(request, "pages/componenten.html", context)
