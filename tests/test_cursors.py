"""A cursor made our way answers in its own form, and Django sees what it asks."""

import pytest
from django.db import ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from stagematch.cursors import cursor_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("binary", [False, True])
def test_django_sees_what_is_asked(binary: bool) -> None:
    with CaptureQueriesContext(connection) as queries, cursor_of(binary=binary) as cursor:
        cursor.execute("SELECT %s::text, int4send(7)", ["word"])
        assert cursor.fetchone() == ("word", b"\0\0\0\7")
    assert [query["sql"] for query in queries] == ["SELECT $1::text, int4send(7)"]


def test_a_mistake_is_an_error_of_django() -> None:
    with pytest.raises(ProgrammingError), cursor_of() as cursor:
        cursor.execute("SELECT nothing_like_it")
