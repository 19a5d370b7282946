"""How many students have no place, how much of that no division could solve, and what would help (features B5-B11)."""
