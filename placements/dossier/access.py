"""Who somebody is in a stage, and the one way to get at its file."""

from dataclasses import dataclass

from django.db.models import QuerySet

from organisations.roles import describe
from placements.dossier.emails import file_path
from placements.dossier.enums import Side
from placements.dossier.files import PREFETCH, file_of
from placements.models import Placement, PlacementFile
from stagematch.accounts.models import User
from stagematch.audit.services import record_view


@dataclass(frozen=True)
class Acting:
    """Somebody who does something in a file: for which side, and whether through a secret link."""

    placement: Placement
    file: PlacementFile
    side: Side
    user: User
    by_link: bool = False

    @property
    def home(self) -> str:
        """The file page of this side."""
        return file_path(self.placement, self.side)


def whole_files() -> QuerySet[Placement]:
    """Return placements with all that a file page shows, in one query and three for the rows below."""
    return Placement.objects.select_related(
        "file__school_contact",
        "file__vog_seen_by",
        "file__start_exception_by",
        "application__assigned_to",
        "search",
        "student__user",
        "student__school",
        "student__programme__qualification",
        "vacancy__organisation",
        "vacancy__team",
        "vacancy__location__postcode",
        "supervisor__supervisor__user",
    ).prefetch_related(*PREFETCH)


def of_side(user: User, side: Side) -> QuerySet[Placement]:
    """Return the placements somebody has on one side, whole."""
    mine = {
        Side.STUDENT: Placement.objects.of_student,
        Side.SUPERVISOR: Placement.objects.guided_by,
        Side.ORGANISATION: Placement.objects.managed_by,
        Side.SCHOOL: Placement.objects.of_school,
    }[side](user)
    return whole_files().filter(pk__in=mine.values("pk"))


def sides_of(user: User, placement: Placement) -> list[Side]:
    """Return every side somebody is on in this stage; nothing for a stranger."""
    return [side for side in Side if of_side(user, side).filter(pk=placement.pk).exists()]


def with_file(placement: Placement) -> PlacementFile:
    """Return the file that came with a placement; make it for a stage from before there were files."""
    found: PlacementFile | None = getattr(placement, "file", None)
    return found if found is not None else file_of(placement)


def note_look(acting: Acting) -> None:
    """Write down that somebody looked at a student's file (R8)."""
    record_view(
        actor=acting.user, subject=acting.placement.student.user, obj=acting.placement, label=describe(acting.user)
    )
