"""Every write of shortages."""

from shortages.services.expected import Saved, import_expected, save_expected

__all__ = ["Saved", "import_expected", "save_expected"]
