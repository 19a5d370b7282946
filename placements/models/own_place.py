"""A place a student found by oneself, until it is an ordinary vacancy with an ordinary application (features S13)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.enums import Role
from organisations.models import Membership, Organisation, TargetGroup
from placements.enums import OwnPlaceStatus
from placements.models.application import Application
from placements.models.vacancy import Vacancy
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.regions.models import PostcodeArea
from students.models import PlacementSearch, Student


class OwnPlaceQuerySet(models.QuerySet["OwnPlace"]):
    def open(self) -> "OwnPlaceQuerySet":
        """Waiting for an answer, or being made into a vacancy."""
        return self.filter(status__in=OwnPlaceStatus.open_statuses())

    def of_school(self, user: User) -> "OwnPlaceQuerySet":
        """Of the students of the schools where this person is coordinator."""
        schools = Membership.objects.filter(user=user, is_active=True, role=Role.COORDINATOR).values("organisation")
        return self.filter(student__school__in=schools)

    def of_broker(self, user: User) -> "OwnPlaceQuerySet":
        """At the organisations where this person is stagemakelaar."""
        if user.is_superuser:
            return self.filter(organisation__isnull=False)
        return self.filter(organisation__in=Organisation.objects.of(user, Role.BROKER).values("pk"))


class OwnPlace(models.Model):
    """What a student says about a place they found. Written by `placements.own_places.services`.

    `organisation` is one with a stagemakelaar, or none: then a contact answers through a link, and the school decides.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    student = models.ForeignKey(Student, models.CASCADE, related_name="own_places", verbose_name=_("student"))
    search = models.ForeignKey(PlacementSearch, models.CASCADE, related_name="own_places", verbose_name=_("zoektocht"))
    status = models.CharField(_("status"), max_length=10, choices=OwnPlaceStatus, default=OwnPlaceStatus.ASKED)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="own_places", verbose_name=_("organisatie")
    )
    organisation_name = models.CharField(_("naam van de organisatie"), max_length=120)
    postcode = models.ForeignKey(PostcodeArea, models.PROTECT, related_name="own_places", verbose_name=_("plaats"))
    contact_name = models.CharField(_("contactpersoon"), max_length=100, blank=True)
    contact_email = models.EmailField(_("e-mailadres van de contactpersoon"), blank=True)
    what = models.TextField(_("wat ga je doen"), max_length=1500)
    target_groups = models.ManyToManyField(TargetGroup, related_name="+", verbose_name=_("doelgroepen"))
    weekdays = models.PositiveSmallIntegerField(_("dagen"))
    contact_agrees = models.BooleanField(_("contactpersoon zegt ja"), null=True, blank=True)
    contact_stop = models.BooleanField(_("contactpersoon wil geen mail meer"), default=False)
    school_agrees = models.BooleanField(_("school zegt ja"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("antwoord van"),
    )
    remark = models.TextField(_("opmerking"), max_length=1000, blank=True)
    vacancy = models.OneToOneField(
        Vacancy, models.SET_NULL, null=True, blank=True, related_name="own_place", verbose_name=_("stagevacature")
    )
    application = models.OneToOneField(
        Application, models.SET_NULL, null=True, blank=True, related_name="own_place", verbose_name=_("reactie")
    )
    created_at = models.DateTimeField(_("gemeld op"), default=now)
    closed_at = models.DateTimeField(_("afgesloten op"), null=True, blank=True)

    objects = OwnPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = _("eigen plek")
        verbose_name_plural = _("eigen plekken")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["student", "-created_at"]),
            models.Index(fields=["contact_email", "-created_at"]),
            models.Index(fields=["closed_at"], name="own_place_retention", condition=Q(closed_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["search"], condition=Q(status__in=["asked", "taken_up"]), name="one_open_own_place_per_search"
            ),
            models.CheckConstraint(condition=Q(weekdays__range=(1, 127)), name="own_place_has_a_day"),
            models.CheckConstraint(
                condition=Q(status__in=["asked", "taken_up"]) | Q(closed_at__isnull=False),
                name="closed_own_place_has_a_date",
            ),
        ]

    def __str__(self) -> str:
        return self.organisation_name

    @property
    def is_open(self) -> bool:
        return self.status in OwnPlaceStatus.open_statuses()
