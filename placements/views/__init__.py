"""Pages of placements, by the role they are for."""
