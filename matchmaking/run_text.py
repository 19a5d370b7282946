"""The figures of a run, with their names in Dutch."""

from django.utils.translation import gettext as _

from matchmaking.models import MatchingRun


def facts_of(run: MatchingRun) -> list[tuple[str, int]]:
    """Name and number of everything that was counted."""
    names = {
        "students": _("studenten die zoeken en meedoen"),
        "vacancies": _("vacatures die meedoen"),
        "places": _("vrije plekken"),
        "pairs": _("mogelijke combinaties"),
        "without_candidates": _("studenten zonder één passende plek"),
        "placed": _("studenten met een voorstel uit de verdeling"),
        "unplaced": _("studenten zonder voorstel uit de verdeling"),
        "first_choice": _("kreeg de eerste van de eigen lijst"),
        "hard_cases": _("studenten die vaak nee kregen"),
        "hard_cases_unplaced": _("waarvan zonder voorstel"),
        "handed_over": _("studenten met wie een mens meezoekt, na vaak nee"),
        "proposals": _("voorstellen in totaal"),
        "extra_proposals": _("waarvan extra suggesties"),
        "mails": _("mails"),
    }
    return [(name, int(run.counts[key])) for key, name in names.items() if key in run.counts]
