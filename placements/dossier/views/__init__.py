"""Pages of a file, by role. Each gets a placement through the visibility of that role; somebody else's does not exist."""
