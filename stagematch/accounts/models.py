"""Who signs in. What a person may do follows from memberships (organisations) and from being a student (students)."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from stagematch.clock import now


class UserManager(BaseUserManager["User"]):
    """Makes users; e-mail addresses are kept in lower case so that one person is one row."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a user; without a password the person signs in by code or passkey."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a platform admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by e-mail, whatever its capitals."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A person with an e-mail address. Superusers are the platform admins; `is_staff` is not used to grant anything else."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mailadres"))
    first_name = models.CharField(_("voornaam"), max_length=80, blank=True)
    last_name = models.CharField(_("achternaam"), max_length=120, blank=True)
    is_staff = models.BooleanField(_("platformbeheerder"), default=False)
    is_active = models.BooleanField(_("actief"), default=True)
    date_joined = models.DateTimeField(_("sinds"), default=now)
    is_demo = models.BooleanField(_("demo"), default=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("gebruiker")
        verbose_name_plural = _("gebruikers")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def get_full_name(self) -> str:
        """Return first and last name."""
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        """Return what one says in a greeting: the first name, or the part of the address before the @."""
        return self.first_name or self.email.partition("@")[0]

    @property
    def initials(self) -> str:
        """At most two letters for the avatar tile."""
        return (self.first_name[:1] + self.last_name.split(" ")[-1][:1]).upper() or self.email[:1].upper()
