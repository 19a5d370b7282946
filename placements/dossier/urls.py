"""The addresses of files, by role. The stagemakelaar's are in the admin site (views.organisation.urls)."""

from django.urls import path

from placements.dossier.views import actions, links, school, student, supervisor

urlpatterns = [
    path("mijn/stage/", student.my_stage, name="my-stage"),
    path("plaatsingen/<uuid:public_id>/", actions.placement_file, name="placement-file"),
    path("plaatsingen/<uuid:public_id>/pok.pdf", actions.pok_download, name="placement-pok"),
    path("plaatsingen/<uuid:public_id>/<slug:slug>/", actions.placement_action, name="placement-action"),
    path("begeleiding/", supervisor.guidance, name="guidance"),
    path("begeleiding/<uuid:public_id>/", supervisor.guidance_file, name="guidance-file"),
    path("school/plaatsingen/", school.school_placements, name="school-placements"),
    path("school/plaatsingen/export/", school.school_placements_export, name="school-placements-export"),
    path("school/plaatsingen/<uuid:public_id>/", school.school_placement, name="school-placement"),
    path("stage/<str:token>/", links.guidance_link, name="guidance-link"),
    path("stage/<str:token>/pok.pdf", links.guidance_link_pok, name="guidance-link-pok"),
    path("stage/<str:token>/<slug:slug>/", links.guidance_link_action, name="guidance-link-action"),
    path("meetekenen/<str:token>/", links.guardian_link, name="guardian-link"),
    path("meetekenen/<str:token>/pok.pdf", links.guardian_link_pok, name="guardian-link-pok"),
]
