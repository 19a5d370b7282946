"""The outbox in the admin: to look at, and to send again what failed."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from stagematch.audit.services import record_view
from stagematch.mail.addresses import clear_address
from stagematch.mail.models import MailAddress, OutgoingMail
from stagematch.mail.services import requeue
from stagematch.ui.admin_mixins import PlatformAdminMixin, ReadOnlyMixin


@admin.register(OutgoingMail)
class OutgoingMailAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """Who looks at a mail looks at somebody's data: it is noted."""

    list_display = ["created_at", "template", "to_email", "state", "attempts", "next_attempt_at", "sent_at"]
    list_filter = ["state", "topic", "template"]
    search_fields = ["to_email", "key"]
    date_hierarchy = "created_at"
    fields = [
        "template",
        "to_email",
        "subject",
        "body_text",
        "topic",
        "state",
        "hold_until",
        "digest",
        "attempts",
        "created_at",
        "next_attempt_at",
        "sent_at",
        "last_error",
        "key",
        "message_id",
    ]
    actions = ["send_again"]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Note that this mail was read."""
        mail = self.get_object(request, object_id)
        if mail is not None and request.method == "GET" and self.has_view_permission(request, mail):
            user = request.user
            actor = user if isinstance(user, AbstractBaseUser) else None
            record_view(actor=actor, subject=mail.to_user, obj=mail, label="platformbeheerder")
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.action(description=_("Verstuur opnieuw"), permissions=["view"])
    def send_again(self, request: HttpRequest, queryset: "QuerySet[OutgoingMail]") -> None:
        """Start failed and bounced mails again; leave the others as they are, and say so."""
        actor = request.user
        assert isinstance(actor, AbstractBaseUser)  # noqa: S101 -- the admin lets nobody else in
        mails = list(queryset)
        done = sum(requeue(mail=mail, actor=actor) for mail in mails)
        if done:
            text = ngettext("%(count)s mail gaat opnieuw weg.", "%(count)s mails gaan opnieuw weg.", done)
            messages.success(request, text % {"count": done})
        if done < len(mails):
            text = ngettext(
                "%(count)s mail is overgeslagen: die is al verstuurd, of de tekst is gewist.",
                "%(count)s mails zijn overgeslagen: die zijn al verstuurd, of de tekst is gewist.",
                len(mails) - done,
            )
            messages.warning(request, text % {"count": len(mails) - done})


@admin.register(MailAddress)
class MailAddressAdmin(ReadOnlyMixin, PlatformAdminMixin):
    """Addresses that mail servers refuse, and why; nothing is sent there until somebody says that it works again."""

    list_display = ["email", "stopped_at", "code", "refusals", "last_refusal_at", "cleared_at"]
    search_fields = ["email"]
    date_hierarchy = "stopped_at"
    fields = ["email", "stopped_at", "code", "reason", "refusals", "last_refusal_at", "cleared_at"]
    actions = ["works_again"]

    @admin.action(description=_("Dit adres werkt weer: verstuur wat terugkwam"), permissions=["view"])
    def works_again(self, request: HttpRequest, queryset: "QuerySet[MailAddress]") -> None:
        """Clear the mark and send the mail of the last week again."""
        actor = request.user
        assert isinstance(actor, AbstractBaseUser)  # noqa: S101 -- the admin lets nobody else in
        again = sum(clear_address(email=row.email, actor=actor) for row in queryset)
        text = ngettext("%(count)s mail gaat opnieuw weg.", "%(count)s mails gaan opnieuw weg.", again)
        messages.success(request, text % {"count": again})
