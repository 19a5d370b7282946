"""Published places for other sites: Atom, RSS and JSON Feed, all three from the same rows (features O11)."""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed, SyndicationFeed
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from organisations.models import Organisation
from placements.browse.cards import NOT_IN_LISTS, allowance_text, place_text, vacancy_days, vacancy_url
from placements.browse.options import Options
from placements.filters import VacancyFilter
from placements.models import Vacancy

LENGTH = 100
"""The newest so many places; a reader that comes every day misses nothing."""
FORMATS = ("atom", "rss", "json")
CONTENT_TYPES = {
    "atom": Atom1Feed.content_type,
    "rss": Rss201rev2Feed.content_type,
    "json": "application/feed+json; charset=utf-8",
}


def places(query: QueryDict, organisation: Organisation | None = None) -> list[Vacancy]:
    """Return the newest published places that fulfil the filters of the list of places in `query`. Few queries."""
    rows: QuerySet[Vacancy] = Vacancy.objects.published()
    if organisation is not None:
        rows = rows.filter(organisation=organisation)
    filters = VacancyFilter(query, rows, options=Options())
    return list(
        filters.filter_queryset(filters.queryset)
        .select_related("organisation", "team", "location__postcode", "period")
        .prefetch_related("target_groups")
        .defer(*(name for name in NOT_IN_LISTS if name != "tasks"))
        .order_by("-publish_from", "-pk")[:LENGTH]
    )


def absolute(path: str) -> str:
    """A whole address on this site."""
    return f"{settings.BASE_URL}{path}"


def shared_query(query: QueryDict) -> str:
    """The filters of an address without what only says how a page looks."""
    pairs = [(k, v) for k, values in query.lists() if k not in {"sorteer", "pagina"} for v in values if v]
    return f"?{urlencode(pairs)}" if pairs else ""


def published_at(vacancy: Vacancy) -> dt.datetime:
    """The moment a place began to be seen: the start of that day."""
    day = vacancy.publish_from or timezone.localtime(vacancy.created_at).date()
    return dt.datetime.combine(day, dt.time.min, tzinfo=timezone.get_default_timezone())


def changed_at(vacancy: Vacancy) -> dt.datetime:
    """The last moment anything changed for a reader: its text, or that it can be seen at all."""
    return max(published_at(vacancy), timezone.localtime(vacancy.changed_at))


def summary(vacancy: Vacancy) -> str:
    """What it is, where and when, in a few plain sentences."""
    when = _("Van %(start)s tot en met %(end)s.") % {
        "start": date_format(vacancy.starts_on, "j F Y"),
        "end": date_format(vacancy.ends_on, "j F Y"),
    }
    where = f"{vacancy.organisation.name}, {place_text(vacancy)}."
    return " ".join([vacancy.summary.strip(), where, f"{vacancy_days(vacancy)}.", when, f"{allowance_text(vacancy)}."])


def title_of(organisation: Organisation | None) -> str:
    """What the feed is called."""
    if organisation is None:
        return _("Stageplekken op stagematch")
    return _("Stageplekken bij %(name)s") % {"name": organisation.name}


def write(kind: str, rows: Iterable[Vacancy], *, title: str, page: str, address: str) -> bytes:
    """Return a feed of `kind` ('atom', 'rss', 'json'); `page` is what people see, `address` where this feed is."""
    if kind == "json":
        return _json(rows, title=title, page=page, address=address)
    make: type[SyndicationFeed] = Atom1Feed if kind == "atom" else Rss201rev2Feed
    feed = make(
        title=title,
        link=page,
        description=_("Plekken voor studenten mbo Sociaal Werker. De nieuwste staan bovenaan."),
        language="nl",
        feed_url=address,
        feed_guid=address,
        ttl=60,
    )
    for vacancy in rows:
        feed.add_item(
            title=_xml(vacancy.title),
            link=absolute(vacancy_url(vacancy)),
            description=_xml(summary(vacancy)),
            unique_id=f"urn:uuid:{vacancy.public_id}",
            unique_id_is_permalink=False,
            author_name=_xml(vacancy.organisation.name) if kind == "atom" else None,
            pubdate=published_at(vacancy),
            updateddate=changed_at(vacancy),
            categories=[group.name for group in vacancy.target_groups.all()],
        )
    return feed.writeString("utf-8").encode()


def _xml(text: str) -> str:
    """Without the control characters that XML has no way to write."""
    return "".join(c for c in text if c >= " " or c in "\t\n\r")


def _json(rows: Iterable[Vacancy], *, title: str, page: str, address: str) -> bytes:
    data = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": title,
        "home_page_url": page,
        "feed_url": address,
        "language": "nl",
        "items": [_item(vacancy) for vacancy in rows],
    }
    return json.dumps(data, ensure_ascii=False, indent=1).encode()


def _item(vacancy: Vacancy) -> dict[str, Any]:
    return {
        "id": f"urn:uuid:{vacancy.public_id}",
        "url": absolute(vacancy_url(vacancy)),
        "title": vacancy.title,
        "summary": summary(vacancy),
        "content_text": vacancy.tasks,
        "date_published": published_at(vacancy).isoformat(),
        "date_modified": changed_at(vacancy).isoformat(),
        "authors": [{"name": vacancy.organisation.name}],
        "tags": [group.name for group in vacancy.target_groups.all()],
        "language": "nl",
        "_stagematch": {
            "about": absolute("/stageplekken/"),
            "organisation": vacancy.organisation.slug,
            "place": vacancy.location.postcode.place,
            "starts_on": vacancy.starts_on.isoformat(),
            "ends_on": vacancy.ends_on.isoformat(),
            # Not how many there were: what is gone counts the students who have a place there (R9).
            "places_free": max(0, vacancy.places_free),
            "apply_until": vacancy.apply_until.isoformat() if vacancy.apply_until else None,
        },
    }
