"""What a test case is, and what an iteration is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

#: Bytes of a body that a test case gets if it asks for no other number.
DEFAULT_BODY_LIMIT = 64 * 1024


@dataclass
class Metric:
    """A figure that outcomes may carry: a gauge, whose mean and percentiles count, else a counter, whose sum does."""

    name: str
    unit: str
    is_gauge: bool = False


@dataclass
class Description:
    """What a test case says of itself. Docs of the single items are in `wit/test-case.wit`."""

    name: str
    description: str
    version: str = "0.0.0"
    #: JSON Schema of an object.
    options_schema: Mapping[str, Any] | None = None
    min_recommended_load: int = 1
    response_headers: Sequence[str] = ()
    body_limit: int = DEFAULT_BODY_LIMIT
    metrics: Sequence[Metric] = field(default_factory=tuple)
    failure_reasons: Sequence[str] = ()


@dataclass
class Context:
    """What an iteration is about. A unit test gives a load and leaves the rest."""

    load: int
    iteration: int = 0
    seed: int = 0
    #: Milliseconds since the Unix epoch.
    intended_start: float = 0.0
    #: Row of the data feed.
    row: Mapping[str, Any] | None = None
