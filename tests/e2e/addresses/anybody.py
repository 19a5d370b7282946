"""What anybody sees, without an account or by a link."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

from organisations.models import InventoryRequest, Invitation
from placements.models import (
    OwnPlace,
    Vacancy,
    VacancyAgreement,
)
from roadshows.models import Pledge, Registration, Roadshow, Signature
from roadshows.pledge_emails import personal_link as personal_pledge_link
from stagematch import clock
from stagematch.accounts.models import User
from stagematch.links.services import make_link
from stagematch.mail import topics
from tests.e2e.addresses.base import BROKER, STUDENT, Visit, first, link_to, page


def public() -> Iterator[Visit]:
    """What anybody sees, and the ways it can go wrong."""
    vacancy = first(Vacancy.objects.accepting())
    for name in (
        "home",
        "help",
        "language",
        "privacy",
        "accessibility",
        "open-source",
        "how-matching-works",
        "matching-fairness",
    ):
        yield page(name)
    yield page("shortage-public")
    yield page("shortage-public", query="?soort=gemeente", label="shortage-public per gemeente")
    yield page("shortage-area", "provincie", "PV28")
    yield page("shortage-area", "gemeente", "GM0546", label="shortage-area of a gemeente")
    yield page("shortage-fit-public")
    yield page("open-data")
    yield page("vacancy-list")
    yield page("vacancy-list", query="?plaats=Utrecht&straal=10&dagen=ma&sorteer=afstand")
    yield page("vacancy-list", query="?q=bestaatechtniet", label="vacancy-list empty")
    yield page("vacancy-list", query="?pagina=2")
    yield page("vacancy-map")
    yield page("vacancy-map", query="?q=bestaatechtniet", label="vacancy-map empty")
    yield page("vacancy-detail", vacancy.public_id)
    yield page("organisation-detail", vacancy.organisation.slug)
    yield page("embed", vacancy.organisation.slug)
    yield Visit("vacancy-agreement", _agreement_link())
    yield Visit("own-place-contact", _own_place_link())
    yield page("roadshow-list")
    yield page("roadshow-detail", "leiden-2025")
    yield page("roadshow-detail", "rotterdam-den-haag-2023", label="roadshow-detail with werktafels")
    yield page("roadshow-detail", "amsterdam-2026", label="roadshow-detail with signatures")
    yield page("roadshow-impact", "amsterdam-2026")
    yield page("roadshows-impact")
    yield page("declaration")
    yield page("declaration-text", 1)
    yield page("signature-detail", first(Signature.objects.register()).public_id)
    yield page("roadshow-detail", "utrecht-maakt-plek-demo", label="roadshow-detail to come")
    yield page("roadshow-register", "utrecht-maakt-plek-demo")
    yield page("roadshow-register", "zwolle-maakt-plek-demo", label="roadshow-register full")
    yield page("roadshow-register", "leiden-2025", label="roadshow-register closed")
    yield page("roadshow-registered", "utrecht-maakt-plek-demo")
    yield page("roadshow-pledge-new", "utrecht-maakt-plek-demo")
    yield page("roadshow-pledge-new", "leiden-2025", label="roadshow-pledge-new closed")
    yield page("roadshow-pledge-done", "utrecht-maakt-plek-demo")
    yield page("roadshow-tally", "utrecht-maakt-plek-demo")
    yield page("roadshow-detail", "rijnstreek-maakte-plek-demo", label="roadshow-detail with pledges")
    for label, which in (("confirm", {"confirmed_at": None}), ("answer", {"status": "promised", "kind": "places"})):
        path = urlsplit(personal_pledge_link(first(Pledge.objects.filter(roadshow__is_demo=True, **which)))).path
        yield Visit(f"pledge-by-link {label}", path)
    for status in ("confirmed", "waiting", "offered"):
        path = link_to("registration", first(Registration.objects.filter(status=status)))
        yield Visit(f"registration {status}", path)
    yield Visit("registration calling off", f"{path}?afmelden=1")
    yield Visit("registration-change", f"{path}wijzig/")
    yield page("check-in-code", "ABCDE23456")
    yield Visit("check-in-helper", link_to("check_in", Roadshow.objects.get(slug="utrecht-maakt-plek-demo")))
    for name in ("account_login", "account_signup", "account_request_login_code", "account_reset_password"):
        yield page(name)
    yield page("account_reset_password_done")
    yield page("account_email_verification_sent")
    yield page("account_inactive")
    yield page("account_reset_password_from_key", "1", "wrong-key", label="account_reset_password_from_key broken")
    yield page("admin:index", label="admin sends to signing in")
    yield Visit("mail-unsubscribe", topics.unsubscribe_path(User.objects.get(email=BROKER), "answers"))
    yield from _secret_links()
    yield from _invitation_links()
    yield Visit("404", "/bestaat-niet/", 404)


def _secret_links() -> Iterator[Visit]:
    """A page behind a secret link, and the pages of links that do not work any more."""
    asked = first(InventoryRequest.objects.waiting())
    now = clock.now()
    for label, made in (("works", now), ("expired", now - dt.timedelta(days=9))):
        with clock.at(made):
            link = make_link(
                purpose="inventory", subject=asked, expires_at=made + dt.timedelta(days=7), email="team@demo.example"
            )
        path = link[link.index("/inventarisatie/") :]
        yield Visit(f"secret link {label}", path, 200 if label == "works" else 410)
        if label == "works":
            yield Visit("secret link answer", f"{path}?antwoord=ja")


def _invitation_links() -> Iterator[Visit]:
    """The page a colleague says yes on: without an account, and with one."""
    asked = first(Invitation.objects.open())
    yield Visit("invitation", link_to("invitation", asked))
    known = first(Invitation.objects.open().exclude(pk=asked.pk))
    known.email = STUDENT
    known.save(update_fields=["email"])
    yield Visit("invitation with an account", link_to("invitation", known))


def _agreement_link() -> str:
    return link_to("vacancy_agreement", first(VacancyAgreement.objects.filter(status="requested")))


def _own_place_link() -> str:
    return link_to("own_place", first(OwnPlace.objects.filter(status="asked")))
