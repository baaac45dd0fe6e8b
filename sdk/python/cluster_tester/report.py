"""Reports, put together in reading order. The host draws them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass
class Column:
    """A column of a table: text, or numbers in a unit."""

    heading: str
    unit: str
    values: list[str] | list[float]
    is_text: bool


@dataclass
class Table:
    """A table, column by column."""

    caption: str
    columns: list[Column] = field(default_factory=list)

    def text(self, heading: str, values: Iterable[str]) -> Table:
        """With a column of text."""
        self.columns.append(Column(heading, "", list(values), True))
        return self

    def numbers(self, heading: str, unit: str, values: Iterable[float]) -> Table:
        """With numbers in `ns`, `s`, `/s`, `bytes`, `bytes/s`, `%` or `1`; the host chooses the scale. NaN is an empty
        cell."""
        self.columns.append(Column(heading, unit, [float(value) for value in values], False))
        return self


@dataclass
class Axis:
    """An axis. `scale` is `linear`, `logarithmic` or `quantile`."""

    label: str
    unit: str
    scale: str = "linear"


@dataclass
class Series:
    """A series: its panel, and the column of its values."""

    name: str
    panel: int
    values: int


@dataclass
class Mark:
    """A line across a panel."""

    panel: int
    at: float
    label: str


class Chart:
    """A chart with one panel. `kind` is one of those in `wit/report.wit`; `first` are categories (text) or x values."""

    def __init__(self, kind: str, title: str, x: Axis, first: Sequence[str] | Sequence[float], y: Axis):
        self.kind = kind
        self.file_name = ""
        self.title = title
        self.x = x
        self.panels = [y]
        self.data = Table(title)
        if any(isinstance(value, str) for value in first):
            self.data.text(x.label, first)
        else:
            self.data.numbers(x.label, x.unit, first)
        self.series: list[Series] = []
        self.marks: list[Mark] = []

    def with_series(self, name: str, values: Iterable[float]) -> Chart:
        """With a series, drawn in the last panel."""
        self.data.numbers(name, self.panels[-1].unit, values)
        self.series.append(Series(name, len(self.panels) - 1, len(self.data.columns) - 1))
        return self

    def with_panel(self, y: Axis) -> Chart:
        """With one more panel below, over the same horizontal axis."""
        self.panels.append(y)
        return self

    def with_mark(self, at: float, label: str) -> Chart:
        """With a line across the last panel."""
        self.marks.append(Mark(len(self.panels) - 1, at, label))
        return self


@dataclass
class Finding:
    """Something the reader should know first: `note`, `caution`, `invalid` or `regression`."""

    severity: str
    message: str


class Report:
    """A report. Its blocks are pairs of a kind and what it holds."""

    def __init__(self, title: str):
        self.title = title
        self.blocks: list[tuple[str, object]] = []

    def heading(self, text: str) -> Report:
        return self._with("heading", text)

    def text(self, text: str) -> Report:
        return self._with("text", text)

    def table(self, table: Table) -> Report:
        return self._with("table", table)

    def chart(self, chart: Chart) -> Report:
        return self._with("chart", chart)

    def finding(self, severity: str, message: str) -> Report:
        return self._with("finding", Finding(severity, message))

    def _with(self, kind: str, value: object) -> Report:
        self.blocks.append((kind, value))
        return self
