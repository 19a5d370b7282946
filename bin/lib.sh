# shellcheck shell=sh
# Shared by the commands in this folder: finds a Python and hands over to it. Read, not run.

CDPATH='' cd -- "$(dirname -- "$0")/.."

# A name on the PATH proves nothing (version managers put shims there that refuse), so each candidate is run.
python_works() {
    [ -n "$1" ] && "$1" -c "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 15)); import venv" >/dev/null 2>&1
}

python_makes_environments() {
    python_works "$1" && "$1" -c "import ensurepip" >/dev/null 2>&1
}

# First one that can make a virtual environment; failing that, one that works at all (uv may still help).
find_python() {
    for test in python_makes_environments python_works; do
        for candidate in "${STAGEMATCH_PYTHON:-}" python3.13 python3.12 python3.11 python3.14 python3 python \
            "${HOME:-/nonexistent}"/.pyenv/versions/3.1[1-4]*/bin/python3 /usr/bin/python3 /usr/local/bin/python3; do
            if $test "$candidate"; then
                command -v "$candidate"
                return
            fi
        done
    done
    return 1
}

# in_environment MODULE ARGUMENT...: runs the module in the virtual environment, which is made when needed.
in_environment() {
    if ! python=$(find_python); then
        echo "stagematch: Python 3.11 or newer was not found: install it (Debian, Ubuntu: apt install python3 python3-venv), or set STAGEMATCH_PYTHON to one." >&2
        exit 1
    fi
    exec "$python" -P stagematch/runtime/bootstrap.py "$@"
}
