"""The shortage for who looks along: a gemeente sees itself with its region, a sector body the country. Read only."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from organisations.enums import OrganisationKind, Role
from organisations.models import Organisation
from organisations.roles import role_required
from shortages.areas import COUNTRY
from shortages.enums import AreaLevel
from shortages.public.page import CHOICES, is_plain, key_of, newest_published, page_of
from shortages.views.public import ANCHOR
from stagematch.clock import today
from stagematch.regions.models import Municipality
from stagematch.ui.kept_pages import render_kept


@dataclass(frozen=True)
class OwnArea:
    """What one organisation looks at; a gemeente that is not in the list of gemeenten gets the country."""

    organisation: Organisation | None
    municipality: Municipality | None

    @property
    def place(self) -> tuple[AreaLevel, str]:
        if self.municipality is None:
            return AreaLevel.COUNTRY, COUNTRY
        return AreaLevel.MUNICIPALITY, self.municipality.code


@role_required(Role.OBSERVER)
@require_safe
def own_area(request: HttpRequest) -> HttpResponse:
    """The same published figures as everybody sees, begun at the own gemeente, beside its region and the country."""
    areas = _areas(request)
    wanted = request.GET.get("organisatie", "")
    area = next((a for a in areas if a.organisation is not None and a.organisation.slug == wanted), None)
    if wanted and area is None:
        raise Http404
    area = area or areas[0]
    own = area.place

    snapshot = newest_published()

    def context() -> dict[str, Any]:
        page = page_of(*own, request.GET, snapshot, around=True)
        keep = {"organisatie": wanted} if wanted else {}
        return {"page": page, "area": area, "areas": areas, "keep": keep, "anchor": ANCHOR}

    # What this reader may choose from is on the page, so it is in the key.
    mine = [(a.organisation.slug, a.organisation.name, a.place) for a in areas if a.organisation is not None]
    return render_kept(
        request,
        "shortages/public/area.html",
        of=[key_of(snapshot), today(), own, mine, wanted, *(request.GET.get(name, "") for name in CHOICES)],
        context=context,
        tab="gebied",
        may_keep=lambda made: is_plain(made["page"], request.GET),
    )


def _areas(request: HttpRequest) -> list[OwnArea]:
    """One per organisation somebody looks along with; a platform admin sees the country."""
    own = Organisation.objects.of(request.user, Role.OBSERVER).select_related("municipality").order_by("name")
    areas = [
        OwnArea(found, found.municipality if found.kind == OrganisationKind.MUNICIPALITY else None) for found in own
    ]
    return areas or [OwnArea(None, None)]
