"""The matching engine: pure functions from arrays to arrays.

No Django, no database, no clock and no chance: the day and the season's seed are arguments. See
`docs/matching-engine.md` for the tables and `night.run` for the whole night.
"""
