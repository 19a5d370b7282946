"""Demand ahead and early warning: what a school expects, and how a period is likely to begin (features B8, B11)."""
