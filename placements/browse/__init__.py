"""Finding a place: search in the text, filters with counts, order, and places on a map. Reads only."""
