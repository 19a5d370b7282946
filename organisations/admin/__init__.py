"""The pages of this room in the admin."""

from organisations.admin import capacity, invitations, organisation, people, reference, sign_in

__all__ = ["capacity", "invitations", "organisation", "people", "reference", "sign_in"]
