from django.urls import URLPattern, URLResolver, path

from organisations.inventory.urls import site_urls
from organisations.views import public, team

urlpatterns: list[URLPattern | URLResolver] = [
    path("organisaties/<slug:slug>/", public.organisation_detail, name="organisation-detail"),
    path("team/", team.team_overview, name="team-overview"),
    *site_urls,
]
