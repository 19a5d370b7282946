"""What organisations offer: a published text with one or more places."""

import uuid

import pghistory
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.models import (
    Location,
    Organisation,
    Qualification,
    StagePeriod,
    SupervisorCapacity,
    TargetGroup,
    Team,
    TeamCapacity,
    WorkField,
    WorkProcess,
)
from placements.enums import Allowance, VacancyKind, VacancyStatus
from placements.querysets import VacancyQuerySet
from stagematch.clock import now
from students.models import Student


@pghistory.track(exclude=["search_text", "search_vector", "places_taken", "changed_at", "reserved_for"])
class Vacancy(models.Model):
    """A stagevacature. `places_taken` moves under a row lock in `placements.services` only (R7)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # The organisation is the team's; kept here too because every public list filters on it.
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="vacancies", editable=False, verbose_name=_("organisatie")
    )
    team = models.ForeignKey(Team, models.PROTECT, related_name="vacancies", verbose_name=_("team"))
    pool = models.ForeignKey(
        TeamCapacity,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="vacancies",
        verbose_name=_("ruimte van het team"),
    )
    location = models.ForeignKey(Location, models.PROTECT, related_name="vacancies", verbose_name=_("locatie"))
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="vacancies", verbose_name=_("periode"))
    kind = models.CharField(_("soort stage"), max_length=20, choices=VacancyKind, default=VacancyKind.INDIVIDUAL)
    external_id = models.CharField(_("eigen nummer van de organisatie"), max_length=40, blank=True)

    title = models.CharField(_("titel"), max_length=120)
    summary = models.CharField(_("in één zin"), max_length=240)
    tasks = models.TextField(_("wat ga je doen"))
    expectations = models.TextField(_("wat verwachten we"), blank=True)
    guidance = models.TextField(_("hoe begeleiden we je"), blank=True)
    day_in_team = models.TextField(_("zo ziet een dag eruit"), blank=True)
    wanted_profile = models.TextField(_("wie voelt zich hier thuis"), blank=True, max_length=1500)
    wished_goals = models.TextField(_("leerdoelen die hier goed kunnen"), blank=True, max_length=1500)

    starts_on = models.DateField(_("eerste dag"))
    ends_on = models.DateField(_("laatste dag"))
    weekdays = models.PositiveSmallIntegerField(
        _("dagen"), default=31
    )  # bits of Weekday: days on which one can be there
    days_per_week = models.PositiveSmallIntegerField(_("dagen per week"), default=2)
    days_fixed = models.BooleanField(_("alle dagen zijn nodig"), default=False)
    hours_min = models.PositiveSmallIntegerField(_("uren per week, minstens"), default=16)
    hours_max = models.PositiveSmallIntegerField(_("uren per week, hoogstens"), default=24)
    times = models.CharField(_("tijden"), max_length=120, blank=True)

    qualifications = models.ManyToManyField(Qualification, related_name="vacancies", verbose_name=_("opleidingen"))
    years = models.PositiveSmallIntegerField(_("leerjaren"), default=0b110)  # bit n-1 for leerjaar n
    routes = models.PositiveSmallIntegerField(_("leerwegen"), default=0b001)  # bits in the order of Route
    target_groups = models.ManyToManyField(TargetGroup, related_name="vacancies", verbose_name=_("doelgroepen"))
    work_fields = models.ManyToManyField(WorkField, blank=True, related_name="vacancies", verbose_name=_("werkvelden"))
    work_processes = models.ManyToManyField(
        WorkProcess, blank=True, related_name="vacancies", verbose_name=_("werkprocessen")
    )
    offers = models.PositiveSmallIntegerField(_("kan hier"), default=0)  # bits of Need that this place can meet
    vog_needed = models.BooleanField(_("VOG nodig"), default=True)
    min_age = models.PositiveSmallIntegerField(_("leeftijd vanaf"), null=True, blank=True)
    requirements = models.CharField(_("ook nodig"), max_length=300, blank=True)
    allowance = models.CharField(_("vergoeding"), max_length=10, choices=Allowance, default=Allowance.NONE)
    allowance_amount = models.PositiveSmallIntegerField(_("euro per maand"), null=True, blank=True)

    places = models.PositiveSmallIntegerField(
        _("plekken"), default=1, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    places_taken = models.PositiveSmallIntegerField(_("vergeven"), default=0, editable=False)
    # The people who will guide, of the room of this team in this period; an offer names one of the pool.
    supervisors = models.ManyToManyField(
        SupervisorCapacity, blank=True, related_name="vacancies", verbose_name=_("praktijkbegeleiders")
    )
    guidance_hours = models.PositiveSmallIntegerField(
        _("uren begeleiding per student per week"), default=1, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    # A place that a student found: only that student can apply, and nobody else sees it (features S13).
    reserved_for = models.ForeignKey(
        Student,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="reserved_places",
        verbose_name=_("alleen voor"),
    )
    copied_from = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="copies",
        verbose_name=_("kopie van"),
    )
    applications_per_place = models.PositiveSmallIntegerField(_("hoogstens open reacties per plek"), default=4)
    response_term_days = models.PositiveSmallIntegerField(_("antwoord binnen (werkdagen)"), default=10)
    status = models.CharField(
        _("status"), max_length=10, choices=VacancyStatus, default=VacancyStatus.DRAFT, editable=False
    )
    publish_from = models.DateField(_("te zien vanaf"), null=True, blank=True)
    publish_until = models.DateField(_("te zien tot en met"), null=True, blank=True)
    apply_until = models.DateField(_("reageren tot en met"), null=True, blank=True)
    created_at = models.DateTimeField(_("gemaakt"), default=now)
    changed_at = models.DateTimeField(_("laatst veranderd"), default=now, editable=False)

    # Names of organisation, place and doelgroepen, so that one index finds them all; kept by `placements.services.vacancies`.
    search_text = models.TextField(blank=True, editable=False, default="")
    search_vector = models.GeneratedField(
        expression=SearchVector("title", weight="A", config="nl")
        + SearchVector("summary", weight="B", config="nl")
        + SearchVector("search_text", weight="B", config="nl")
        + SearchVector("tasks", weight="C", config="nl"),
        output_field=SearchVectorField(),
        db_persist=True,
    )

    objects = VacancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("stagevacature")
        verbose_name_plural = _("stagevacatures")
        ordering = ["-created_at", "pk"]
        indexes = [
            GinIndex(fields=["search_vector"], name="vacancy_search"),
            GinIndex(fields=["search_text", "title"], opclasses=["gin_trgm_ops", "gin_trgm_ops"], name="vacancy_trgm"),
            models.Index(fields=["status", "publish_from", "publish_until"], name="vacancy_public"),
            models.Index(fields=["organisation", "status"]),
            models.Index(fields=["team", "status"]),
            models.Index(fields=["location", "status"]),
            models.Index(fields=["publish_until"], name="vacancy_expires", condition=Q(status="published")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(places_taken__lte=F("places")), name="vacancy_places_not_exceeded"),
            models.CheckConstraint(condition=Q(places__range=(1, 200)), name="vacancy_places_1_to_200"),
            models.CheckConstraint(condition=Q(guidance_hours__range=(1, 20)), name="vacancy_guidance_1_to_20"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="vacancy_dates_in_order"),
            models.CheckConstraint(condition=Q(hours_max__gte=F("hours_min")), name="vacancy_hours_in_order"),
            models.CheckConstraint(condition=Q(weekdays__range=(1, 127)), name="vacancy_has_a_day"),
            models.CheckConstraint(condition=Q(years__range=(1, 15)), name="vacancy_has_a_year"),
            models.CheckConstraint(condition=Q(routes__range=(1, 7)), name="vacancy_has_a_route"),
            models.CheckConstraint(
                condition=~Q(status="published") | (Q(publish_from__isnull=False) & Q(pool__isnull=False)),
                name="published_vacancy_is_complete",
            ),
            models.UniqueConstraint(
                fields=["organisation", "external_id"], condition=~Q(external_id=""), name="vacancy_external_id_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def places_free(self) -> int:
        """Places that nobody has yet; the team's own room may be less."""
        return self.places - self.places_taken

    @property
    def application_cap(self) -> int:
        """How many applications may be open at once (R3)."""
        return max(1, self.places_free) * self.applications_per_place


