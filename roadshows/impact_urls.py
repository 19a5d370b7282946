from django.urls import URLPattern, URLResolver, path

from roadshows.views import impact

urlpatterns: list[URLPattern | URLResolver] = [
    path("roadshows/opbrengst/", impact.all_impact, name="roadshows-impact"),
    path("roadshows/opbrengst/rijen/", impact.impact_rows, name="roadshows-impact-rows"),
    path("roadshows/opbrengst/bestand.<slug:kind>", impact.all_impact_file, name="roadshows-impact-file"),
    path("roadshows/<slug:slug>/opbrengst/", impact.roadshow_impact, name="roadshow-impact"),
    path(
        "roadshows/<slug:slug>/opbrengst/bestand.<slug:kind>", impact.roadshow_impact_file, name="roadshow-impact-file"
    ),
    path("roadshows/<slug:slug>/opbrengsten/", impact.roadshow_outcomes, name="roadshow-outcomes"),
    path("roadshows/<slug:slug>/opbrengsten/<int:number>/", impact.outcome_change, name="roadshow-outcome"),
    path("roadshows/<slug:slug>/briefing/", impact.roadshow_briefing, name="roadshow-briefing"),
]
