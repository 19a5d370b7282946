"""The one error an operator sees."""

import errno

DISK_FULL = "The disk is full: free some space (about 2 GB is needed) and start again."


class OperatorError(Exception):
    """Something outside the program is wrong; the message is one sentence that says what to do."""


def explain_os_error(error: OSError) -> OperatorError:
    """Turn an error of the operating system into one sentence that names the file and the way out."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return OperatorError(DISK_FULL)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return OperatorError(
            f"No permission for {error.filename}: this folder was perhaps first used by another user; "
            "make it yours (chown) or use a fresh clone."
        )
    return OperatorError(f"The system refused: {error}.")


def disk_full(output: str) -> bool:
    """Say whether the output of a program shows that it stopped for lack of disk space."""
    return "No space left on device" in output or "Disk quota exceeded" in output
