"""What somebody promised at a roadshow, and what became of it (features W4, W5).

Written by `roadshows.services.pledges` (record, change), `pledge_status` (the one setter), `pledge_links` (vacancies)
and `pledge_questions` (asking again) only.
"""

import uuid

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, StagePeriod, Team
from organisations.weekdays import text as days_text
from placements.models import Vacancy
from roadshows.models.event import Roadshow
from roadshows.pledge_enums import (
    LinkStatus,
    PledgeAnswer,
    PledgeKind,
    PledgeRoute,
    PledgeStatus,
    PledgeStepKind,
)
from roadshows.pledge_querysets import PledgeQuerySet
from stagematch.clock import now, today

MOST = 200


@pghistory.track(exclude=["contact_name", "contact_email", "note", "refused_hash"])
class Pledge(models.Model):
    """One promise. `number` is what is promised today; `PledgeStep` says how it grew and shrank.

    The contact is a person: who to ask how it goes. Name, address and note are wiped 90 days after the pledge is over,
    and 15 months after it was made at the latest (`services.pledge_questions.forget_pledges`).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    roadshow = models.ForeignKey(
        Roadshow, models.PROTECT, null=True, blank=True, related_name="pledges", verbose_name=_("roadshow")
    )
    kind = models.CharField(_("soort"), max_length=12, choices=PledgeKind, default=PledgeKind.PLACES)
    organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="pledges", verbose_name=_("organisatie")
    )
    # As it was typed; shown to everybody only once somebody who knows linked it to `organisation`.
    organisation_name = models.CharField(_("naam van de organisatie"), max_length=160)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="pledges", verbose_name=_("team")
    )
    number = models.PositiveSmallIntegerField(_("aantal"), default=1, validators=[MaxValueValidator(MOST)])
    years = models.PositiveSmallIntegerField(_("leerjaren"), default=0)  # bit n-1 for leerjaar n; 0 is not known yet
    weekdays = models.PositiveSmallIntegerField(_("dagen"), default=0)  # bits of Weekday; 0 is not known yet
    period = models.ForeignKey(
        StagePeriod, models.SET_NULL, null=True, blank=True, related_name="pledges", verbose_name=_("periode")
    )
    has_guide = models.BooleanField(_("we hebben een begeleider met uren"), default=False)
    contact_name = models.CharField(_("naam van de contactpersoon"), max_length=120, blank=True)
    contact_email = models.EmailField(_("e-mailadres van de contactpersoon"), blank=True)
    note = models.CharField(_("opmerking"), max_length=500, blank=True)
    # Of an address whose owner said 'that was not me': so that we write to it no more, without keeping it.
    refused_hash = models.CharField(max_length=64, blank=True, editable=False)

    route = models.CharField(_("hoe het binnenkwam"), max_length=10, choices=PledgeRoute, editable=False)
    with_code = models.BooleanField(_("met de code uit de zaal"), default=False, editable=False)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("opgenomen door"),
    )
    created_at = models.DateTimeField(_("opgenomen op"), default=now, editable=False)
    # Until somebody who may confirms it, a pledge is not counted anywhere.
    confirmed_at = models.DateTimeField(_("bevestigd op"), null=True, blank=True, editable=False)

    status = models.CharField(
        _("stand"), max_length=10, choices=PledgeStatus, default=PledgeStatus.PROMISED, editable=False
    )
    status_reason = models.CharField(_("waarom"), max_length=300, blank=True, editable=False)
    promised_on = models.DateField(_("toegezegd op"), default=today)
    started_on = models.DateField(_("begonnen op"), null=True, blank=True, editable=False)
    published_on = models.DateField(_("online op"), null=True, blank=True, editable=False)
    filled_on = models.DateField(_("gevuld op"), null=True, blank=True, editable=False)
    ended_on = models.DateField(_("vervallen of ingetrokken op"), null=True, blank=True, editable=False)

    # Asking again: after which month the last question was, when, and when there was an answer to it.
    asked_months = models.PositiveSmallIntegerField(_("laatst gevraagd na (maanden)"), default=0, editable=False)
    asked_on = models.DateField(_("laatst gevraagd op"), null=True, blank=True, editable=False)
    answered_on = models.DateField(_("laatst geantwoord op"), null=True, blank=True, editable=False)
    ask_again_on = models.DateField(_("vraag opnieuw op"), null=True, blank=True, editable=False)
    is_silent = models.BooleanField(_("geen vragen meer"), default=False)
    is_demo = models.BooleanField(_("demo"), default=False, editable=False)

    objects = PledgeQuerySet.as_manager()

    class Meta:
        verbose_name = _("toezegging")
        verbose_name_plural = _("toezeggingen")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["roadshow", "status"]),
            models.Index(fields=["organisation", "status"]),
            models.Index(fields=["team", "status"]),
            models.Index(fields=["status", "promised_on"], name="pledge_to_ask"),
            models.Index(fields=["contact_email"], name="pledge_contact", condition=~Q(contact_email="")),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(number__lte=MOST), name="pledge_at_most_200"),
            models.CheckConstraint(condition=~Q(kind="places") | Q(number__gte=1), name="pledge_of_places_has_a_place"),
            models.CheckConstraint(condition=Q(years__lte=15), name="pledge_years_are_4_bits"),
            models.CheckConstraint(condition=Q(weekdays__lte=127), name="pledge_weekdays_are_7_bits"),
            models.CheckConstraint(
                condition=Q(kind="places") | ~Q(status="published"), name="only_places_are_published"
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=False, status__in=["lapsed", "withdrawn"])
                | (Q(ended_on__isnull=True) & ~Q(status__in=["lapsed", "withdrawn"])),
                name="pledge_end_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | ~Q(status_reason=""), name="withdrawn_pledge_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.what}"

    @property
    def name(self) -> str:
        """The organisation as we know it, or else as it was typed."""
        return self.organisation.name if self.organisation is not None else self.organisation_name

    @property
    def what(self) -> str:
        """What was promised in a few words: '3 stageplekken', 'een gastles'."""
        if self.kind == PledgeKind.PLACES:
            return _t("1 stageplek") if self.number == 1 else _t("%(n)s stageplekken") % {"n": self.number}
        return str(PledgeKind(self.kind).label)

    @property
    def years_text(self) -> str:
        """The leerjaren in words; empty when not known yet."""
        years = [str(n) for n in range(1, 5) if self.years & 1 << n - 1]
        return _t("leerjaar %(years)s") % {"years": ", ".join(years)} if years else ""

    @property
    def days_text(self) -> str:
        """The days in words; empty when not known yet."""
        return days_text(self.weekdays) if self.weekdays else ""

    @property
    def is_places(self) -> bool:
        return self.kind == PledgeKind.PLACES

    @property
    def is_open(self) -> bool:
        """Whether there is still something to do."""
        return self.status in PledgeStatus.open_statuses()

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    @property
    def status_label(self) -> str:
        """The state in a word; what is no place is done, not filled."""
        if self.status == PledgeStatus.FILLED and not self.is_places:
            return _t("gelukt")
        return str(PledgeStatus(self.status).label)

    @property
    def badge(self) -> str:
        """The colour of the state."""
        return PledgeStatus(self.status).badge


class PledgeStep(models.Model):
    """One line of what happened to a pledge, for people to read. Only ever added to."""

    pledge = models.ForeignKey(Pledge, models.CASCADE, related_name="steps", verbose_name=_("toezegging"))
    kind = models.CharField(_("soort"), max_length=10, choices=PledgeStepKind)
    at = models.DateTimeField(_("wanneer"), default=now)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("wie")
    )
    through_link = models.BooleanField(_("via de link in de mail"), default=False)
    from_status = models.CharField(_("van stand"), max_length=10, choices=PledgeStatus, blank=True)
    to_status = models.CharField(_("naar stand"), max_length=10, choices=PledgeStatus, blank=True)
    from_number = models.PositiveSmallIntegerField(_("van aantal"), null=True, blank=True)
    to_number = models.PositiveSmallIntegerField(_("naar aantal"), null=True, blank=True)
    answer = models.CharField(_("antwoord"), max_length=10, choices=PledgeAnswer, blank=True)
    text = models.CharField(_("in woorden"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("regel van een toezegging")
        verbose_name_plural = _("regels van toezeggingen")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.line}"

    @property
    def line(self) -> str:
        """What happened, in one line."""
        parts = []
        if self.to_number is not None and self.from_number is not None:
            parts.append(_t("van %(a)s naar %(b)s") % {"a": self.from_number, "b": self.to_number})
        elif self.to_number is not None:
            parts.append(str(self.to_number))
        if self.to_status:
            parts.append(str(PledgeStatus(self.to_status).label))
        if self.answer:
            parts.append(str(PledgeAnswer(self.answer).label))
        if self.text:
            parts.append(self.text)
        return ", ".join(parts)


class PledgeLink(models.Model):
    """That a vacancy came of a pledge. A vacancy comes of one pledge at most, so that no place is counted twice."""

    pledge = models.ForeignKey(Pledge, models.CASCADE, related_name="links", verbose_name=_("toezegging"))
    vacancy = models.ForeignKey(Vacancy, models.CASCADE, related_name="pledge_links", verbose_name=_("stagevacature"))
    status = models.CharField(_("hoort het erbij"), max_length=10, choices=LinkStatus, default=LinkStatus.SUGGESTED)
    suggested_at = models.DateTimeField(_("voorgesteld op"), default=now)
    decided_at = models.DateTimeField(_("besloten op"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("besloten door"),
    )

    class Meta:
        verbose_name = _("plek van een toezegging")
        verbose_name_plural = _("plekken van toezeggingen")
        ordering = ["suggested_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["pledge", "vacancy"], name="pledge_link_once"),
            models.UniqueConstraint(fields=["vacancy"], condition=Q(status="confirmed"), name="vacancy_of_one_pledge"),
            models.CheckConstraint(
                condition=Q(status="suggested") | Q(decided_at__isnull=False), name="pledge_link_was_decided"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.vacancy}: {self.get_status_display()}"


class PledgeDesk(models.Model):
    """Whether people can pledge at a roadshow now, and the code on the screen in the room."""

    roadshow = models.OneToOneField(Roadshow, models.CASCADE, related_name="pledge_desk", verbose_name=_("roadshow"))
    code = models.CharField(_("code op het scherm"), max_length=6)
    is_open = models.BooleanField(_("toezeggen kan"), default=True)
    opened_at = models.DateTimeField(_("geopend op"), default=now)

    class Meta:
        verbose_name = _("loket voor toezeggingen")
        verbose_name_plural = _("loketten voor toezeggingen")

    def __str__(self) -> str:
        return f"{self.roadshow}"
