"""Finished runs, as an analysis walks over them. The facts are those of `wit/dataset.wit`.

A unit test gives an analysis objects of its own that have the members it uses.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from .fault import Fault

try:
    from componentize_py_types import Err
    from wit_world.imports import dataset as host
except ImportError:
    host = None

#: Rows asked for at a time.
_ROWS = 65_536


def datasets() -> list[Dataset]:
    """All datasets, in the order named on the command line."""
    return [Dataset(index) for index in range(host.count())]


def _asked(call, *arguments):
    """What the host gives; its refusal is a `Fault`."""
    try:
        return call(*arguments)
    except Err as error:
        raise Fault(getattr(error.value, "value", str(error.value))) from None


class Dataset:
    """A dataset: its number and its `facts`."""

    def __init__(self, index: int):
        self.index = index
        self.facts = _asked(host.describe_dataset, index)

    def trials(self) -> list[Trial]:
        """Its trials, in order."""
        return [Trial(self.index, index) for index in range(self.facts.trials)]

    def searches(self) -> list[Any]:
        """Its searches that came to an answer, in order."""
        return _asked(host.searches, self.index)

    def manifest(self) -> Any:
        """All that is known of it."""
        return json.loads(_asked(host.manifest, self.index))

    def idle_resources(self, figure: str) -> list[float]:
        """What each host spent while nothing was asked of the target, such as `cpu.busy`."""
        return _asked(host.idle_resources, self.index, figure)


class Trial:
    """A trial: its number in the dataset and its `facts`."""

    def __init__(self, dataset: int, index: int):
        self.dataset = dataset
        self.index = index
        self.facts = _asked(host.describe_trial, dataset, index)

    def successes(self) -> Selected:
        """The successes of its steady state."""
        return self.select(["steady"], ["success"])

    def all(self) -> Selected:
        """All requests of its steady state; in quantiles, those that did not succeed count as infinite."""
        every = host.Outcomes(sum(outcome.value for outcome in host.Outcomes))
        return Selected(host.Selection(self.dataset, self.index, host.Phases.STEADY, every))

    def select(self, phases: Iterable[str], outcomes: Iterable[str]) -> Selected:
        """Any of its requests, by names of phases and outcomes as in the contract."""
        wanted = _flags(host.Phases, phases), _flags(host.Outcomes, outcomes)
        return Selected(host.Selection(self.dataset, self.index, *wanted))

    def outcomes(self) -> list[float]:
        """Requests of the steady state by what became of them, in the order of the flags of `outcomes`."""
        return _asked(host.count_outcomes, self.dataset, self.index, host.Phases.STEADY)

    def resources(self, figure: str) -> list[float]:
        """What each host spent over the steady state, such as `cpu.busy`; in the order of the dataset's hosts."""
        return _asked(host.resources, self.dataset, self.index, figure)

    def resources_over_time(self, index: int, figure: str) -> Any:
        """What a host spent over time: `at` and `values`."""
        return _asked(host.resources_over_time, self.dataset, self.index, index, figure)


def _flags(kind, names):
    flags = kind(0)
    for name in names:
        flags |= _named(kind, name)
    return flags


def _named(kind, name: str):
    """A case by its name in the contract, such as `response-time`."""
    try:
        return kind[name.replace("-", "_").upper()]
    except KeyError:
        known = ", ".join(case.name.lower().replace("_", "-") for case in kind)
        raise Fault(f"there is no `{name}`, only {known}") from None


class Selected:
    """Some requests of a trial. A quantity is named as in the contract, such as `response-time`."""

    def __init__(self, selection):
        self.selection = selection

    def measure(self, quantity: str) -> Any:
        """Exact figures: `count`, `mean`, `standard_deviation`, `least`, `most`."""
        return _asked(host.measure, self.selection, _named(host.Quantity, quantity))

    def quantiles(self, quantity: str, probabilities: Sequence[float]) -> list[float]:
        """Quantiles, nanoseconds, for probabilities from 0 to 1."""
        return _asked(host.quantiles, self.selection, _named(host.Quantity, quantity), list(probabilities))

    def histogram(self, quantity: str) -> Any:
        """All durations, in buckets: `highest` and `counts`."""
        return _asked(host.count_durations, self.selection, _named(host.Quantity, quantity))

    def over_time(self, quantity: str, width: float, probabilities: Sequence[float]) -> Any:
        """Quantiles by windows of `width` nanoseconds: `starts`, `counts`, `quantiles`."""
        wanted = list(probabilities)
        return _asked(host.over_time, self.selection, _named(host.Quantity, quantity), float(width), wanted)

    def durations(self, quantity: str) -> Iterator[float | None]:
        """Each duration, one by one; none where it was not measured."""
        return self._values(host.Column_Quantity(_named(host.Quantity, quantity)))

    def metric(self, name: str) -> Iterator[float | None]:
        """Each value of a metric."""
        return self._values(host.Column_Metric(name))

    def _values(self, column) -> Iterator[float | None]:
        start, more = 0, True
        while more:
            chunk = _asked(host.read, self.selection, column, start, _ROWS)
            for index, value in enumerate(chunk.values):
                is_there = not chunk.validity or chunk.validity[index >> 3] >> (index & 7) & 1
                yield value if is_there else None
            start += len(chunk.values)
            more = chunk.more and chunk.values
