"""Every address of stagematch. Each app brings its own; the order only matters for the first part."""

from django.contrib import admin
from django.urls import include, path

from stagematch.ui import views as ui_views

handler400 = "stagematch.ui.views.bad_request"
handler403 = "stagematch.ui.views.forbidden"
handler404 = "stagematch.ui.views.not_found"
handler500 = "stagematch.ui.views.server_error"

urlpatterns = [
    path("gezond/", ui_views.alive, name="alive"),
    path("gezond/db/", ui_views.alive_with_database, name="alive-db"),
    path("", include("stagematch.ui.urls")),
    path("account/", include("organisations.sign_in_urls")),
    path("account/", include("allauth.urls")),
    path("", include("stagematch.accounts.urls")),
    path("", include("stagematch.mail.urls")),
    path("", include("organisations.urls")),
    path("", include("students.urls")),
    path("", include("placements.urls")),
    path("", include("matchmaking.urls")),
    path("", include("shortages.urls")),
    path("", include("roadshows.urls")),
    path("beheer/", admin.site.urls),
]
