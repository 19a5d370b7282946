from django.urls import URLPattern, URLResolver, path

from roadshows.impact_urls import urlpatterns as impact_urls
from roadshows.pledge_urls import urlpatterns as pledge_urls
from roadshows.registration_urls import urlpatterns as registration_urls
from roadshows.views import declaration, organiser, public, tables

urlpatterns: list[URLPattern | URLResolver] = [
    path("roadshows/", public.roadshow_list, name="roadshow-list"),
    path("roadshows/agenda.ics", public.roadshow_feed, name="roadshow-feed"),
    path("roadshows/beheer/", organiser.managed_list, name="roadshow-managed"),
    path("roadshows/nieuw/", organiser.roadshow_new, name="roadshow-new"),
    path("roadshows/tafel/<str:token>/", tables.table_by_link, name="work-table-link"),
    *registration_urls,
    *impact_urls,
    path("roadshows/<slug:slug>/", public.roadshow_detail, name="roadshow-detail"),
    path("roadshows/<slug:slug>/agenda.ics", public.roadshow_ics, name="roadshow-ics"),
    path("roadshows/<slug:slug>/wijzig/", organiser.roadshow_edit, name="roadshow-edit"),
    path("roadshows/<slug:slug>/status/", organiser.roadshow_status, name="roadshow-status"),
    path("roadshows/<slug:slug>/kopie/", organiser.roadshow_copy, name="roadshow-copy"),
    path("roadshows/<slug:slug>/werktafels/", tables.tables_manage, name="roadshow-tables"),
    path("roadshows/<slug:slug>/werktafels/scherm/", tables.tables_screen, name="roadshow-tables-screen"),
    path("roadshows/<slug:slug>/werktafels/kaarten/", tables.table_cards, name="roadshow-table-cards"),
    path("roadshows/<slug:slug>/werktafels/briefjes/", tables.notes_group, name="roadshow-notes"),
    path(
        "roadshows/<slug:slug>/werktafels/export.csv", tables.tables_export, {"kind": "csv"}, name="roadshow-tables-csv"
    ),
    path(
        "roadshows/<slug:slug>/werktafels/export.xlsx",
        tables.tables_export,
        {"kind": "xlsx"},
        name="roadshow-tables-xlsx",
    ),
    path("roadshows/<slug:slug>/werktafels/<int:number>/", tables.table_of_organiser, name="roadshow-table"),
    path("roadshows/<slug:slug>/werktafels/<int:number>/wijzig/", tables.table_change, name="roadshow-table-change"),
    path("roadshows/<slug:slug>/tekenen/", declaration.roadshow_signatures, name="roadshow-signatures"),
    path("erkenningsverklaring/", declaration.register, name="declaration"),
    path("erkenningsverklaring/register.atom", declaration.register_feed, name="declaration-feed"),
    path("erkenningsverklaring/versie/<int:version>/", declaration.text_version, name="declaration-text"),
    path("erkenningsverklaring/onze/", declaration.our_signatures, name="our-signatures"),
    path("erkenningsverklaring/tekenen/<str:token>/", declaration.sign_by_link, name="declaration-sign"),
    path("erkenningsverklaring/bijhouden/<str:token>/", declaration.keep_by_link, name="declaration-keep"),
    path("erkenningsverklaring/<uuid:public_id>/", declaration.signature_detail, name="signature-detail"),
    path("erkenningsverklaring/<uuid:public_id>/bijhouden/", declaration.keep_signed_in, name="signature-keep"),
    *pledge_urls,
]
