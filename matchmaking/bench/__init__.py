"""Measurements: the engine against published solvers, and seasons of nights. Not needed to run the product."""
