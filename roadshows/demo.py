"""The roadshows of the published sources, and one invented roadshow that is still to come."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

from organisations.models import Organisation
from roadshows import demo_registration
from roadshows.enums import PartKind, RoadshowStatus, SignatureStatus
from roadshows.models import (
    DeclarationText,
    Outcome,
    ProgrammePart,
    Roadshow,
    RoadshowOrganiser,
    Signature,
    TableNote,
    WorkTable,
)
from stagematch.regions.models import Region

DATA = Path(__file__).parent / "data"
_PROGRAMME = (
    (PartKind.ARRIVAL, dt.time(13, 0), "Inloop met soep", "Gemaakt door studenten en buurtbewoners."),
    (PartKind.TALK, dt.time(13, 30), "Drie verhalen uit de praktijk", "Over kansen krijgen en kansen geven."),
    (PartKind.TABLES, dt.time(14, 15), "Werktafels", "Over begeleiding, taken per leerjaar en van stage naar baan."),
    (PartKind.SIGNING, dt.time(15, 45), "Toezeggen en tekenen", "De teller loopt mee op het scherm."),
    (PartKind.CLOSING, dt.time(16, 30), "Napraten", "Met wie maak je de eerste afspraak?"),
)


def load_published() -> int:
    """Write the roadshows that sources describe, with what came of them; return how many are new.

    Only what was published is in them: where a day, a place or a number of visitors was not published, it stays empty.
    Run again it changes nothing.
    """
    organisations = {row.slug: row for row in Organisation.objects.all()}
    new = 0
    for row in _read("published.csv"):
        note = f"Uit gepubliceerde bron: {row['source']}"
        roadshow, is_new = Roadshow.objects.get_or_create(
            slug=row["slug"],
            defaults={
                **{name: row[name] for name in ("title", "when_note", "place", "venue", "question", "summary")},
                "day": dt.date.fromisoformat(row["day"]) if row["day"] else None,
                "attendance": row["attendance"],
                "status": RoadshowStatus(row["status"]),
                "is_public": True,
                "source_note": note,
            },
        )
        if not is_new:
            continue
        new += 1
        for entry in row["organisers"].split(";"):
            name, _, slug = entry.partition("=")
            RoadshowOrganiser.objects.create(roadshow=roadshow, name=name, organisation=organisations.get(slug))
        Outcome.objects.bulk_create(
            Outcome(roadshow=roadshow, kind=found["kind"], text=found["text"], owner=found["owner"])
            for found in _read("published_outcomes.csv")
            if found["slug"] == row["slug"]
        )
        _notes(roadshow)
    return new


def load_declaration() -> None:
    """Write the first text, in our own words, and the signatures of organisations that sources name; no others."""
    row = _read("published_declaration.csv")[0]
    text, is_new = DeclarationText.objects.get_or_create(
        version=1,
        defaults={
            **{name: row[name] for name in ("title", "introduction", "recognise", "invest", "position", "impact")},
            "source_note": row["source_note"],
            "published_on": dt.date.fromisoformat(row["published_on"]),
            "is_current": True,
        },
    )
    if not is_new:
        return
    organisations = {found.slug: found for found in Organisation.objects.all()}
    roadshow = Roadshow.objects.filter(slug="amsterdam-2026").first()
    for signed in _read("published_signatures.csv"):
        Signature.objects.create(
            declaration=text,
            name=signed["name"],
            organisation=organisations.get(signed["slug"]),
            roadshow=roadshow,
            status=SignatureStatus.SIGNED,
            signed_on=dt.date.fromisoformat(signed["signed_on"]),
            source_note=f"Uit gepubliceerde bron: {signed['source']}",
        )


def _notes(roadshow: Roadshow) -> None:
    """The werktafels that a source reports, in our own short words; the source numbers no tables and counts no votes."""
    tables: dict[str, WorkTable] = {}
    for row in _read("published_notes.csv"):
        if row["slug"] != roadshow.slug:
            continue
        if row["number"] not in tables:
            tables[row["number"]] = WorkTable.objects.create(
                roadshow=roadshow,
                number=int(row["number"]),
                title=row["title"],
                is_open=False,
                is_public=True,
                source_note="Kort, in onze eigen woorden. Uit het verslag van de Actieagenda mbo Sociaal Werk, 2023.",
            )
        TableNote.objects.create(table=tables[row["number"]], kind=row["kind"], text=row["text"])


def fill(day: dt.date) -> str:
    """Add the published roadshows and one invented one, four weeks after `day`; return a line that says so."""
    count = load_published()
    load_declaration()
    coming = Roadshow.objects.create(
        slug="utrecht-maakt-plek-demo",
        title="Utrecht maakt plek (demo)",
        question="Wie maakt er plek voor de studenten die nog zoeken?",
        summary="Een verzonnen roadshow, om te laten zien hoe een aankondiging eruitziet.",
        region=Region.objects.filter(kind=Region.Kind.PROVINCE, name="Utrecht").first(),
        place="Utrecht",
        venue="Buurthuis De Ooievaar (demo)",
        access_info="De ingang is gelijkvloers. Er is een toilet voor rolstoelen.",
        day=_weekday_after(day + dt.timedelta(days=28)),
        begins_at=dt.time(13, 0),
        ends_at=dt.time(17, 0),
        status=RoadshowStatus.CONFIRMED,
        goal_places=40,
        capacity=90,
        is_public=True,
        is_demo=True,
        source_note="Verzonnen voor de demo",
    )
    partner = Organisation.objects.filter(slug="sociaal-werk-nederland").first()
    RoadshowOrganiser.objects.create(
        roadshow=coming, organisation=partner, name=partner.name if partner else "Organisator (demo)"
    )
    ProgrammePart.objects.bulk_create(
        ProgrammePart(roadshow=coming, kind=kind, begins_at=time, title=title, text=text)
        for kind, time, title, text in _PROGRAMME
    )
    for number, title in enumerate(("Begeleiding", "Taken per leerjaar", "Van stage naar baan"), 1):
        WorkTable.objects.create(roadshow=coming, number=number, title=title, question="Wat is er nodig?")
    demo_registration.fill(coming)
    small = Roadshow.objects.create(
        slug="zwolle-maakt-plek-demo",
        title="Zwolle maakt plek (demo)",
        question="Wat heb jij nodig om een student te begeleiden?",
        summary="Een verzonnen gesprek in het klein. Het is vol, dus hier zie je hoe de wachtlijst werkt.",
        region=Region.objects.filter(kind=Region.Kind.PROVINCE, name="Overijssel").first(),
        place="Zwolle",
        venue="Keukentafel van De Hinkelbaan (demo)",
        day=_weekday_after(day + dt.timedelta(days=42)),
        begins_at=dt.time(10, 0),
        ends_at=dt.time(12, 0),
        status=RoadshowStatus.PLANNED,
        capacity=3,
        is_public=True,
        is_demo=True,
        source_note="Verzonnen voor de demo",
    )
    RoadshowOrganiser.objects.create(
        roadshow=small, organisation=partner, name=partner.name if partner else "Organisator (demo)"
    )
    demo_registration.fill_full(small)
    return f"{count + 2:>7} roadshows"


def _weekday_after(day: dt.date) -> dt.date:
    return day + dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


def _read(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
