"""Reads for the pages of the inventory: counts, the chase list, and what a school sees of its region."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from organisations.enums import InventoryChoice, NoReason, OrganisationKind, Role
from organisations.inventory.prefill import summary
from organisations.inventory.regions import hosts_in, regions_of
from organisations.models import InventoryAnswer, InventoryRequest, InventoryRound, Organisation, StagePeriod
from stagematch.accounts.models import User
from stagematch.clock import today

ROUNDS_SHOWN = 5


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its words, its number, and its length as an SVG attribute."""

    label: str
    number: int
    width: str
    kind: str = ""
    before: int | None = None


@dataclass(frozen=True)
class Counts:
    """What a set of teams answered."""

    asked: int = 0
    by_choice: dict[str, int] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    hours: int = 0
    reasons: dict[int, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Teams that answered."""
        return sum(self.by_choice.values())

    @property
    def waiting(self) -> int:
        """Teams that did not."""
        return self.asked - self.answered

    @property
    def places_yes(self) -> int:
        """Places promised; 'maybe' does not count."""
        return self.places.get(InventoryChoice.YES, 0)

    @property
    def places_maybe(self) -> int:
        """Places that may come."""
        return self.places.get(InventoryChoice.MAYBE, 0)


def count(requests: QuerySet[InventoryRequest]) -> Counts:
    """Count the answers to these requests: one query, whatever their number."""
    bits = {f"bit{reason.value}": F("answer__reasons").bitand(reason.value) for reason in NoReason}
    sums = {f"n{reason.value}": Count("pk", filter=Q(**{f"bit{reason.value}__gt": 0})) for reason in NoReason}
    rows: Any = requests.order_by().alias(**bits).values("answer__choice")
    rows = rows.annotate(n=Count("pk"), places=Sum("answer__places"), hours=Sum("answer__hours_per_week"), **sums)
    reasons = dict.fromkeys((reason.value for reason in NoReason), 0)
    by_choice, places, asked, hours = {}, {}, 0, 0
    for row in rows:
        asked += row["n"]
        if row["answer__choice"] is None:
            continue
        by_choice[row["answer__choice"]] = row["n"]
        places[row["answer__choice"]] = row["places"] or 0
        if row["answer__choice"] == InventoryChoice.YES:
            hours = row["hours"] or 0
        if row["answer__choice"] == InventoryChoice.NO:
            reasons = {value: row[f"n{value}"] for value in reasons}
    return Counts(asked, by_choice, places, hours, reasons)


def choice_bars(counts: Counts, before: Counts | None) -> list[Bar]:
    """How many teams said what, 'no answer yet' last."""
    most = max([*counts.by_choice.values(), counts.waiting, 1])
    bars = [
        Bar(
            str(choice.label),
            n := counts.by_choice.get(choice, 0),
            _width(n, most),
            choice.value,
            before.by_choice.get(choice, 0) if before else None,
        )
        for choice in InventoryChoice
    ]
    waiting = Bar(
        _("nog geen antwoord"),
        counts.waiting,
        _width(counts.waiting, most),
        "waiting",
        before.waiting if before else None,
    )
    return [*bars, waiting]


def place_bars(counts: Counts, before: Counts | None) -> list[Bar]:
    """How many places that is, per answer that can hold places."""
    kinds = (InventoryChoice.YES, InventoryChoice.MAYBE, InventoryChoice.ARRANGED)
    most = max([*counts.places.values(), 1])
    return [
        Bar(
            str(choice.label),
            n := counts.places.get(choice, 0),
            _width(n, most),
            choice.value,
            before.places.get(choice, 0) if before else None,
        )
        for choice in kinds
    ]


def reason_bars(counts: Counts, before: Counts | None) -> list[Bar]:
    """Why not, the most given reason first; reasons nobody gave are left out."""
    given = [(reason, counts.reasons.get(reason.value, 0)) for reason in NoReason]
    most = max([n for _reason, n in given] + [1])
    return [
        Bar(str(reason.label), n, _width(n, most), "no", before.reasons.get(reason.value, 0) if before else None)
        for reason, n in sorted(given, key=lambda pair: -pair[1])
        if n
    ]


def _width(number: int, most: int) -> str:
    return f"{100 * number / most:.1f}%"


# --- the stagemakelaar --------------------------------------------------------------------------------


def requests_for_broker(user: User, period: StagePeriod) -> QuerySet[InventoryRequest]:
    """The requests of one period a stagemakelaar works with; all of them for a platform admin."""
    requests = InventoryRequest.objects.filter(period=period)
    return requests if user.is_superuser else requests.of_broker(user)


def rows_of(requests: QuerySet[InventoryRequest], state: str = "") -> QuerySet[InventoryRequest]:
    """The requests in a state ('wacht', or a choice), with what a row of the list shows; who waits comes first."""
    if state == "wacht":
        requests = requests.filter(answer=None)
    elif state in InventoryChoice.values:
        requests = requests.filter(answer__choice=state)
    return requests.select_related("answer", "round", "team__organisation", "taken_over_by").order_by(
        F("answer__changed_at").desc(nulls_first=True), "team__organisation__name", "team__name", "pk"
    )


def periods_for_broker(user: User) -> list[StagePeriod]:
    """The periods teams of this stagemakelaar were asked about, the newest first."""
    requests = InventoryRequest.objects.all() if user.is_superuser else InventoryRequest.objects.of_broker(user)
    return list(StagePeriod.objects.filter(pk__in=requests.values("period")).order_by("-starts_on", "-ends_on"))


def rounds_in(
    requests: QuerySet[InventoryRequest], user: User, *, only_mine: bool = False
) -> list[tuple[InventoryRound, bool]]:
    """The rounds these requests are from, each with whether this person manages it.

    Usually one, or two when a school asked some of the teams first; a platform admin sees the first few.
    """
    rounds = InventoryRound.objects.filter(pk__in=requests.order_by().values("round")).select_related("owner", "period")
    managed = Q(kind=OrganisationKind.SCHOOL, memberships__role=Role.COORDINATOR)
    managed |= ~Q(kind=OrganisationKind.SCHOOL) & Q(memberships__role=Role.BROKER)
    own = Organisation.objects.filter(managed, memberships__user=user, memberships__is_active=True)
    rounds = rounds.annotate(is_mine=Exists(own.filter(pk=OuterRef("owner"))))
    if only_mine:
        rounds = rounds.filter(is_mine=True)
    return [(found, found.is_mine) for found in rounds.order_by("opened_at", "pk")[:ROUNDS_SHOWN]]


def same_teams_before(requests: QuerySet[InventoryRequest], before: StagePeriod | None) -> Counts | None:
    """What the same teams answered about `before`, the period a year earlier; None when they were not asked."""
    if before is None:
        return None
    counts = count(InventoryRequest.objects.filter(period=before, team__in=requests.order_by().values("team")))
    return counts if counts.asked else None


# --- the team -------------------------------------------------------------------------------------------


def open_requests_of(user: User | AnonymousUser) -> list[InventoryRequest]:
    """What a teamcoach is, or was, asked in rounds that are open."""
    requests = InventoryRequest.objects.of_team_lead(user).filter(round__closed_at=None, round__closes_on__gte=today())
    return list(requests.select_related("answer", "round", "team__organisation", "period").order_by("pk"))


# --- the school -----------------------------------------------------------------------------------------


def schools_of(user: User) -> QuerySet[Organisation]:
    """The schools where somebody is coordinator; every school for a platform admin."""
    if user.is_superuser:
        return Organisation.objects.schools()
    return Organisation.objects.of(user, Role.COORDINATOR).schools()


def requests_in_region(user: User, period: StagePeriod) -> QuerySet[InventoryRequest]:
    """The requests of one period to teams of organisations in the region of this coordinator. For counting only."""
    hosts = hosts_in(regions_of(schools_of(user)))
    return InventoryRequest.objects.filter(period=period, team__organisation__in=hosts.values("pk"))


def organisation_rows(requests: QuerySet[InventoryRequest]) -> QuerySet[Organisation]:
    """The organisations of these requests with their counts; no names of people, no texts."""
    mine = Q(teams__inventory_requests__in=requests.order_by().values("pk"))
    answer = "teams__inventory_requests__answer"

    def number(choice: str) -> Count:
        return Count("teams__inventory_requests", filter=mine & Q(**{f"{answer}__choice": choice}))

    def places(choice: str) -> Sum:
        return Sum(f"{answer}__places", filter=mine & Q(**{f"{answer}__choice": choice}), default=0)

    return (
        Organisation.objects.filter(mine)
        .annotate(
            asked=Count("teams__inventory_requests", filter=mine),
            answered=Count(answer, filter=mine),
            yes=number(InventoryChoice.YES),
            maybe=number(InventoryChoice.MAYBE),
            no=number(InventoryChoice.NO),
            arranged=number(InventoryChoice.ARRANGED),
            places_yes=places(InventoryChoice.YES),
            places_maybe=places(InventoryChoice.MAYBE),
        )
        .select_related("municipality")
        .order_by("name", "pk")
    )


def periods_in_region(user: User) -> list[StagePeriod]:
    """Periods that teams in the region were asked about, the newest first."""
    hosts = hosts_in(regions_of(schools_of(user)))
    asked = InventoryRequest.objects.filter(team__organisation__in=hosts.values("pk"))
    return list(StagePeriod.objects.filter(pk__in=asked.values("period")).order_by("-starts_on", "-ends_on"))


# --- the person -----------------------------------------------------------------------------------------


def told_by(user: User) -> dict[str, list[dict[str, str]]]:
    """What somebody answered for a team, and where their address stands, for the export of their data."""
    answers = InventoryAnswer.objects.filter(answered_by=user).select_related("request__team", "request__period")
    asked = InventoryRequest.objects.filter(contact_email=user.email).select_related("team", "period")
    return {
        "gegeven": [
            {
                "team": str(answer.request.team),
                "periode": str(answer.request.period),
                "antwoord": summary(answer),
                "toelichting": " ".join(filter(None, [answer.work, answer.needed, answer.note])),
            }
            for answer in answers.order_by("pk")
        ],
        "gevraagd op dit adres": [
            {"team": str(request.team), "periode": str(request.period)} for request in asked.order_by("pk")
        ],
    }
