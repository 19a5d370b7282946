"""The mails about pledges. Texts are in `templates/email/pledge_*/`; a key names the pledge, the cause and the day or person."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse

from organisations.enums import Role
from organisations.models import Membership
from roadshows.models import Pledge
from stagematch.accounts.models import User
from stagematch.clock import now, today
from stagematch.links.services import links_of, make_link
from stagematch.mail import samples
from stagematch.mail.models import OutgoingMail
from stagematch.mail.services import queue_mail

PURPOSE = "pledge"
LINK_DAYS = 120
KINDS = ("pledge_confirm", "pledge_noted", "pledge_question", "pledge_task", "pledge_offer")


def personal_link(pledge: Pledge) -> str:
    """Return a new address for the contact of this pledge: to confirm it, and to say how it goes."""
    return make_link(
        purpose=PURPOSE,
        subject=pledge,
        expires_at=now() + dt.timedelta(days=LINK_DAYS),
        email=pledge.contact_email,
    )


def facts(pledge: Pledge) -> dict[str, Any]:
    """What every mail may say about a pledge."""
    return {
        "organisation": pledge.name,
        "what": pledge.what,
        "years": pledge.years_text,
        "days": pledge.days_text,
        "roadshow": pledge.roadshow.title if pledge.roadshow else "",
        "contact": pledge.contact_name,
        "promised_on": pledge.promised_on,
        "is_places": pledge.is_places,
    }


def ask_to_confirm(pledge: Pledge) -> None:
    """Ask the owner of the address whether this is so; until then the pledge counts nowhere."""
    queue_mail(
        key=f"pledge_confirm:{pledge.public_id}",
        template="pledge_confirm",
        to=pledge.contact_email,
        context={**facts(pledge), "link": personal_link(pledge)},
    )


def note(pledge: Pledge, *, actor: User | None) -> None:
    """Thank the contact, with what we noted and the link to change it."""
    if not pledge.contact_email:
        return
    queue_mail(
        key=f"pledge_noted:{pledge.public_id}",
        template="pledge_noted",
        to=pledge.contact_email,
        context={**facts(pledge), "link": personal_link(pledge)},
    )


def brokers_of(pledge: Pledge) -> list[User]:
    """The stagemakelaars of the organisation that promised."""
    members = Membership.objects.active().filter(organisation=pledge.organisation_id, role=Role.BROKER)
    return [member.user for member in members.select_related("user").order_by("pk")]


def give_task(pledge: Pledge, *, actor: User | None) -> None:
    """Tell the stagemakelaars what their organisation promised; not who did it just now."""
    link = f"{settings.BASE_URL}{reverse('admin:pledge', args=[pledge.public_id])}"
    for broker in brokers_of(pledge):
        if actor is None or broker.pk != actor.pk:
            queue_mail(
                key=f"pledge_task:{pledge.public_id}:{pledge.organisation_id}:{broker.pk}",
                template="pledge_task",
                to=broker,
                context={**facts(pledge), "link": link},
            )


def question(pledge: Pledge, *, months: int, is_last: bool, day: dt.date) -> int:
    """Ask how it goes: the contact by a secret link, or else the stagemakelaars on their own page; return how many mails."""
    key = f"pledge_question:{pledge.public_id}:{day.isoformat()}"
    context = {**facts(pledge), "months": months, "is_last": is_last}
    if pledge.contact_email:
        # A colleague with an account has a say in how often we mail.
        user = User.objects.filter(email=pledge.contact_email, is_active=True).first()
        context["link"] = personal_link(pledge)
        return int(
            queue_mail(key=key, template="pledge_question", to=user or pledge.contact_email, context=context)
            is not None
        )
    sent = 0
    context["link"] = f"{settings.BASE_URL}{reverse('admin:pledge', args=[pledge.public_id])}"
    for broker in brokers_of(pledge):
        mail = queue_mail(key=f"{key}:{broker.pk}", template="pledge_question", to=broker, context=context)
        sent += mail is not None
    return sent


def organisers_of(pledge: Pledge) -> list[User]:
    """The people who organise the roadshow of a pledge."""
    if pledge.roadshow_id is None:
        return []
    members = Membership.objects.active().filter(
        role=Role.ORGANISER, organisation__roadshows_organised__roadshow=pledge.roadshow_id
    )
    return list({m.user.pk: m.user for m in members.select_related("user").order_by("pk")}.values())


def tell_offer(pledge: Pledge, *, text: str) -> None:
    """Tell the organisers that an organisation without an account wants to offer a place now."""
    assert pledge.roadshow is None or pledge.roadshow.slug  # noqa: S101 -- an address needs it
    if pledge.roadshow is None:
        return
    path = reverse("roadshow-pledge", args=[pledge.roadshow.slug, pledge.public_id])
    for organiser in organisers_of(pledge):
        queue_mail(
            key=f"pledge_offer:{pledge.public_id}:{today().isoformat()}:{organiser.pk}",
            template="pledge_offer",
            to=organiser,
            context={**facts(pledge), "text": text, "link": f"{settings.BASE_URL}{path}"},
        )


def forget_traces(pledge: Pledge) -> None:
    """Take the contact's address out of the mails and links about this pledge; a working link goes on working."""
    to_contact = ("pledge_confirm", "pledge_noted", "pledge_question")
    OutgoingMail.objects.filter(template__in=to_contact, key__contains=f":{pledge.public_id}").delete()
    links_of(pledge).update(email="")


def register_samples() -> None:
    """Give every mail of pledges a sample, with invented data."""
    for kind in KINDS:
        samples.register(kind, lambda kind=kind: _sample(kind))  # type: ignore[misc]


def _sample(kind: str) -> dict[str, Any]:
    return {
        "organisation": "Buurthuis De Linde",
        "what": "2 stageplekken",
        "years": "leerjaar 2",
        "days": "maandag en dinsdag",
        "roadshow": "Delft maakt plek",
        "contact": "Yara Verzonnen",
        "promised_on": today() - dt.timedelta(days=31),
        "is_places": True,
        "months": 1,
        "is_last": False,
        "text": "Een student kan meedraaien in het buurtrestaurant.",
        "link": f"{settings.BASE_URL}/toezegging/voorbeeld/",
    }
