"""What would help, ranked, as counted on one night (features B6)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from organisations.models import Organisation, Qualification, Team
from shortages.enums import LeverKind
from shortages.models.snapshot import ShortageSnapshot
from stagematch.regions.models import Municipality, Region


class Lever(models.Model):
    """One change and how many more students it places. `school` is empty for what everybody may see.

    `gain`: students placed by one step of it (a place, four hours of supervision, one phone round, one agreement);
    `steps`: how many such steps keep helping (k*); `direct`: students who could take the first place themselves, the
    others are placed because somebody moves on. `example` tells one chain in facts (gemeenten, never persons).
    """

    snapshot = models.ForeignKey(ShortageSnapshot, models.CASCADE, related_name="levers")
    kind = models.CharField(_("soort"), max_length=12, choices=LeverKind)
    school = models.ForeignKey(Organisation, models.CASCADE, null=True, blank=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, blank=True, related_name="+")
    municipality = models.ForeignKey(Municipality, models.PROTECT, null=True, blank=True, related_name="+")
    qualification = models.ForeignKey(Qualification, models.PROTECT, null=True, blank=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="+")
    year = models.PositiveSmallIntegerField(_("leerjaar"), null=True, blank=True)
    days = models.PositiveSmallIntegerField(_("stagedagen"), null=True, blank=True)
    amount = models.PositiveSmallIntegerField(_("hoeveel van een stap"), default=1)  # hours, km, students to call
    gain = models.PositiveIntegerField(_("studenten per stap"))
    steps = models.PositiveSmallIntegerField(_("zo vaak helpt het"), default=1)
    direct = models.PositiveIntegerField(_("studenten die direct passen"), default=0)
    example = models.JSONField(_("voorbeeld van de keten"), default=dict)
    position = models.PositiveIntegerField(_("volgorde"))  # 1 is what helps most for the least effort

    class Meta:
        verbose_name = _("wat helpt")
        verbose_name_plural = _("wat helpt")
        ordering = ["position"]
        indexes = [
            models.Index(fields=["snapshot", "school", "position"], name="lever_of_school"),
            models.Index(fields=["snapshot", "region", "position"], name="lever_of_region"),
        ]

    def __str__(self) -> str:
        return f"{self.snapshot}: {self.kind} {self.gain}"
