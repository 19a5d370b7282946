"""The addresses of pledges on the site; the stagemakelaar's are in `views.pledge_work`."""

from django.urls import URLPattern, URLResolver, path

from roadshows.views import pledge_desk, pledges

urlpatterns: list[URLPattern | URLResolver] = [
    path("roadshows/<slug:slug>/toezeggen/", pledges.pledge_new, name="roadshow-pledge-new"),
    path("roadshows/<slug:slug>/toezeggen/klaar/", pledges.pledge_done, name="roadshow-pledge-done"),
    path("roadshows/<slug:slug>/teller/", pledges.tally_screen, name="roadshow-tally"),
    path("roadshows/<slug:slug>/toezeggingen/", pledge_desk.pledge_list, name="roadshow-pledges"),
    path("roadshows/<slug:slug>/toezeggingen/nieuw/", pledge_desk.pledge_add, name="roadshow-pledge-add"),
    path("roadshows/<slug:slug>/toezeggingen/loket/", pledge_desk.pledge_desk, name="roadshow-pledge-desk"),
    path(
        "roadshows/<slug:slug>/toezeggingen.csv",
        pledge_desk.pledge_export,
        {"kind": "csv"},
        name="roadshow-pledges-csv",
    ),
    path(
        "roadshows/<slug:slug>/toezeggingen.xlsx",
        pledge_desk.pledge_export,
        {"kind": "xlsx"},
        name="roadshow-pledges-xlsx",
    ),
    path("roadshows/<slug:slug>/toezeggingen/<uuid:public_id>/", pledge_desk.pledge_detail, name="roadshow-pledge"),
    path("toezegging/<str:token>/", pledges.pledge_by_link, name="pledge-by-link"),
    path("toezeggen/helper/<str:token>/", pledges.pledge_helper, name="pledge-helper"),
]
