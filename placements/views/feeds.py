"""What other sites take from us: feeds, a list to embed, and the map of the site for search engines (features O11).

Nothing here depends on who asks, sets a cookie or needs one; every answer has an ETag, so that asking often is cheap.
"""

import hashlib
from functools import wraps
from typing import TYPE_CHECKING, Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps import views as sitemap_views
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.cache import get_conditional_response
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe

from organisations.models import Organisation
from placements.browse import feeds
from placements.browse.cards import cards, for_cards, vacancy_url
from placements.models import Vacancy

MAX_AGE = 300
MOST_EMBEDDED = 50
SCRIPT = settings.BASE_DIR / "static" / "js" / "insluiten-laden.js"


def _shared(request: HttpRequest, content: bytes, content_type: str) -> HttpResponseBase:
    """Answer with something anybody may read from anywhere, or 304 when they have it already."""
    etag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    response = get_conditional_response(request, etag=etag) or HttpResponse(content, content_type=content_type)
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age={MAX_AGE}"
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@login_not_required
@require_safe
def vacancy_feed(request: HttpRequest, kind: str) -> HttpResponseBase:
    """All published places, or those that fulfil the filters in the address: the same ones as on the list of places."""
    return _feed(request, kind, None, reverse("vacancy-list"))


@login_not_required
@require_safe
def organisation_feed(request: HttpRequest, slug: str, kind: str) -> HttpResponseBase:
    """The published places of one organisation."""
    organisation = get_object_or_404(Organisation.objects.public(), slug=slug)
    return _feed(request, kind, organisation, reverse("organisation-detail", args=[slug]))


def _feed(request: HttpRequest, kind: str, organisation: Organisation | None, page: str) -> HttpResponseBase:
    if kind not in feeds.FORMATS:
        raise Http404
    query = feeds.shared_query(request.GET)
    with translation.override("nl"):
        content = feeds.write(
            kind,
            feeds.places(request.GET, organisation),
            title=feeds.title_of(organisation),
            page=feeds.absolute(page + ("" if organisation else query)),
            address=feeds.absolute(request.path + query),
        )
    return _shared(request, content, feeds.CONTENT_TYPES[kind])


@login_not_required
@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[arg-type]  # its types know no view with an argument
def embed(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The open places of an organisation as a bare page for in a frame on its own site."""
    organisation = get_object_or_404(Organisation.objects.public(), slug=slug)
    rows = for_cards(Vacancy.objects.accepting().filter(organisation=organisation), None)
    context = {
        "organisation": organisation,
        "cards": cards(rows.order_by("-publish_from", "pk")[:MOST_EMBEDDED], known={}),
        "base_url": settings.BASE_URL,
    }
    content = render_to_string("placements/embed.html", context).encode()
    return _shared(request, content, "text/html; charset=utf-8")


@login_not_required
@require_safe
def embed_script(request: HttpRequest) -> HttpResponseBase:
    """The one script an organisation puts on its site; its address never changes, so it is not among the hashed files."""
    return _shared(request, SCRIPT.read_bytes(), "text/javascript; charset=utf-8")


if TYPE_CHECKING:
    AnySitemap = Sitemap[Any]
else:
    AnySitemap = Sitemap


class _Map(AnySitemap):
    protocol = "https" if settings.BASE_URL.startswith("https") else "http"
    limit = 10_000

    def get_domain(self, site: Any = None) -> str:
        """Our own name, whatever the request was addressed to."""
        return settings.BASE_URL.partition("://")[2]


class PageMap(_Map):
    """The pages that are always there."""

    def items(self) -> list[str]:
        return ["home", "vacancy-list", "vacancy-map", "help", "privacy", "accessibility", "open-source"]

    def location(self, item: str) -> str:
        return reverse(item)


class VacancyMap(_Map):
    """Every published place."""

    def items(self) -> Any:
        return Vacancy.objects.published().only("public_id", "title", "changed_at").order_by("pk")

    def location(self, item: Vacancy) -> str:
        return vacancy_url(item)

    def lastmod(self, item: Vacancy) -> Any:
        return item.changed_at


class OrganisationMap(_Map):
    """Every organisation with a public page."""

    def items(self) -> Any:
        return Organisation.objects.public().only("slug").order_by("pk")

    def location(self, item: Organisation) -> str:
        return reverse("organisation-detail", args=[item.slug])


MAPS = {"paginas": PageMap, "plekken": VacancyMap, "organisaties": OrganisationMap}


def _map(view: Any) -> Any:
    """Give one of Django's views of a map our door, our cache rule and an ETag."""

    @login_not_required
    @require_safe
    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        response = view(request, sitemaps=MAPS, **kwargs)
        response.render()
        return _shared(request, response.content, "application/xml")

    return inner


@_map
def sitemap_index(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """The map of maps."""
    return sitemap_views.index(request, sitemap_url_name="sitemap-section", **kwargs)


@_map
def sitemap_section(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """One map."""
    return sitemap_views.sitemap(request, **kwargs)
