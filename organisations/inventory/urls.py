"""The addresses of the inventory: on the site, and inside the admin site."""

from django.urls import URLPattern, URLResolver, path

from organisations.inventory.views import answer, broker, school
from stagematch.ui.admin_site import StagematchAdminSite

site_urls: list[URLPattern | URLResolver] = [
    path("inventarisatie/<str:token>/", answer.answer_by_link, name="inventory-answer"),
    path("team/inventarisatie/<uuid:public_id>/", answer.answer_signed_in, name="team-inventory"),
    path("school/inventarisatie/", school.overview, name="school-inventory"),
    path("school/inventarisatie/nieuw/", school.new_round, name="school-inventory-new"),
    path("school/inventarisatie/ronde/<uuid:public_id>/", school.change_round, name="school-inventory-round"),
    path("school/inventarisatie/export.csv", school.export, {"kind": "csv"}, name="school-inventory-csv"),
    path("school/inventarisatie/export.xlsx", school.export, {"kind": "xlsx"}, name="school-inventory-xlsx"),
]


def admin_urls(site: StagematchAdminSite) -> list[URLPattern | URLResolver]:
    """Return the pages inside the admin site; names get its namespace."""
    at = "inventarisatie/periode/<slug:slug>/"
    return [
        path("inventarisatie/", broker.index, name="inventory"),
        path("inventarisatie/nieuw/", broker.new_round, name="inventory-new"),
        path(at, broker.period, name="inventory-period"),
        path(f"{at}herinneren/", broker.chase, name="inventory-chase"),
        path(f"{at}export.csv", broker.export, {"kind": "csv"}, name="inventory-csv"),
        path(f"{at}export.xlsx", broker.export, {"kind": "xlsx"}, name="inventory-xlsx"),
        path("inventarisatie/ronde/<uuid:public_id>/", broker.change_round, name="inventory-round"),
        path("inventarisatie/team/<uuid:public_id>/", broker.team, name="inventory-team"),
        path("inventarisatie/team/<uuid:public_id>/overnemen/", broker.take_over, name="inventory-take-over"),
    ]
