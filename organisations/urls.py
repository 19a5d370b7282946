from django.urls import URLPattern, URLResolver, path

from organisations.inventory.urls import site_urls
from organisations.invitations import views as invitations
from organisations.views import public, team

urlpatterns: list[URLPattern | URLResolver] = [
    path("organisaties/<slug:slug>/", public.organisation_detail, name="organisation-detail"),
    path("team/", team.team_overview, name="team-overview"),
    path("uitnodiging/<str:token>/", invitations.invitation_by_link, name="invitation"),
    path("uitnodigingen/", invitations.my_invitations, name="my-invitations"),
    path("school/collegas/", invitations.school_colleagues, name="school-colleagues"),
    path("school/collegas/<uuid:public_id>/", invitations.school_invitation, name="school-invitation"),
    *site_urls,
]
