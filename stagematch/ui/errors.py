"""What a service raises when a rule says no. The message is for the person: what is wrong, and what they can do."""

from typing import ClassVar


class RuleError(Exception):
    """A rule of the product forbids this. `code` is for programs, `message` is plain Dutch for people."""

    status: ClassVar[int] = 409

    def __init__(self, code: str, message: object, *, field: str = "") -> None:
        """`field` names the form field to blame, when there is one."""
        self.code = code
        self.message = str(message)
        self.field = field
        super().__init__(self.message)

    def __str__(self) -> str:
        return self.message


class Conflict(RuleError):  # noqa: N818 -- named for what happened
    """Somebody else was first: what the person saw on the screen was true then and is not any more."""
