"""Addresses around what students and their schools do together; included by `placements.urls`."""

from django.urls import path

from placements.views import assisted, reports, student

urlpatterns = [
    path("mijn/reacties/<uuid:public_id>/uitleg/", student.rejection_helpful, name="rejection-helpful"),
    path("mijn/aanvragen/<uuid:public_id>/", assisted.my_request, name="my-request"),
    path("toestemming/<str:token>/", assisted.consent, name="assisted-consent"),
    path("mijn/melden/", reports.report_make, name="report-make"),
    path("mijn/melden/<uuid:public_id>/", reports.my_report, name="my-report"),
    path("school/studenten/<uuid:public_id>/aanmelden/", assisted.school_ask, name="school-ask"),
    path("school/meldingen/", reports.school_reports, name="school-reports"),
    path("school/meldingen/<uuid:public_id>/", reports.school_report, name="school-report"),
    path("school/meldingen/contact/<slug:slug>/", reports.school_contact, name="school-contact"),
]
