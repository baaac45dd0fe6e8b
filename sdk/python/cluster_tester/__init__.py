"""Writes Cluster Tester plugins in Python: a class for each world.

What an author uses is plain Python and needs no WebAssembly; `export` alone knows the generated bindings.
"""

from .export import export_test_case
from .fault import Fault, InvalidOption
from .outcome import Outcome, Step
from .request import Request
from .response import Response
from .test_case import Context, Description, Metric
from .time import parse_utc

__all__ = [
    "Context",
    "Description",
    "Fault",
    "InvalidOption",
    "Metric",
    "Outcome",
    "Request",
    "Response",
    "Step",
    "export_test_case",
    "parse_utc",
]
