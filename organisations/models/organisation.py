"""Organisations that host students, schools, gemeenten and partners, with their people and their room for students."""

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.enums import AccreditationStatus, OrganisationKind, Role, Route
from organisations.models.reference import Qualification, StagePeriod
from organisations.querysets import MembershipQuerySet, OrganisationQuerySet, ProgrammeQuerySet, TeamQuerySet
from stagematch.regions.models import Municipality, PostcodeArea


@pghistory.track()
class Organisation(models.Model):
    """An employer, school, gemeente or partner. Changed by `organisations.services` and, for its texts, in the admin."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("soort"), max_length=20, choices=OrganisationKind)
    name = models.CharField(_("naam"), max_length=160)
    slug = models.SlugField(_("webadres"), max_length=160, unique=True)
    description = models.TextField(_("over ons"), blank=True)
    vision = models.TextField(_("visie op stage"), blank=True)
    website = models.URLField(_("website"), blank=True)
    sbb_number = models.CharField(_("leerbedrijf-ID van SBB"), max_length=20, blank=True)
    email_domain = models.CharField(_("e-maildomein voor studenten"), max_length=120, blank=True)
    municipality = models.ForeignKey(
        Municipality, models.SET_NULL, null=True, blank=True, related_name="organisations", verbose_name=_("gemeente")
    )
    is_approved = models.BooleanField(_("goedgekeurd"), default=False)
    blind_screening = models.BooleanField(_("eerste ronde zonder naam"), default=True)
    # A school may look at its students' proposals before they do (features S11).
    sees_proposals_first = models.BooleanField(_("school ziet voorstellen eerst"), default=False)
    second_interview = models.BooleanField(_("tweede gesprek met teamcoach"), default=True)
    offers_reserve_itself = models.BooleanField(
        _("eerste reserve krijgt vanzelf een aanbod"),
        default=False,
        help_text=_(
            "Zegt een student nee, of verloopt het aanbod? Dan krijgt de eerste van de reservelijst de plek aangeboden."
        ),
    )
    vacancy_agreement = models.BooleanField(_("teamcoach geeft akkoord op een vacature"), default=True)
    response_term_days = models.PositiveSmallIntegerField(
        _("antwoord binnen (werkdagen)"), default=10, validators=[MinValueValidator(1), MaxValueValidator(20)]
    )
    second_contact = models.ForeignKey(
        "organisations.Membership",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("tweede contactpersoon"),
        help_text=_("Krijgt bericht als een student te lang op antwoord wacht."),
    )
    escalate_after_days = models.PositiveSmallIntegerField(
        _("bericht aan de tweede contactpersoon na (werkdagen te laat)"),
        default=5,
        validators=[MinValueValidator(1), MaxValueValidator(20)],
    )
    source_note = models.CharField(_("herkomst van de naam"), max_length=200, blank=True)
    is_demo = models.BooleanField(_("demo"), default=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisatie")
        verbose_name_plural = _("organisaties")
        ordering = ["name"]
        indexes = [
            models.Index(fields=["kind", "name"]),
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="organisation_name_trgm"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(response_term_days__range=(1, 20)), name="organisation_term_1_to_20"),
            models.CheckConstraint(
                condition=Q(escalate_after_days__range=(1, 20)), name="organisation_escalation_1_to_20"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """An address of an organisation."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="locations", verbose_name=_("organisatie")
    )
    name = models.CharField(_("naam"), max_length=120)
    street = models.CharField(_("straat en huisnummer"), max_length=160, blank=True)
    postcode = models.ForeignKey(PostcodeArea, models.PROTECT, related_name="locations", verbose_name=_("postcode"))
    neighbourhood = models.CharField(_("wijk"), max_length=120, blank=True)
    step_free = models.BooleanField(_("zonder trap of drempel bereikbaar"), default=False)
    access_info = models.CharField(_("zo kom je binnen"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("locatie")
        verbose_name_plural = _("locaties")
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name}, {self.postcode.place}"


class Team(models.Model):
    """A team that students work in."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="teams", verbose_name=_("organisatie"))
    location = models.ForeignKey(
        Location, models.SET_NULL, null=True, blank=True, related_name="teams", verbose_name=_("locatie")
    )
    name = models.CharField(_("naam"), max_length=120)
    is_active = models.BooleanField(_("actief"), default=True)

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["organisation__name", "name"]
        constraints = [models.UniqueConstraint(fields=["organisation", "name"], name="team_once")]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class Membership(models.Model):
    """What somebody does at an organisation; the only source of rights besides being a student or platform admin."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships", verbose_name=_("persoon")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisatie")
    )
    role = models.CharField(_("rol"), max_length=20, choices=Role)
    teams = models.ManyToManyField(Team, blank=True, related_name="memberships", verbose_name=_("teams"))
    is_active = models.BooleanField(_("actief"), default=True)
    level = models.CharField(
        _("eigen niveau"), max_length=10, blank=True, choices=[("mbo", "mbo"), ("hbo", "hbo"), ("other", _("anders"))]
    )
    trained_on = models.DateField(_("training begeleiden gevolgd op"), null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("lidmaatschap")
        verbose_name_plural = _("lidmaatschappen")
        constraints = [models.UniqueConstraint(fields=["user", "organisation", "role"], name="membership_once")]
        indexes = [models.Index(fields=["organisation", "role"])]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} bij {self.organisation}"


