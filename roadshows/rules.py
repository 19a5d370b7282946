"""Who may do what with a roadshow."""

from django.contrib.auth.models import AnonymousUser

from roadshows.models import Roadshow
from stagematch.accounts.models import User


def may_manage(user: User | AnonymousUser, roadshow: Roadshow) -> bool:
    """Whether this person organises the roadshow, or is a platform admin."""
    return Roadshow.objects.managed_by(user).filter(pk=roadshow.pk).exists()
