"""What is said about a file that cannot be read at all."""


class TableError(Exception):
    """The file as a whole cannot be read; the message says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message
