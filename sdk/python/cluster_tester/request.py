"""Requests. Host, scheme and port come from the plan: a plugin cannot aim load elsewhere."""

from __future__ import annotations


class Request:
    """A request. `path` is path and query, starting with `/`, percent-encoded. A body is text or bytes."""

    __slots__ = ("body", "headers", "method", "path")

    def __init__(self, method: str, path: str, body: str | bytes | None = None):
        self.method = method
        self.path = path
        self.headers: list[tuple[str, bytes]] = []
        self.body = body.encode() if isinstance(body, str) else body

    @classmethod
    def get(cls, path: str) -> Request:
        return cls("GET", path)

    @classmethod
    def post(cls, path: str, body: str | bytes) -> Request:
        return cls("POST", path, body)

    def header(self, name: str, value: str | bytes) -> Request:
        """With one more header, its name in lower case."""
        self.headers.append((name, value.encode() if isinstance(value, str) else value))
        return self
