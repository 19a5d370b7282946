"""The file of a placement: the administration from an accepted offer until the outcome after the stage (features O9, B10, O14, S16)."""
