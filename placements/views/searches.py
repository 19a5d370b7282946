"""Searches a student keeps: with a name, a mail about what is new, and a feed with a secret address (features S6)."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from placements import services
from placements.browse.cards import vacancy_url
from placements.browse.listing import Listing
from placements.enums import SearchMailFrequency
from placements.forms.student import SavedSearchForm
from placements.models import SavedSearch
from placements.services.saved_searches import FEED_LINK, STOP_LINK, canonical
from stagematch.links.models import SecretLink
from stagematch.links.views import secret_link
from stagematch.ui.errors import RuleError
from students.access import StudentRequest, student_required
from students.selectors import current_search

FEED_LENGTH = 30


def _own(request: StudentRequest, public_id: str) -> SavedSearch:
    rows = SavedSearch.objects.filter(student=request.student).select_related("student__user")
    return get_object_or_404(rows, public_id=public_id)


@require_http_methods(["GET", "HEAD", "POST"])
@student_required
def search_save(request: StudentRequest) -> HttpResponseBase:
    """Give the filters in the address a name, and choose how often to hear."""
    listing = Listing(request.GET, student=request.student, search=current_search(request.user))
    name = ", ".join([listing.title, *(chip.label for chip in listing.chips)])[:80]
    form = SavedSearchForm(request.POST if request.method == "POST" else None, initial={"name": name})
    if request.method == "POST" and form.is_valid():
        try:
            services.save_search(student=request.student, query=request.GET, **form.cleaned_data)
        except RuleError as error:
            form.add_error(error.field or None, error.message)
        else:
            messages.success(request, _("Je zoekopdracht is bewaard."))
            return redirect(f"{reverse('my-saved')}#zoekopdrachten")
    context = {"form": form, "listing": listing, "query": canonical(request.GET), "tab": "bewaard"}
    return render(request, "placements/search_save.html", context)


@require_POST
@student_required
def search_change(request: StudentRequest, public_id: str) -> HttpResponseBase:
    """Change how often mail comes, or forget the search."""
    saved = _own(request, public_id)
    frequency = request.POST.get("frequency", "")
    if "weg" in request.POST:
        services.delete_search(saved=saved, actor=request.user)
        messages.success(request, _("Zoekopdracht weggehaald: %(name)s.") % {"name": saved.name})
    elif frequency in SearchMailFrequency.values:
        services.change_frequency(saved=saved, frequency=frequency)
        messages.success(request, _("Opgeslagen."))
    return redirect(f"{reverse('my-saved')}#zoekopdrachten")


@require_POST
@student_required
def search_feed_address(request: StudentRequest, public_id: str) -> HttpResponse:
    """Make a new secret address for the feed and show it, this once."""
    saved = _own(request, public_id)
    address = services.new_feed_address(saved=saved, actor=request.user)
    context = {"saved": saved, "address": address, "tab": "bewaard"}
    return render(request, "placements/search_feed.html", context)


@secret_link(FEED_LINK)
def search_feed(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Give the newest places of the search as Atom. Nothing in it says whose search it is."""
    saved = _saved(link)
    feed = Atom1Feed(
        title=f"stagematch: {saved.name}",
        link=f"{settings.BASE_URL}{reverse('vacancy-list')}?{saved.query}",
        description=_("Nieuwe stageplekken"),
        language="nl",
    )
    rows = services.places_of(saved).select_related("organisation", "location__postcode")
    for vacancy in rows.defer("search_vector", "search_text")[:FEED_LENGTH]:
        published = timezone.localtime(vacancy.created_at)
        feed.add_item(
            title=vacancy.title,
            link=f"{settings.BASE_URL}{vacancy_url(vacancy)}",
            description=f"{vacancy.organisation.name}, {vacancy.location.postcode.place}. {vacancy.summary}",
            unique_id=f"urn:uuid:{vacancy.public_id}",
            pubdate=published,
            updateddate=published,
        )
    return HttpResponse(feed.writeString("utf-8"), content_type=Atom1Feed.content_type)


@secret_link(STOP_LINK)
def search_stop(request: HttpRequest, link: SecretLink) -> HttpResponse:
    """Stop the mail about a search, without signing in; asked once, because mail programs open links by themselves."""
    saved = _saved(link)
    if request.method == "POST":
        services.change_frequency(saved=saved, frequency=SearchMailFrequency.NEVER)
        saved.frequency = SearchMailFrequency.NEVER
    is_off = saved.frequency == SearchMailFrequency.NEVER
    return render(request, "placements/search_stop.html", {"saved": saved, "is_off": is_off})


def _saved(link: SecretLink) -> SavedSearch:
    return SavedSearch.objects.select_related("student__user").get(pk=link.object_id)