class TeamCapacity(models.Model):
    """The pool of a team in one period: how many students it can guide, and how many it has. `taken` moves under a row lock (R7)."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="capacities", verbose_name=_("team"))
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="team_capacities", verbose_name=_("periode"))
    places = models.PositiveSmallIntegerField(_("plekken"))
    taken = models.PositiveSmallIntegerField(_("bezet"), default=0)

    class Meta:
        verbose_name = _("ruimte van een team")
        verbose_name_plural = _("ruimte van teams")
        constraints = [
            models.UniqueConstraint(fields=["team", "period"], name="team_capacity_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="team_capacity_not_exceeded"),
        ]

    def __str__(self) -> str:
        return f"{self.team}, {self.period}"


class SupervisorCapacity(models.Model):
    """How many students one praktijkbegeleider guides in one period, and the hours a week there are for it.

    `taken` and `taken_hours` move under a row lock together (R7): a student needs `Vacancy.guidance_hours` a week.
    """

    supervisor = models.ForeignKey(Membership, models.CASCADE, related_name="capacities", verbose_name=_("begeleider"))
    pool = models.ForeignKey(
        TeamCapacity, models.CASCADE, related_name="supervisors", verbose_name=_("team en periode")
    )
    places = models.PositiveSmallIntegerField(_("studenten"))
    taken = models.PositiveSmallIntegerField(_("bezet"), default=0)
    hours_per_week = models.PositiveSmallIntegerField(_("uren begeleiding per week"), default=4)
    taken_hours = models.PositiveSmallIntegerField(_("bezette uren"), default=0)
    weekdays = models.PositiveSmallIntegerField(_("werkdagen"), default=31)

    class Meta:
        verbose_name = _("ruimte van een begeleider")
        verbose_name_plural = _("ruimte van begeleiders")
        constraints = [
            models.UniqueConstraint(fields=["supervisor", "pool"], name="supervisor_capacity_once"),
            models.CheckConstraint(condition=Q(taken__lte=F("places")), name="supervisor_capacity_not_exceeded"),
            models.CheckConstraint(
                condition=Q(taken_hours__lte=F("hours_per_week")), name="supervisor_hours_not_exceeded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supervisor.user}, {self.pool}"


class Programme(models.Model):
    """An opleiding as one school gives it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    school = models.ForeignKey(
        Organisation,
        models.CASCADE,
        related_name="programmes",
        limit_choices_to={"kind": "school"},
        verbose_name=_("school"),
    )
    qualification = models.ForeignKey(
        Qualification, models.PROTECT, related_name="programmes", verbose_name=_("kwalificatie")
    )
    name = models.CharField(_("naam"), max_length=160)
    route = models.CharField(_("leerweg"), max_length=12, choices=Route, default=Route.BOL)
    years = models.PositiveSmallIntegerField(_("aantal leerjaren"), default=3)
    numerus_fixus = models.PositiveSmallIntegerField(_("numerus fixus"), null=True, blank=True)
    stage_text = models.TextField(_("wat een leerjaar mag en moet"), blank=True)

    objects = ProgrammeQuerySet.as_manager()

    class Meta:
        verbose_name = _("opleiding")
        verbose_name_plural = _("opleidingen")
        ordering = ["school__name", "name"]
        constraints = [
            models.UniqueConstraint(fields=["school", "qualification", "route"], name="programme_once"),
            models.CheckConstraint(condition=Q(years__range=(1, 4)), name="programme_years_1_to_4"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.school}"


class Accreditation(models.Model):
    """What is known of an organisation's erkenning by SBB for one kwalificatie (domain B2)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="accreditations", verbose_name=_("organisatie")
    )
    qualification = models.ForeignKey(
        Qualification, models.PROTECT, related_name="accreditations", verbose_name=_("kwalificatie")
    )
    status = models.CharField(
        _("status"), max_length=12, choices=AccreditationStatus, default=AccreditationStatus.UNKNOWN
    )
    checked_on = models.DateField(_("nagekeken op"), null=True, blank=True)
    valid_until = models.DateField(_("geldig tot"), null=True, blank=True)

    class Meta:
        verbose_name = _("erkenning")
        verbose_name_plural = _("erkenningen")
        constraints = [models.UniqueConstraint(fields=["organisation", "qualification"], name="accreditation_once")]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.qualification}"


class ClosingDay(models.Model):
    """A day on which the organisation is closed; it does not count as a working day for the answer clock (R1)."""

    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="closing_days", verbose_name=_("organisatie")
    )
    day = models.DateField(_("dag"))
    reason = models.CharField(_("reden"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("sluitingsdag")
        verbose_name_plural = _("sluitingsdagen")
        constraints = [models.UniqueConstraint(fields=["organisation", "day"], name="closing_day_once")]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.day}"
