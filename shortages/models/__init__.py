"""The tables of shortages, a file per subject."""

from shortages.models.expected import ExpectedIntake, NumerusFixus
from shortages.models.forecast import Forecast, ForecastWarning, WarningLevel
from shortages.models.levers import Lever
from shortages.models.published import FitCell, PublishedFigure, PublishedForecast, PublishedLever
from shortages.models.snapshot import DemandCell, SearchSituation, ShortageSnapshot, SupplyCell

__all__ = [
    "DemandCell",
    "ExpectedIntake",
    "FitCell",
    "Forecast",
    "ForecastWarning",
    "Lever",
    "NumerusFixus",
    "PublishedFigure",
    "PublishedForecast",
    "PublishedLever",
    "SearchSituation",
    "ShortageSnapshot",
    "SupplyCell",
    "WarningLevel",
]
