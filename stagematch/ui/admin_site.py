"""The admin site: Django's own, for people with work to do in it, with room for other views under the same address."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _

ViewsOf = Callable[["StagematchAdminSite"], list[URLPattern | URLResolver]]
MayEnter = Callable[[HttpRequest], bool]


class StagematchAdminSite(admin.AdminSite):
    """Lets in platform admins, and whoever a room vouches for (`allow_entry`); carries the rooms' own views (`add_views`)."""

    site_title = _("stagematch beheer")
    site_header = _("stagematch beheer")
    index_title = _("Beheer")
    site_url = "/"
    enable_nav_sidebar = False

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self._views: list[ViewsOf] = []
        self._doorkeepers: list[MayEnter] = []

    def add_views(self, views: ViewsOf) -> None:
        """Add a room's own pages to the site; `views` gets the site and returns URL patterns."""
        self._views.append(views)

    def allow_entry(self, may_enter: MayEnter) -> None:
        """Let in everybody for whom `may_enter(request)` is true; what they see inside is up to each ModelAdmin."""
        self._doorkeepers.append(may_enter)

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether this person may enter the admin at all."""
        user = request.user
        if not (user.is_authenticated and user.is_active):
            return False
        return user.is_superuser or any(may_enter(request) for may_enter in self._doorkeepers)

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Guard a page: who is not signed in signs in, who has no work here gets 403."""
        guarded = super().admin_view(view, cacheable)

        @wraps(guarded)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if request.user.is_authenticated and not self.has_permission(request):
                raise PermissionDenied
            return guarded(request, *args, **kwargs)

        return inner

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one way to sign in, with its brakes and second factor; the admin has none of its own."""
        if request.user.is_authenticated:
            return redirect("admin:index")
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Sign out the one way there is."""
        return redirect("account_logout")

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Change a password where it is changed for everybody."""
        return redirect("account_change_password")

    def get_urls(self) -> list[Any]:
        """The rooms' own pages first, then Django's."""
        return [url for views in self._views for url in views(self)] + super().get_urls()
