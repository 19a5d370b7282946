"""The tables of shortages, a file per subject."""

from shortages.models.levers import Lever
from shortages.models.snapshot import DemandCell, SearchSituation, ShortageSnapshot, SupplyCell

__all__ = ["DemandCell", "Lever", "SearchSituation", "ShortageSnapshot", "SupplyCell"]
