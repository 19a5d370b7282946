"""Who comes to a roadshow: registrations, the log of the door, and what is left of both after their term (features W2)."""

import secrets
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation
from roadshows.enums import CheckInKind, ParticipantRole, RegistrationStatus
from roadshows.models.event import Roadshow
from roadshows.registration_querysets import RegistrationQuerySet
from stagematch.clock import now

CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that is read for something else
CODE_LENGTH = 10


def new_code() -> str:
    """Return the code of a ticket: 50 random bits, enough that a guess at the door finds nobody."""
    return "".join(secrets.choice(CODE_ALPHABET) for _n in range(CODE_LENGTH))


class Registration(models.Model):
    """One person at one roadshow, by address and not by account. Changed by `services.registration` and `checkin` only.

    Everything about a person is gone ROADSHOW_PARTICIPANT_DAYS after the day, access needs and diet already after
    ROADSHOW_NEEDS_DAYS. `number` is the turn: given under the lock of the roadshow, and given anew to who comes back.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    roadshow = models.ForeignKey(Roadshow, models.CASCADE, related_name="registrations", verbose_name=_("roadshow"))
    number = models.PositiveIntegerField(_("volgnummer"))
    code = models.CharField(_("code op het ticket"), max_length=CODE_LENGTH, default=new_code, unique=True)
    name = models.CharField(_("naam"), max_length=120)
    # Empty for somebody who walked in: at the door nobody is asked for an address.
    email = models.EmailField(_("e-mailadres"), blank=True)
    role = models.CharField(_("rol"), max_length=12, choices=ParticipantRole)
    organisation = models.ForeignKey(
        Organisation,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="roadshow_registrations",
        verbose_name=_("eigen organisatie"),
    )
    organisation_name = models.CharField(_("organisatie"), max_length=160, blank=True)
    access_needs = models.CharField(_("wat je nodig hebt om mee te doen"), max_length=300, blank=True)
    diet = models.CharField(_("wat je niet eet"), max_length=200, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=RegistrationStatus)
    offered_until = models.DateTimeField(_("antwoord op de plek vóór"), null=True, blank=True)
    registered_at = models.DateTimeField(_("aangemeld op"), default=now)
    changed_at = models.DateTimeField(_("gewijzigd op"), default=now)
    consented_at = models.DateTimeField(_("akkoord met de uitleg over gegevens op"), null=True, blank=True)
    is_walk_in = models.BooleanField(_("aan de deur aangemeld"), default=False)
    checked_in_at = models.DateTimeField(_("binnen sinds"), null=True, blank=True)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        verbose_name = _("aanmelding")
        verbose_name_plural = _("aanmeldingen")
        ordering = ["number", "pk"]
        indexes = [
            models.Index(fields=["roadshow", "status", "number"], name="registration_queue"),
            models.Index(fields=["email"], name="registration_email"),
            models.Index(
                fields=["offered_until"], name="registration_term", condition=Q(status=RegistrationStatus.OFFERED)
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["roadshow", "email"], name="one_registration_per_address", condition=~Q(email="")
            ),
            models.UniqueConstraint(fields=["roadshow", "number"], name="registration_number_once"),
            models.CheckConstraint(
                condition=Q(status=RegistrationStatus.OFFERED, offered_until__isnull=False)
                | (~Q(status=RegistrationStatus.OFFERED) & Q(offered_until__isnull=True)),
                name="registration_offer_has_a_term",
            ),
            models.CheckConstraint(
                condition=Q(is_walk_in=True) | (~Q(email="") & Q(consented_at__isnull=False)),
                name="registration_has_address_and_consent",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def badge(self) -> str:
        """The colour of the status."""
        return RegistrationStatus(self.status).badge

    @property
    def is_open(self) -> bool:
        """Whether this person still wants to come."""
        return self.status in RegistrationStatus.open()


class CheckIn(models.Model):
    """One tap at the door. The phone makes `client_id`, so that what is sent twice is written once.

    Where somebody stands follows from all their taps by the time they were made, not by the time they arrived: phones
    without a connection send theirs later. `Registration.checked_in_at` keeps the outcome.
    """

    client_id = models.UUIDField(_("nummer van de telefoon"), unique=True)
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="check_ins", verbose_name=_("aanmelding")
    )
    kind = models.CharField(_("wat"), max_length=4, choices=CheckInKind, default=CheckInKind.IN)
    happened_at = models.DateTimeField(_("gebeurd op"))
    received_at = models.DateTimeField(_("ontvangen op"), default=now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("door (leeg: een helper met de link)"),
    )

    class Meta:
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        ordering = ["happened_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.happened_at}"


class Attendance(models.Model):
    """How many people of one role there were: what stays when the people themselves are forgotten."""

    roadshow = models.ForeignKey(Roadshow, models.CASCADE, related_name="attendances", verbose_name=_("roadshow"))
    role = models.CharField(_("rol"), max_length=12, choices=ParticipantRole)
    registered = models.PositiveIntegerField(_("hadden een plek"), default=0)
    came = models.PositiveIntegerField(_("waren er"), default=0)
    walk_ins = models.PositiveIntegerField(_("aan de deur aangemeld"), default=0)
    cancelled = models.PositiveIntegerField(_("afgemeld"), default=0)
    waited = models.PositiveIntegerField(_("kregen geen plek"), default=0)
    no_shows = models.PositiveIntegerField(_("hadden een plek en kwamen niet"), default=0)

    class Meta:
        verbose_name = _("opkomst")
        verbose_name_plural = _("opkomst")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["roadshow", "role"], name="attendance_once_per_role")]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.came}"
