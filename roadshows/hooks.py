"""What roadshows tells the rooms below it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from matchmaking.demo import hooks as demo_hooks
from organisations.enums import Role
from organisations.roles import has_role
from placements.services.retention import register_forgetter
from roadshows.enums import Commitment
from stagematch.accounts import landing
from stagematch.clock import today
from stagematch.links.purposes import register_purpose
from stagematch.mail import samples
from stagematch.ui import context


def register() -> None:
    """Say where an organiser starts and which header they see, and put the published roadshows in the demo."""
    from roadshows import demo, pledge_hooks, registration_hooks
    from roadshows.services import declaration, tables

    context.register_role(50, "organisator", is_organiser)
    landing.register(50, organiser_start)
    demo_hooks.register_filler(demo.fill)
    register_purpose(tables.PURPOSE, url_name="work-table-link", label=_("de werktafel van een roadshow"))
    register_purpose(declaration.SIGN, url_name="declaration-sign", label=_("de erkenningsverklaring tekenen"))
    register_purpose(declaration.KEEP, url_name="declaration-keep", label=_("jullie handtekening bijhouden"))
    register_forgetter("names of who was asked to sign and did not", declaration.forget_signers)
    for name in ("declaration_asked", "declaration_signed", "declaration_evidence"):
        samples.register(name, _declaration_sample)
    register_forgetter("votes at werktafels, after 30 days", tables.forget_votes)
    registration_hooks.register()
    pledge_hooks.register()


def is_organiser(request: HttpRequest) -> bool:
    """Whether this person organises roadshows."""
    return has_role(request.user, Role.ORGANISER)


def organiser_start(request: HttpRequest) -> str | None:
    """An organiser starts at the own roadshows."""
    return "roadshow-managed" if is_organiser(request) else None


def _declaration_sample() -> dict[str, Any]:
    from roadshows.models import DeclarationText, Signature  # models exist once Django is ready

    text = DeclarationText(
        version=2, title="mbo-erkenningsverklaring", introduction="", **dict.fromkeys(Commitment, "…")
    )
    signature = Signature(
        name="Buurthuis De Linde", declaration=text, signed_on=today(), signer_function="directeur", status="signed"
    )
    return {
        "recipient": None,
        "signature": signature,
        "text": text,
        "commitments": text.commitments,
        "asker": "Yara Verzonnen",
        "year": today().year - 1,
        "page": "https://stagematch.example/erkenningsverklaring/voorbeeld/",
        "link": "https://stagematch.example/erkenningsverklaring/tekenen/voorbeeld/",
    }
