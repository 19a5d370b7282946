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


class ProposalKind(models.TextChoices):
    DIVISION = "division", _("uit de verdeling")
    EXTRA = "extra", _("extra suggestie")


class ProposalStatus(models.TextChoices):
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
