"""Pages of students, by the role they are for."""
