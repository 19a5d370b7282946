"""Pages that open with a secret link instead of an account: signed, expiring, for one purpose, revocable, logged, limited."""
