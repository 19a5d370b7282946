"""A cache that is only ever a help: when Redis is away a page is slower, never broken."""

from collections.abc import Callable
from typing import Any

import redis
import structlog
from django.core.cache.backends.redis import RedisCache

log = structlog.get_logger(__name__)


def _forgiving(name: str, fallback: object) -> Callable[..., Any]:
    def call(self: RedisCache, *args: Any, **kwargs: Any) -> Any:
        try:
            return getattr(RedisCache, name)(self, *args, **kwargs)
        except redis.exceptions.RedisError:
            log.warning("cache.unavailable", operation=name)
            # `get(key, default)` and `incr` callers must see their own default, not ours.
            return kwargs.get("default", args[1] if name == "get" and len(args) > 1 else fallback)

    return call


class ForgivingRedisCache(RedisCache):
    """Django's Redis cache that answers 'not there' when the server is down."""

    get = _forgiving("get", None)
    set = _forgiving("set", None)
    add = _forgiving("add", True)
    delete = _forgiving("delete", False)
    touch = _forgiving("touch", False)
    has_key = _forgiving("has_key", False)
    incr = _forgiving("incr", 1)
    get_many = _forgiving("get_many", {})
    set_many = _forgiving("set_many", [])
    delete_many = _forgiving("delete_many", None)
