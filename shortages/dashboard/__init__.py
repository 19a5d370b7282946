"""The school's page 'Tekort in beeld': what was counted last night, as numbers, a map, a table, a line and words."""
