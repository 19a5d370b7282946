"""The 35 arbeidsmarktregio's get the codes and names of CBS.

The rows that shipped before had numbers of our own, in the order of the regulation of 2015. They are changed in place, so
that whatever points at one keeps pointing at the same region; `load_reference` then finds nothing to change in them.
"""

import datetime as dt
from typing import Any

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

OWN = "Lijst van 2015; eigen volgnummer"
FROM = dt.date(2026, 1, 1)
SOURCE = "CBS, Gebieden in Nederland 2026"
# In the order of our own numbers AM01 to AM35.
OFFICIAL = (
    "AM01 Groningen", "AM02 Friesland", "AM15 Noord-Holland Noord", "AM03 Drenthe", "AM36 Regio Zwolle",
    "AM11 Flevoland", "AM17 Zaanstreek/Waterland", "AM37 Zuid-Kennemerland en IJmond", "AM05 Twente",
    "AM18 Groot Amsterdam", "AM06 Veluwe Stedendriehoek", "AM12 Gooi en Vechtstreek", "AM19 Holland Rijnland",
    "AM13 Midden-Utrecht", "AM14 Amersfoort", "AM38 FoodValley", "AM09 Achterhoek", "AM34 Zuid-Holland Centraal",
    "AM20 Midden-Holland", "AM21 Haaglanden", "AM07 Midden-Gelderland", "AM22 Rijnmond", "AM10 Rivierenland",
    "AM35 Gorinchem", "AM08 Rijk van Nijmegen", "AM23 Drechtsteden", "AM27 Noordoost-Brabant", "AM25 West-Brabant",
    "AM24 Zeeland", "AM26 Midden-Brabant", "AM29 Noord-Limburg", "AM32 Helmond-De Peel", "AM28 Zuidoost-Brabant",
    "AM33 Midden-Limburg", "AM30 Zuid-Limburg",
)  # fmt: skip


def use_official_codes(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Rename the rows that shipped before; rows somebody imported from an official list stay as they are."""
    region: Any = apps.get_model("regions", "Region")
    mine = list(region.objects.filter(kind="labour_market", source__startswith=OWN))
    for row in mine:
        label = OFFICIAL[int(row.code[2:]) - 1]
        if region.objects.filter(kind="labour_market", code=label[:4], valid_from=FROM).exists():
            continue
        row.code, row.name, row.valid_from, row.source = label[:4], label[5:], FROM, SOURCE
        row.save()


class Migration(migrations.Migration):
    dependencies = [("regions", "0003_dutch_labels")]

    operations = [migrations.RunPython(use_official_codes, migrations.RunPython.noop)]
