"""What a school's own system can do: send its list of students (features I1)."""
