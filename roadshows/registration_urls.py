"""Addresses of registration and check-in; none of them can be taken for a roadshow's own (`services.events.RESERVED`)."""

from django.urls import URLPattern, URLResolver, path

from roadshows.views import checkin, registration

urlpatterns: list[URLPattern | URLResolver] = [
    path("roadshows/inchecken/<slug:code>/", checkin.by_code, name="check-in-code"),
    path("roadshows/aanmelding/<str:token>/", registration.by_link, name="registration"),
    path("roadshows/aanmelding/<str:token>/wijzig/", registration.change_by_link, name="registration-change"),
    path("roadshows/<slug:slug>/aanmelden/", registration.register, name="roadshow-register"),
    path("roadshows/<slug:slug>/aanmelden/gelukt/", registration.registered, name="roadshow-registered"),
    path("roadshows/<slug:slug>/mijn-aanmelding/", registration.signed_in, name="my-registration"),
    path("roadshows/<slug:slug>/mijn-aanmelding/wijzig/", registration.change_signed_in, name="my-registration-change"),
]
