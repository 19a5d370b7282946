"""The one error an operator sees."""

import errno

DISK_FULL = "The disk is full: free some space (about 2 GB is needed) and start again."


class OperatorError(Exception):
    """Something outside the program is wrong; the message is one sentence that says what to do."""


def explain_os_error(error: OSError) -> OperatorError:
    """Turn an error of the operating system into one sentence that names the file and the way out."""
    # shutil.Error, of a copy that failed, only has the reasons in its text: one per file.
    if error.errno in {errno.ENOSPC, errno.EDQUOT} or disk_full(str(error)):
        return OperatorError(DISK_FULL)
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return OperatorError(
            f"No permission for {error.filename}: this folder was perhaps first used by another user; "
            "make it yours (chown) or use a fresh clone."
        )
    return OperatorError(f"The system refused: {str(error)[:300]}.")


def disk_full(output: str) -> bool:
    """Say whether the output of a program shows that it stopped for lack of disk space."""
    return any(sign in output for sign in ("No space left on device", "Disk quota exceeded", "disk full"))
