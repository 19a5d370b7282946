"""Open data: a page that describes it, a list of counts, and every published table as CSV and JSON."""

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import condition, require_safe

from shortages.definitions import definitions
from shortages.models import PublishedForecast, ShortageSnapshot
from shortages.public import files
from shortages.public.page import key_of, newest_published
from stagematch.ui.exports import CSV, table_response
from stagematch.ui.kept_pages import render_kept

JSON = "json"
DAY, QUARTER = 24 * 60 * 60, 15 * 60
PAGE_SIZE = 20


@login_not_required
@require_safe
def open_data(request: HttpRequest) -> HttpResponse:
    """What there is, under which licence, what the columns mean, and how to fetch it."""
    number = request.GET.get("pagina", "")
    snapshot = newest_published()

    def context() -> dict[str, Any]:
        counts = ShortageSnapshot.objects.done().filter(published__isnull=False).distinct().order_by("-day")
        return {
            "newest": snapshot,
            "page": Paginator(counts, PAGE_SIZE).get_page(number),
            "tables": [(table, files.about_columns(table)) for table in files.TABLES.values()],
            "words": definitions(snapshot.definition) if snapshot else [],
            "licence": files.LICENCE,
            "licence_url": files.LICENCE_URL,
        }

    return render_kept(
        request,
        "shortages/public/open_data.html",
        of=[key_of(snapshot), number],
        context=context,
        tab="cijfers",
        may_keep=lambda made: made["newest"] is not None and number in ("", str(made["page"].number)),
    )


def _etag(request: HttpRequest, day: str, table: str, kind: str) -> str | None:
    """What is published never changes, so the count and the name of the file say it all."""
    found = _asked(request, day, table, kind)
    if found is None:
        return None
    return f'"{found.public_id}-{table}-{kind}-{files.FORMAT}{"" if _is_whole(found, table) else "-nog-niet"}"'


def _changed(request: HttpRequest, day: str, table: str, kind: str) -> dt.datetime | None:
    found = _asked(request, day, table, kind)
    return found.finished_at if found and table != files.AHEAD else None


def _is_whole(snapshot: ShortageSnapshot, table: str) -> bool:
    """Whether nothing will be added: what is expected is published after the count, at once, or never."""
    if table != files.AHEAD:
        return True
    known = vars(snapshot)  # looked up once per request, like the count itself
    if "has_expected" not in known:
        known["has_expected"] = PublishedForecast.objects.filter(day=snapshot.day).exists()
    return bool(known["has_expected"])


def _asked(request: HttpRequest, day: str, table: str, kind: str) -> ShortageSnapshot | None:
    """The count that is asked for, looked up once per request."""
    if table not in files.TABLES or kind not in (CSV, JSON):
        return None
    if not hasattr(request, "published_count"):
        request.published_count = files.find_count(day)  # type: ignore[attr-defined]  # kept for the view itself
    found: ShortageSnapshot | None = request.published_count  # type: ignore[attr-defined]
    return found


@login_not_required
@require_safe
@condition(etag_func=_etag, last_modified_func=_changed)
def open_data_table(request: HttpRequest, day: str, table: str, kind: str) -> HttpResponse:
    """One table of one night; `laatste` is the newest. 404 for a day, table or kind there is not."""
    snapshot = _asked(request, day, table, kind)
    if snapshot is None:
        raise Http404
    found = files.TABLES[table]
    address = request.build_absolute_uri(reverse("open-data-table", args=[snapshot.day, table, kind]))
    with translation.override("nl"):  # the same file whatever language somebody reads in
        if kind == CSV:
            rows = list(found.rows(snapshot))
            response = table_response(
                name=f"stagematch-{table}-{snapshot.day}", head=found.columns, rows=rows, kind=CSV
            )
        else:
            response = JsonResponse(
                files.described(found, snapshot, address), json_dumps_params={"ensure_ascii": False}
            )
    return _open(response, DAY if day != files.LATEST and _is_whole(snapshot, table) else QUARTER)


@login_not_required
@require_safe
def open_data_counts(request: HttpRequest, kind: str) -> HttpResponse:
    """Every count with its day, version of the words and addresses, newest first; at most ten years of nights."""
    if kind not in (CSV, JSON):
        raise Http404
    counts = ShortageSnapshot.objects.done().filter(published__isnull=False).distinct().order_by("-day")[:3660]
    rows = [(str(c.public_id), c.day, c.definition, bool(c.counts.get("demo"))) for c in counts]
    if kind == CSV:
        head = ("telling", "datum", "versie_begrippen", "demo")
        return _open(table_response(name="stagematch-tellingen", head=head, rows=rows, kind=CSV), QUARTER)
    listed: list[dict[str, Any]] = [
        {
            "telling": public_id,
            "datum": day,
            "versie_begrippen": version,
            "demo": demo,
            "tabellen": {
                name: request.build_absolute_uri(reverse("open-data-table", args=[day, name, JSON]))
                for name in files.TABLES
            },
        }
        for public_id, day, version, demo in rows
    ]
    document = {"licentie": files.LICENCE, "licentie_adres": files.LICENCE_URL, "tellingen": listed}
    return _open(JsonResponse(document, json_dumps_params={"ensure_ascii": False}), QUARTER)


def _open(response: HttpResponse, seconds: int) -> HttpResponse:
    """For everybody, from any site, and to keep for a while."""
    response["Cache-Control"] = f"public, max-age={seconds}"
    response["Access-Control-Allow-Origin"] = "*"
    response["Link"] = f'<{files.LICENCE_URL}>; rel="license"'
    return response
