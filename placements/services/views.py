"""Saved views of a list: a name for a set of filters, of one person, shared by choice."""

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from organisations.enums import Role
from organisations.models import Membership
from placements.enums import ViewPage
from placements.models import SavedView
from stagematch.accounts.models import User
from stagematch.clock import now
from stagematch.ui.errors import RuleError

MAX_VIEWS = 20
_ROLE = {ViewPage.QUEUE: Role.BROKER, ViewPage.STUDENTS: Role.COORDINATOR}


def save_view(
    *,
    actor: User,
    name: str,
    query: str,
    page: ViewPage = ViewPage.QUEUE,
    is_default: bool = False,
    is_shared: bool = False,
) -> SavedView:
    """Keep filters under a name; the same name again replaces them. One view at most is where the person starts.

    Raises RuleError: name_missing, no_organisation (only who works somewhere has colleagues to share with), too_many.
    """
    name, query = (text.replace("\x00", "").strip() for text in (name, query))
    name = name[:60]
    if not name:
        raise RuleError("name_missing", _("Geef de weergave een naam."), field="name")
    membership = Membership.objects.active().filter(user=actor, role=_ROLE[page]).order_by("pk").first()
    if membership is None:
        where = (
            _("stagemakelaar bij een organisatie") if page == ViewPage.QUEUE else _("BPV-coördinator bij een school")
        )
        raise RuleError("no_organisation", _("Een weergave bewaren kan als je %(role)s bent.") % {"role": where})
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # two windows do not make 21 views or two defaults
        mine = SavedView.objects.filter(user=actor, page=page)
        if mine.exclude(name=name).count() >= MAX_VIEWS:
            raise RuleError(
                "too_many", _("Je hebt al %(n)d weergaven. Haal er eerst een weg.") % {"n": MAX_VIEWS}, field="name"
            )
        if is_default:
            mine.filter(is_default=True).update(is_default=False)
        view, _created = SavedView.objects.update_or_create(
            user=actor,
            page=page,
            name=name,
            defaults={
                "organisation": membership.organisation,
                "query": query[:500],
                "is_default": is_default,
                "is_shared": is_shared,
                "created_at": now(),
            },
        )
    return view


def remove_view(*, view: SavedView, actor: User) -> None:
    """Forget a view. Raises RuleError `not_yours` for a colleague's."""
    if view.user_id != actor.pk:
        raise RuleError("not_yours", _("Deze weergave is van een collega. Alleen die kan hem weghalen."))
    view.delete()


def views_for(user: User, page: ViewPage = ViewPage.QUEUE) -> QuerySet[SavedView]:
    """Return one's own views and those colleagues of the same organisation share, own ones first."""
    colleagues = Membership.objects.filter(user=user, is_active=True, role=_ROLE[page]).values("organisation")
    return (
        SavedView.objects.filter(page=page)
        .filter(Q(user=user) | Q(is_shared=True, organisation__in=colleagues))
        .select_related("user")
        .order_by("name", "pk")
    )
