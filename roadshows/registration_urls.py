"""Addresses of registration and check-in; none of them can be taken for a roadshow's own (`services.events.RESERVED`)."""

from django.urls import URLPattern, URLResolver, path

from roadshows.views import checkin, registration, registrations

urlpatterns: list[URLPattern | URLResolver] = [
    path("roadshows/inchecken/<slug:code>/", checkin.by_code, name="check-in-code"),
    path("roadshows/helpen/<str:token>/", checkin.helper, name="check-in-helper"),
    path("roadshows/<slug:slug>/inchecken/", checkin.desk, name="check-in"),
    path("roadshows/<slug:slug>/inchecken/versturen/", checkin.receive, name="check-in-receive"),
    path("roadshows/<slug:slug>/inchecken/werker.js", checkin.worker, name="check-in-worker"),
    path("roadshows/aanmelding/<str:token>/", registration.by_link, name="registration"),
    path("roadshows/aanmelding/<str:token>/wijzig/", registration.change_by_link, name="registration-change"),
    path("roadshows/<slug:slug>/aanmelden/", registration.register, name="roadshow-register"),
    path("roadshows/<slug:slug>/aanmelden/gelukt/", registration.registered, name="roadshow-registered"),
    path("roadshows/<slug:slug>/aanmeldingen/", registrations.registration_list, name="roadshow-registrations"),
    path(
        "roadshows/<slug:slug>/aanmeldingen/lijst.csv",
        registrations.export,
        {"kind": "csv"},
        name="roadshow-people-csv",
    ),
    path(
        "roadshows/<slug:slug>/aanmeldingen/lijst.xlsx",
        registrations.export,
        {"kind": "xlsx"},
        name="roadshow-people-xlsx",
    ),
    path("roadshows/<slug:slug>/aanmeldingen/afmelden/", registrations.cancel, name="roadshow-registration-cancel"),
    path("roadshows/<slug:slug>/aanmeldingen/helpers/", registrations.helpers, name="roadshow-helpers"),
    path("roadshows/<slug:slug>/mijn-aanmelding/", registration.signed_in, name="my-registration"),
    path("roadshows/<slug:slug>/mijn-aanmelding/wijzig/", registration.change_signed_in, name="my-registration-change"),
]
