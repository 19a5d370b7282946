"""The pages of this room in the admin."""

from organisations.admin import capacity, organisation, people, reference, sign_in

__all__ = ["capacity", "organisation", "people", "reference", "sign_in"]