class Favourite(models.Model):
    """A place a student keeps, ranked."""

    student = models.ForeignKey(Student, models.CASCADE, related_name="favourites")
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="favourites")
    rank = models.PositiveSmallIntegerField(_("volgorde"), default=0)
    created_at = models.DateTimeField(_("bewaard op"), default=now)

    class Meta:
        verbose_name = _("bewaarde plek")
        verbose_name_plural = _("bewaarde plekken")
        ordering = ["rank", "pk"]
        constraints = [models.UniqueConstraint(fields=["student", "vacancy"], name="favourite_once")]

    def __str__(self) -> str:
        return f"{self.student}: {self.vacancy}"


class WaitingListEntry(models.Model):
    """A student who waits until a full vacancy takes applications again (R3)."""

    student = models.ForeignKey(Student, models.CASCADE, related_name="waiting_list_entries")
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="waiting_list")
    created_at = models.DateTimeField(_("sinds"), default=now)
    told_at = models.DateTimeField(_("gemaild dat er ruimte is"), null=True, blank=True)
    turn_until = models.DateField(_("aan de beurt tot en met"), null=True, blank=True)

    class Meta:
        verbose_name = _("plek op de wachtlijst")
        verbose_name_plural = _("wachtlijst")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["vacancy", "created_at"], name="waiting_in_line", condition=Q(told_at__isnull=True))
        ]
        constraints = [
            models.UniqueConstraint(fields=["student", "vacancy"], name="waiting_once"),
            models.CheckConstraint(
                condition=Q(told_at__isnull=False) | Q(turn_until__isnull=True), name="a_turn_was_told"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student}: {self.vacancy}"
