"""Places that students find by themselves (features S13): from a few facts to an ordinary vacancy and application."""
