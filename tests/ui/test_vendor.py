"""What others made and we ship: each file is named with its package, version and licence, and is unchanged."""

import hashlib
import json
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[2] / "static" / "vendor"
OURS = {"manifest.json", "vendor.sh", "icons.txt"}
LICENCES = {"EUPL-1.2", "OFL-1.1", "MIT"}


def manifest() -> list[dict[str, str]]:
    return json.loads((VENDOR / "manifest.json").read_text(encoding="utf-8"))


def test_every_vendored_file_is_in_the_manifest_and_unchanged():
    found = {
        str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name not in OURS
    }
    assert {entry["file"]: entry["sha256"] for entry in manifest()} == found


def test_every_package_has_a_known_licence_and_its_text_beside_it():
    for entry in manifest():
        assert entry["licence"] in LICENCES
        assert entry["version"]
        assert list((VENDOR / entry["file"]).parent.glob("LICENSE*"))
