"""How a response was judged, and what was read from it."""

from __future__ import annotations

from typing import Any

from .request import Request
from .response import Response


class Outcome:
    """An outcome."""

    __slots__ = ("detail", "metrics", "reason", "span")

    def __init__(self, reason: int | None = None, detail: str | None = None):
        self.reason = reason
        self.detail = detail
        #: Start and end of the server's own work, or its length alone.
        self.span: tuple[float, float] | float | None = None
        self.metrics: list[tuple[int, float]] = []

    @classmethod
    def success(cls) -> Outcome:
        return cls()

    @classmethod
    def failure(cls, reason: int, detail: str | None = None) -> Outcome:
        """A failure by a reason, as its index into `failure_reasons`, with a detail for the author if it is worth it."""
        return cls(reason, detail)

    @classmethod
    def success_if(cls, is_success: bool, reason: int) -> Outcome:
        """A success if so, else a failure."""
        return cls(None if is_success else reason)

    @classmethod
    def unexpected_status(cls, reason: int, response: Response, expected: object) -> Outcome:
        """A failure with the detail `status 503, expected 200`."""
        return cls(reason, f"status {response.status}, expected {expected}")

    def between(self, start: float, end: float) -> Outcome:
        """With the span of the server's own work, milliseconds since the epoch by its clock."""
        self.span = (start, end)
        return self

    def lasting(self, ms: float) -> Outcome:
        """With the length of the server's own work, milliseconds."""
        self.span = ms
        return self

    def metric(self, index: int, value: float) -> Outcome:
        """With a value of a metric, by index into the description's `metrics`."""
        self.metrics.append((index, value))
        return self

    def next(self, request: Request, state: Any = None, think_time: float = 0.0) -> Step:
        """This outcome, and another request after it. `state` is what `read` gets for that one, anything that JSON can
        hold; `think_time` are milliseconds before it is due."""
        return Step(self, request, state, think_time)


class Step:
    """An outcome, and what follows."""

    __slots__ = ("outcome", "request", "state", "think_time")

    def __init__(self, outcome: Outcome, request: Request, state: Any, think_time: float):
        self.outcome = outcome
        self.request = request
        self.state = state
        self.think_time = think_time
