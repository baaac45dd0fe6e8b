"""Responses."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .fault import Fault

#: Reads the JSON at the beginning of a text. Without the search for blanks around it, that costs as much again.
_scan = json.JSONDecoder().scan_once


class Response:
    """A response. A unit test makes one from a status and a text; `headers` are pairs of name, in lower case, and value."""

    __slots__ = ("body", "body_length", "headers", "status")

    def __init__(self, status: int, body: str | bytes, headers=(), body_length: int | None = None):
        self.status = status
        #: Bytes, up to the description's `body_limit`.
        self.body = body.encode() if isinstance(body, str) else body
        self.headers = headers
        #: True length, whatever the limit.
        self.body_length = len(self.body) if body_length is None else body_length

    def header(self, name: str) -> bytes | None:
        """The first value of a header that the description asked for."""
        return next((value for header, value in self.headers if header == name), None)

    def text(self) -> str:
        """The body as text."""
        try:
            return self.body.decode()
        except UnicodeDecodeError as error:
            raise Fault(f"not UTF-8: {error}") from None

    def json(self, shape: Mapping[str, type | tuple[type, ...]] | None = None) -> Any:
        """The body read as JSON. With a `shape`, such as `{"items": list, "total": int}`, it is an object that has at
        least these members, each of that type; else a `Fault` is raised."""
        try:
            # As a text: of bytes it would guess the encoding, and load one that is not in the component.
            value = _read(self.body.decode())
        except ValueError as error:
            raise self._explain(error) from None
        if not shape:
            return value
        if not isinstance(value, dict):
            raise Fault("the answer is not the JSON expected: no object")
        for member, wanted in shape.items():
            found = value.get(member)
            if type(found) is wanted:
                continue
            # True is an int in Python, and none in JSON.
            if not isinstance(found, wanted) or (isinstance(found, bool) and wanted is not bool):
                named = wanted.__name__ if isinstance(wanted, type) else " or ".join(one.__name__ for one in wanted)
                raise Fault(f"the answer is not the JSON expected: `{member}` is no {named}")
        return value

    def _explain(self, error: ValueError) -> Fault:
        read, length = len(self.body), self.body_length
        if length > read:
            return Fault(f"only {read} of the answer's {length} bytes are within `body_limit`: {error}")
        return Fault(f"the answer is not the JSON expected: {error}")


def _read(text: str) -> Any:
    try:
        value, end = _scan(text, 0)
        if end == len(text):
            return value
    except StopIteration:
        pass
    # Something stands before or behind it: a mark of the byte order or a blank, else an error.
    return json.loads(text.removeprefix("\ufeff"))
