"""Makes a class an analysis: reads finished runs through the host and returns a report."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .datasets import Dataset, Selected, Trial, datasets
from .fault import Fault, InvalidOption
from .guard import guarded, identity
from .report import Axis, Chart, Report, Table

try:
    from wit_world.exports import analysis as world
    from wit_world.imports import report as drawn
except ImportError:
    world = None

__all__ = [
    "Axis",
    "Chart",
    "Dataset",
    "Description",
    "Fault",
    "InvalidOption",
    "Report",
    "Selected",
    "Table",
    "Trial",
    "export_analysis",
]


@dataclass
class Description:
    """What an analysis says of itself."""

    name: str
    description: str
    version: str = "0.0.0"
    #: JSON Schema of an object.
    options_schema: Mapping[str, Any] | None = None
    min_datasets: int = 1
    #: 0: any number.
    max_datasets: int = 0


def export_analysis(analysis: type) -> type:
    """Makes a class an analysis: `Analysis = export_analysis(MyAnalysis)`."""
    if world is None:
        return analysis

    class Analysis:
        @guarded
        def describe(self):
            told = analysis.description
            return world.Description(identity(told), told.min_datasets, told.max_datasets)

        @guarded
        def analyse(self, options):
            return _report(analysis(json.loads(options)).analyse(datasets()))

    return Analysis


def _report(report: Report):
    return drawn.Report(report.title, [_block(kind, value) for kind, value in report.blocks])


def _block(kind: str, value):
    match kind:
        case "heading":
            return drawn.Block_Heading(value)
        case "text":
            return drawn.Block_Text(value)
        case "table":
            return drawn.Block_Table(_table(value))
        case "chart":
            return drawn.Block_Chart(_chart(value))
        case _:
            return drawn.Block_Finding(drawn.Finding(drawn.Severity[value.severity.upper()], value.message))


def _table(table: Table):
    cells = {True: drawn.Cells_Text, False: drawn.Cells_Numbers}
    columns = [drawn.TableColumn(one.heading, one.unit, cells[one.is_text](one.values)) for one in table.columns]
    return drawn.Table(table.caption, columns)


def _axis(axis: Axis):
    return drawn.Axis(axis.label, axis.unit, drawn.Scale[axis.scale.upper()])


def _chart(chart: Chart):
    series = [drawn.Series(one.name, one.panel, one.values, None, None, []) for one in chart.series]
    marks = [drawn.Mark(False, one.panel, float(one.at), one.label) for one in chart.marks]
    panels = [_axis(axis) for axis in chart.panels]
    return drawn.Chart(
        chart.kind, chart.file_name, chart.title, _axis(chart.x), panels, _table(chart.data), series, marks
    )
