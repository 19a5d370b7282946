from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "stagematch.accounts"
    verbose_name = _("Accounts")

    def ready(self) -> None:
        """Give the mails of signing in a sample each."""
        from allauth.account.signals import email_changed, user_logged_in

        from stagematch.accounts import signals
        from stagematch.mail import samples

        user_logged_in.connect(signals.look_at_address, dispatch_uid="accounts.address")
        email_changed.connect(signals.move_to_new_address, dispatch_uid="accounts.new_address")
        samples.register("account/login_code", lambda: {"code": "K7P-2QX"})
        samples.register("account/verify_email", lambda: {"code": "M4T-8RW"})
        samples.register(
            "account/password_reset", lambda: {"password_reset_url": "https://stagematch.example/wachtwoord"}
        )
        samples.register("account/already_exists", dict)
        samples.register("account/unknown", lambda: {"recipient": None})
        samples.register("account/notice", lambda: {"sentence": "Er is een passkey toegevoegd aan je account."})
