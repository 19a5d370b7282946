"""Demo data: real names of organisations from published sources, invented people, invented numbers."""
