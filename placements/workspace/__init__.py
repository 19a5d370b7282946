"""The screening workspace of the stagemakelaar: our own pages inside the admin site (decision 0003)."""
