"""Measurements of what schools do; figures go to docs/benchmarks.md."""
