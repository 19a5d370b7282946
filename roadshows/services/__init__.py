"""Every write about roadshows. Each function is one sentence, one transaction, and names who does it."""

from roadshows.services.events import (
    RESERVED,
    change_status,
    copy_roadshow,
    create_roadshow,
    move_roadshow,
    update_roadshow,
)

__all__ = [
    "RESERVED",
    "change_status",
    "copy_roadshow",
    "create_roadshow",
    "move_roadshow",
    "update_roadshow",
]
