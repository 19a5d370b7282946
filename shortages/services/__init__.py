"""Every write of shortages."""

from shortages.services.count import take_count
from shortages.services.retention import drop_old_detail
from shortages.services.whatif import (
    WhatIf,
    Wider,
    another_weekday,
    as_another_year,
    longer_way,
    more_supervision,
    what_if,
)

__all__ = [
    "WhatIf",
    "Wider",
    "another_weekday",
    "as_another_year",
    "drop_old_detail",
    "longer_way",
    "more_supervision",
    "take_count",
    "what_if",
]
