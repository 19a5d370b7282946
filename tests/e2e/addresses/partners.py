"""The pages of who organises roadshows, and of a gemeente that looks on."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from django.urls import reverse

from roadshows.models import Registration, Roadshow
from roadshows.services.pledges import make_helper_link
from stagematch.accounts.models import User
from tests.e2e.addresses.base import ORGANISER, Visit, first, page


def organiser() -> Iterator[Visit]:
    """The own roadshows of an organiser."""
    own = first(Roadshow.objects.managed_by(User.objects.get(email=ORGANISER)).coming())
    over = first(Roadshow.objects.managed_by(User.objects.get(email=ORGANISER)).filter(status="reported"))
    yield page("roadshow-managed")
    yield page("roadshow-new")
    yield page("roadshow-detail", own.slug)
    yield page("roadshow-edit", own.slug)
    yield page("roadshow-status", own.slug)
    yield page("roadshow-registrations", own.slug)
    yield page("check-in", own.slug)
    someone = first(Registration.objects.filter(roadshow=own, status="confirmed"))
    yield page("check-in-code", someone.code, label="check-in-code of somebody")
    yield page("roadshow-registration-cancel", own.slug, query=f"?wie={someone.public_id}")
    yield page("roadshow-status", over.slug, label="roadshow-status finished")
    coming = Roadshow.objects.get(slug="utrecht-maakt-plek-demo")
    yield page("roadshow-signatures", coming.slug)
    yield page("roadshow-outcomes", over.slug)
    yield page("roadshow-briefing", coming.slug)
    yield Visit("roadshows-impact own", f"{reverse('roadshows-impact')}?eigen")
    yield Visit("roadshows-impact rows", f"{reverse('roadshows-impact-rows')}?stap=promised")
    yield page("roadshow-tables", coming.slug)
    yield page("roadshow-table", coming.slug, 1)
    yield page("roadshow-table-change", coming.slug, 1)
    yield page("roadshow-tables-screen", coming.slug)
    past = Roadshow.objects.get(slug="rijnstreek-maakte-plek-demo")
    helpers = make_helper_link(roadshow=past, actor=User.objects.get(email=ORGANISER))
    yield Visit("pledge-helper", urlsplit(helpers).path)
    yield page("roadshow-pledges", past.slug)
    yield page("roadshow-pledges", past.slug, query="?stap=filled")
    yield page("roadshow-pledges", past.slug, query="?naam=bestaatechtniet", label="roadshow-pledges empty")
    yield page("roadshow-pledges", coming.slug, label="roadshow-pledges open")
    yield page("roadshow-pledge-add", past.slug)
    yield page("roadshow-pledge", past.slug, first(past.pledges.filter(links__isnull=False)).public_id)
    loose = first(coming.pledges.filter(confirmed_at=None))
    yield page("roadshow-pledge", coming.slug, loose.public_id, label="roadshow-pledge not confirmed")
    yield page("roadshow-tally", coming.slug, label="roadshow-tally with code")


def observer() -> Iterator[Visit]:
    """What a gemeente sees that looks along."""
    yield page("own-area")
    yield page("home")
    yield page("account")
