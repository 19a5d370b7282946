"""Fixtures for tests that start programs of `bin/`."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from stagematch.runtime.paths import state_dir


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL may enter when we are root; pytest's own is closed to others."""
    path = Path(tempfile.mkdtemp(prefix="test-", dir=state_dir()))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def newcomer(folder: Path) -> dict[str, str]:
    """The environment of somebody who set nothing, with `folder` for the data."""
    ours = ("STAGEMATCH_", "EMAIL_", "CELERY_", "PYTEST_")
    names = ("DATABASE_URL", "REDIS_URL", "BASE_URL", "MEDIA_ROOT", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(ours) and k not in names}
    return {**kept, "STAGEMATCH_STATE_DIR": str(folder)}
