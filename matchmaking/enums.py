"""The fixed choices of matching, and the named sets of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunStatus(models.TextChoices):
    RUNNING = "running", _("bezig")
    PUBLISHED = "published", _("gepubliceerd")
    DRY = "dry", _("proef")
    REFUSED = "refused", _("niet gepubliceerd: controle faalde")
    FAILED = "failed", _("mislukt")


class RunTrigger(models.TextChoices):
    NIGHTLY = "nightly", _("'s nachts")
    BY_HAND = "by_hand", _("met de hand")
    REPLAY = "replay", _("herhaling")
    SIMULATION = "simulation", _("proef met andere spelregels")
    DAYTIME = "daytime", _("overdag, voor wat nieuw is")


class ProposalKind(models.TextChoices):
    DIVISION = "division", _("uit de verdeling")
    EXTRA = "extra", _("extra suggestie")
    BY_HAND = "by_hand", _("met de hand gekoppeld")

    @classmethod
    def pinned(cls) -> frozenset["ProposalKind"]:
        """Kinds whose place is kept for the student until the answer; an extra suggestion keeps nothing."""
        return frozenset({cls.DIVISION, cls.BY_HAND})


class ProposalStatus(models.TextChoices):
    CONCEPT = "concept", _("eerst naar school")
    PROPOSED = "proposed", _("voorgesteld")
    SEEN = "seen", _("gezien")
    ACCEPTED = "accepted", _("ja gezegd")
    DECLINED = "declined", _("nee gezegd")
    EXPIRED = "expired", _("verlopen")
    WITHDRAWN = "withdrawn", _("vervallen")

    @classmethod
    def open_statuses(cls) -> frozenset["ProposalStatus"]:
        """Proposals that wait for the student's answer; their place is kept (pinned)."""
        return frozenset({cls.PROPOSED, cls.SEEN})


PROPOSAL_TRANSITIONS: dict[ProposalStatus, frozenset[ProposalStatus]] = {
    ProposalStatus.CONCEPT: frozenset({ProposalStatus.PROPOSED, ProposalStatus.WITHDRAWN}),
    ProposalStatus.PROPOSED: frozenset(
        {
            ProposalStatus.SEEN,
            ProposalStatus.ACCEPTED,
            ProposalStatus.DECLINED,
            ProposalStatus.EXPIRED,
            ProposalStatus.WITHDRAWN,
        }
    ),
    ProposalStatus.SEEN: frozenset(
        {
            ProposalStatus.ACCEPTED,
            ProposalStatus.DECLINED,
            ProposalStatus.EXPIRED,
            ProposalStatus.WITHDRAWN,
        }
    ),
    ProposalStatus.ACCEPTED: frozenset(),
    ProposalStatus.DECLINED: frozenset(),
    ProposalStatus.EXPIRED: frozenset(),
    ProposalStatus.WITHDRAWN: frozenset(),
}


class DeclineReason(models.TextChoices):
    TOO_FAR = "too_far", _("Het is te ver")
    TARGET_GROUP = "target_group", _("De doelgroep past niet bij mij")
    DAYS = "days", _("De dagen komen niet uit")
    OTHER = "other", _("Iets anders")


class PairDecisionKind(models.TextChoices):
    """What a person may decide about one student and one place; the reason is always kept."""

    LOCK = "lock", _("stel deze plek aan deze student voor")
    EXCLUDE = "exclude", _("stel deze plek nooit aan deze student voor")
