"""Seasons that never were, to see how good a forecast would have been (docs/forecast.md)."""
