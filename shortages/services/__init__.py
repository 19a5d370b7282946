"""Every write of shortages."""

from shortages.services.count import take_count
from shortages.services.retention import drop_old_detail

__all__ = ["drop_old_detail", "take_count"]
