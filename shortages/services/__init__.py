"""Every write of shortages."""

from shortages.services.count import take_count
from shortages.services.expected import Saved, import_expected, save_expected
from shortages.services.forecasts import ForecastNight, forecast_night, set_warning_level
from shortages.services.month_mail import send_month_mails
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
    "ForecastNight",
    "Saved",
    "WhatIf",
    "Wider",
    "another_weekday",
    "as_another_year",
    "drop_old_detail",
    "forecast_night",
    "import_expected",
    "longer_way",
    "more_supervision",
    "save_expected",
    "send_month_mails",
    "set_warning_level",
    "take_count",
    "what_if",
]
