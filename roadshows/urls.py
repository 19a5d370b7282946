from django.urls import URLPattern, URLResolver, path

from roadshows.views import organiser, public

urlpatterns: list[URLPattern | URLResolver] = [
    path("roadshows/", public.roadshow_list, name="roadshow-list"),
    path("roadshows/agenda.ics", public.roadshow_feed, name="roadshow-feed"),
    path("roadshows/beheer/", organiser.managed_list, name="roadshow-managed"),
    path("roadshows/nieuw/", organiser.roadshow_new, name="roadshow-new"),
    path("roadshows/<slug:slug>/", public.roadshow_detail, name="roadshow-detail"),
    path("roadshows/<slug:slug>/agenda.ics", public.roadshow_ics, name="roadshow-ics"),
    path("roadshows/<slug:slug>/wijzig/", organiser.roadshow_edit, name="roadshow-edit"),
    path("roadshows/<slug:slug>/status/", organiser.roadshow_status, name="roadshow-status"),
    path("roadshows/<slug:slug>/kopie/", organiser.roadshow_copy, name="roadshow-copy"),
]
