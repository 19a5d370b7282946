"""Forms of placements, by the role that fills them in."""
