"""Import of a school's students from a file (features B1): all or nothing, and the same file again changes nothing.

One service for the pages, the command and the API. `columns` says what is looked for, `checks` what no cell can know
alone, `writing` what changes, `run` does it.
"""

from students.imports.columns import columns_for
from students.imports.run import StudentReport, import_students

__all__ = ["StudentReport", "columns_for", "import_students"]
