"""Compiles the message catalogues, without the gettext programs that many machines lack."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from stagematch.runtime.paths import REPOSITORY


def compile_catalogues(folder: Path = REPOSITORY / "locale") -> list[Path]:
    """Write `.mo` beside each `.po` that is newer; return the files written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=source.parent.parent.name, abort_invalid=True)
        half_done = target.with_suffix(".mo.part")
        with half_done.open("wb") as stream:
            write_mo(stream, catalogue)
        half_done.rename(target)
        written.append(target)
    return written


if __name__ == "__main__":
    compile_catalogues()
