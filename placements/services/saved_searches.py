"""Searches a student keeps, and the mail about what is new in them (features S6)."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from placements import emails
from placements.browse.options import Options
from placements.enums import SearchMailFrequency
from placements.filters import VacancyFilter
from placements.models import SavedSearch, Vacancy
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.services import make_link, revoke_links
from stagematch.ui.errors import Conflict, RuleError
from students.models import Student
from students.selectors import current_search

MAX_SAVED = 20
MAX_QUERY = 1000
STOP_LINK, FEED_LINK = "saved-search-stop", "saved-search-feed"
STOP_DAYS, FEED_DAYS = 90, 400
_EVERY = {SearchMailFrequency.DAILY: 1, SearchMailFrequency.WEEKLY: 7}
_ORDER_ONLY = {"sorteer"}


def canonical(query: QueryDict) -> str:
    """Return the filters of an address in one fixed order, without what is no filter: the same search is one string."""
    names = sorted(set(VacancyFilter.base_filters) - _ORDER_ONLY)
    clean = QueryDict(mutable=True)
    for name in names:
        values = sorted({value.strip() for value in query.getlist(name) if value.strip()})
        if values:
            clean.setlist(name, values)
    return clean.urlencode()


def places_of(saved: SavedSearch, options: Options | None = None) -> QuerySet[Vacancy]:
    """Return the places one can react to today that the search finds, newest first."""
    search = current_search(saved.student.user)
    filters = VacancyFilter(
        QueryDict(saved.query),
        Vacancy.objects.accepting(),
        options=options or Options(),
        home=search.home if search else None,
    )
    return filters.filter_queryset(filters.queryset).order_by("-publish_from", "-pk")


def save_search(*, student: Student, name: str, query: QueryDict, frequency: str) -> SavedSearch:
    """Keep a search; mails are about places that come after this moment.

    Raises RuleError name_required, too_long, too_many, and Conflict saved_already for the same filters again.
    """
    text = canonical(query)
    if not name.strip():
        raise RuleError("name_required", _("Geef je zoekopdracht een naam."), field="name")
    if len(text) > MAX_QUERY:
        raise RuleError("too_long", _("Dit zijn te veel filters om te bewaren. Haal er een paar weg."))
    with transaction.atomic():
        Student.objects.select_for_update(no_key=True).get(pk=student.pk)
        if SavedSearch.objects.filter(student=student).count() >= MAX_SAVED:
            raise RuleError(
                "too_many", _("Je bewaart al %(n)d zoekopdrachten. Haal er eerst een weg.") % {"n": MAX_SAVED}
            )
        saved = SavedSearch(
            student=student,
            name=name.strip()[:80],
            query=text,
            frequency=SearchMailFrequency(frequency),
            looked_on=today(),
            created_at=now(),
        )
        saved.known = list(places_of(saved).values_list("pk", flat=True))
        try:
            with transaction.atomic():
                saved.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict("saved_already", _("Deze zoekopdracht heb je al bewaard.")) from error
    return saved


def change_frequency(*, saved: SavedSearch, frequency: str) -> SavedSearch:
    """Choose how often mail comes. Who asks for mail again hears about what is new from now on."""
    with transaction.atomic():
        locked = SavedSearch.objects.select_for_update(of=("self",)).select_related("student__user").get(pk=saved.pk)
        was_silent = locked.frequency == SearchMailFrequency.NEVER
        locked.frequency = SearchMailFrequency(frequency)
        if was_silent and locked.frequency != SearchMailFrequency.NEVER:
            locked.known = list(places_of(locked).values_list("pk", flat=True))
            locked.looked_on = today()
        locked.save(update_fields=["frequency", "known", "looked_on"])
    return locked


def delete_search(*, saved: SavedSearch, actor: User) -> None:
    """Forget a search; its feed and the links in its mails stop working."""
    with transaction.atomic():
        revoke_links(subject=saved, actor=actor)
        saved.delete()


def new_feed_address(*, saved: SavedSearch, actor: User) -> str:
    """Return a new secret address of the feed; the one from before stops working. It cannot be shown again later."""
    with transaction.atomic():
        revoke_links(subject=saved, purpose=FEED_LINK, actor=actor)
        return make_link(
            purpose=FEED_LINK,
            subject=saved,
            expires_at=now() + dt.timedelta(days=FEED_DAYS),
            user=actor,
            actor=actor,
        )


def mail_saved_searches(*, day: dt.date, dry_run: bool = False) -> int:
    """Mail the places that are new since the last look, per search that is due on `day`; return how many mails.

    Nothing new is no mail. A missed day is made up for by the next look; running twice mails nobody twice.
    """
    due = Q()
    for frequency, days in _EVERY.items():
        due |= Q(frequency=frequency, looked_on__lte=day - dt.timedelta(days=days))
    rows = SavedSearch.objects.filter(due, student__is_active=True, student__user__is_active=True).order_by("pk")
    options = Options()
    return sum(_look(pk, due, day, options, dry_run=dry_run) for pk in list(rows.values_list("pk", flat=True)))


def _look(pk: int, due: Q, day: dt.date, options: Options, *, dry_run: bool) -> bool:
    with transaction.atomic():
        saved = (
            SavedSearch.objects.filter(due, pk=pk)
            .select_related("student__user")
            .select_for_update(of=("self",), skip_locked=True)
            .first()
        )
        if saved is None:
            return False
        found = list(places_of(saved, options).values_list("pk", flat=True))
        known = set(saved.known)
        fresh = [vacancy for vacancy in found if vacancy not in known]
        if dry_run:
            return bool(fresh)
        saved.known, saved.looked_on = found, day
        saved.save(update_fields=["known", "looked_on"])
        if fresh:
            emails.saved_search_news(saved, fresh, day, stop=_stop_link(saved))
    return bool(fresh)


def _stop_link(saved: SavedSearch) -> str:
    return make_link(
        purpose=STOP_LINK,
        subject=saved,
        expires_at=now() + dt.timedelta(days=STOP_DAYS),
        user=saved.student.user,
    )


def forget_links_of(student: Student, actor: User) -> None:
    """Close the feeds and stop links of somebody who leaves."""
    for saved in SavedSearch.objects.filter(student=student):
        revoke_links(subject=saved, actor=actor)


__all__ = [
    "FEED_LINK",
    "MAX_SAVED",
    "STOP_LINK",
    "canonical",
    "change_frequency",
    "delete_search",
    "forget_links_of",
    "mail_saved_searches",
    "new_feed_address",
    "places_of",
    "save_search",
]
