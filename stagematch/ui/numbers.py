"""Numbers as people read them."""

from django.utils.formats import number_format


def grouped(number: int) -> str:
    """Return a whole number with its thousands apart, as the reader's language does: 5.925 in Dutch, 5,925 in English."""
    return number_format(number, use_l10n=True, force_grouping=True)
