"""A cursor of psycopg made our way, that Django treats as its own: log of queries, wrappers and errors included."""

from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


def cursor_of(kind: type[psycopg.Cursor[Any]] = psycopg.Cursor, *, binary: bool = False) -> CursorWrapper:
    """As `connection.cursor()`, for use with `with`; values go to the server apart from the SQL.

    `kind` says how it asks. `binary` answers are bytes as PostgreSQL keeps them, where Django's own cursor asks for text.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        raw = kind(connection.connection)
        if binary:
            raw.format = psycopg.pq.Format.BINARY
        wrapped: CursorWrapper = connection._prepare_cursor(raw)  # type: ignore[attr-defined]
        return wrapped
