"""Students, what they look for in one period, and their documents. As little personal data as the search needs (R8)."""

import uuid

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from organisations.enums import Route
from organisations.models import Programme, StagePeriod, TargetGroup, WorkField, WorkProcess
from stagematch.clock import now
from stagematch.regions.models import PostcodeArea
from students.enums import DocumentKind, SearchStatus, TravelMode
from students.querysets import DocumentQuerySet, PlacementSearchQuerySet, StudentQuerySet


class Student(models.Model):
    """A student at a school. Changed by `students.services`; imported by the school."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="student")
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="students", verbose_name=_("opleiding"))
    student_number = models.CharField(_("studentnummer"), max_length=20)
    year = models.PositiveSmallIntegerField(_("leerjaar"), validators=[MinValueValidator(1), MaxValueValidator(4)])
    class_name = models.CharField(_("klas"), max_length=30, blank=True)
    phone = models.CharField(_("telefoon"), max_length=20, blank=True)
    is_active = models.BooleanField(_("volgt de opleiding"), default=True)
    # The school stays known even if the programme moves: the student number is unique within it.
    school = models.ForeignKey("organisations.Organisation", models.PROTECT, related_name="students")
    rejections = models.PositiveSmallIntegerField(_("keer nee gekregen"), default=0)
    turns = models.PositiveSmallIntegerField(_("voorstellen gehad"), default=0)
    keep_applications_until = models.DateField(_("bewaar mijn reacties tot"), null=True, blank=True)
    invited_at = models.DateTimeField(_("laatst uitgenodigd"), null=True, blank=True)
    created_at = models.DateTimeField(_("sinds"), default=now)

    objects = StudentQuerySet.as_manager()

    class Meta:
        verbose_name = _("student")
        verbose_name_plural = _("studenten")
        ordering = ["user__last_name", "user__first_name"]
        indexes = [models.Index(fields=["school", "year"]), models.Index(fields=["school", "class_name"])]
        constraints = [
            models.UniqueConstraint(fields=["school", "student_number"], name="student_number_once_per_school"),
            models.CheckConstraint(condition=Q(year__range=(1, 4)), name="student_year_1_to_4"),
        ]

    def __str__(self) -> str:
        return str(self.user)


class PlacementSearch(models.Model):
    """A student's need for a place in one period: facts the matching uses and wishes the student has. Changed by `students.services`."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, related_name="searches")
    period = models.ForeignKey(StagePeriod, models.PROTECT, related_name="searches", verbose_name=_("periode"))
    status = models.CharField(_("status"), max_length=10, choices=SearchStatus, default=SearchStatus.DRAFT)
    route = models.CharField(_("leerweg"), max_length=12, choices=Route, default=Route.BOL)
    starts_on = models.DateField(_("eerste dag"))
    ends_on = models.DateField(_("laatste dag"))
    weekdays = models.PositiveSmallIntegerField(_("dagen waarop ik kan"), default=31)  # bits of Weekday
    days_per_week = models.PositiveSmallIntegerField(_("dagen per week"), default=2)
    hours_per_week = models.PositiveSmallIntegerField(_("uren per week"), default=16)
    home = models.ForeignKey(
        PostcodeArea, models.PROTECT, null=True, blank=True, related_name="searches", verbose_name=_("ik woon in")
    )
    max_distance_km = models.PositiveSmallIntegerField(_("hoogstens zo ver (km)"), default=20)
    travel_mode = models.CharField(_("ik reis met"), max_length=10, choices=TravelMode, default=TravelMode.TRANSIT)
    target_groups = models.ManyToManyField(TargetGroup, blank=True, related_name="+", verbose_name=_("doelgroepen"))
    work_fields = models.ManyToManyField(WorkField, blank=True, related_name="+", verbose_name=_("werkvelden"))
    work_processes = models.ManyToManyField(WorkProcess, blank=True, related_name="+", verbose_name=_("werkprocessen"))
    needs = models.PositiveSmallIntegerField(_("wat ik nodig heb"), default=0)  # bits of Need
    motivation = models.TextField(_("motivatie om te hergebruiken"), max_length=3000, blank=True)
    opened_on = models.DateField(_("zoekt sinds"), null=True, blank=True)

    objects = PlacementSearchQuerySet.as_manager()

    class Meta:
        verbose_name = _("stagezoektocht")
        verbose_name_plural = _("stagezoektochten")
        ordering = ["-starts_on"]
        indexes = [
            models.Index(fields=["status", "period"]),
            models.Index(fields=["student", "ends_on"], name="search_open", condition=Q(status="open")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["student", "period"], name="one_search_per_period"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="search_dates_in_order"),
            models.CheckConstraint(condition=Q(weekdays__range=(1, 127)), name="search_has_a_day"),
            models.CheckConstraint(condition=Q(days_per_week__range=(1, 5)), name="search_days_1_to_5"),
            models.CheckConstraint(condition=Q(hours_per_week__range=(1, 40)), name="search_hours_1_to_40"),
            models.CheckConstraint(condition=Q(max_distance_km__range=(1, 200)), name="search_distance_1_to_200"),
            models.CheckConstraint(
                condition=~Q(status="open") | (Q(home__isnull=False) & Q(opened_on__isnull=False)),
                name="open_search_is_complete",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.student}, {self.period}"


class LearningGoal(models.Model):
    """Something a student wants to learn, in own words, linked to a werkproces where possible."""

    search = models.ForeignKey(PlacementSearch, models.CASCADE, related_name="learning_goals")
    text = models.CharField(_("leerdoel"), max_length=200)
    work_process = models.ForeignKey(WorkProcess, models.SET_NULL, null=True, blank=True, related_name="+")
    position = models.PositiveSmallIntegerField(_("volgorde"), default=0)

    class Meta:
        verbose_name = _("leerdoel")
        verbose_name_plural = _("leerdoelen")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.text


class Document(models.Model):
    """A PDF of a student, parsed and rewritten on upload; only ever served through a view that checks access (features P4)."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, related_name="documents")
    kind = models.CharField(_("soort"), max_length=10, choices=DocumentKind, default=DocumentKind.CV)
    file = models.FileField(_("bestand"), upload_to="documents/%Y/%m")
    original_name = models.CharField(_("naam van het bestand"), max_length=150)
    size = models.PositiveIntegerField(_("grootte in bytes"))
    pages = models.PositiveSmallIntegerField(_("bladzijden"))
    sha256 = models.CharField(_("controlegetal"), max_length=64)
    is_current = models.BooleanField(_("dit gebruik ik nu"), default=True)
    uploaded_at = models.DateTimeField(_("toegevoegd"), default=now)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documenten")
        ordering = ["-uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["student", "kind"], condition=Q(is_current=True), name="one_current_document"
            )
        ]

    def __str__(self) -> str:
        return self.original_name
