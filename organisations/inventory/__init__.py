"""The inventory (features O2): every team is asked how many students it can have, and answers in a few minutes."""
