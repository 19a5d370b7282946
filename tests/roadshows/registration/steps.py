"""Short ways to a roadshow that people come to, and to what they got by mail."""

# mypy: disable-error-code="no-untyped-def, union-attr, operator"

import datetime as dt
import re

from roadshows.enums import RoadshowStatus
from roadshows.models import Registration, Roadshow, RoadshowOrganiser
from roadshows.services import registration as services
from stagematch.clock import today
from stagematch.mail.models import OutgoingMail


def make_roadshow(organisation, **fields) -> Roadshow:
    values = {
        "title": "Wijk maakt plek",
        "slug": "wijk-maakt-plek",
        "day": today() + dt.timedelta(days=30),
        "begins_at": dt.time(13, 0),
        "ends_at": dt.time(17, 0),
        "place": "Delft",
        "venue": "Het Buurthuis",
        "status": RoadshowStatus.CONFIRMED,
        "is_public": True,
        "capacity": 2,
    }
    made = Roadshow.objects.create(**(values | fields))
    RoadshowOrganiser.objects.create(roadshow=made, organisation=organisation, name=organisation.name)
    return made


def come(roadshow: Roadshow, name: str, **more) -> Registration:
    return services.register(
        roadshow=roadshow, name=name, email=f"{name.lower()}@cast.example", role="student", actor=None, **more
    )


def mails(kind: str) -> list[str]:
    rows = OutgoingMail.objects.filter(template=f"roadshows/{kind}").order_by("pk")
    return list(rows.values_list("to_email", flat=True))


def link_in(kind: str, email: str) -> str:
    """The path of the personal page in somebody's last mail of this kind."""
    body = OutgoingMail.objects.filter(template=f"roadshows/{kind}", to_email=email).latest("pk").body_text
    found = re.search(r"https?://[^/]+(/roadshows/aanmelding/\S+)", body)
    assert found, body
    return found[1]


def states(roadshow: Roadshow) -> dict[str, str]:
    return dict(Registration.objects.filter(roadshow=roadshow).values_list("name", "status"))
