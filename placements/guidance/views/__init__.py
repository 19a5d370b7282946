"""Pages around students who need help."""
