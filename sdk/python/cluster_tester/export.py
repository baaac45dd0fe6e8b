"""Makes a class a test case: turns what the bindings give into what authors see, and back.

The bindings exist while a component is made, and within it. In a unit test the export is nothing.
"""

import json

from .guard import guarded, identity
from .outcome import Outcome, Step
from .request import Request
from .response import Response

try:
    from wit_world.exports import test_case as world
except ImportError:
    world = None


def export_test_case(test_case: type) -> type:
    """Makes a class a test case: `TestCase = export_test_case(MyTestCase)`."""
    if world is None:
        return test_case

    configured = None

    class TestCase:
        @guarded
        def describe(self):
            return _description(test_case.description)

        @guarded
        def configure(self, options):
            nonlocal configured
            configured = test_case(json.loads(options))

        @guarded
        def build_request(self, context):
            if context.row is not None:
                context.row = json.loads(context.row)
            return _request(configured.build(context))

        @guarded
        def read_response(self, context, state, response):
            if context.row is not None:
                context.row = json.loads(context.row)
            headers = [(header.name, header.value) for header in response.headers]
            response = Response(response.status, response.body, headers, response.body_length)
            read = configured.read(context, response, None if state is None else json.loads(state))
            if isinstance(read, Step):
                return world.Verdict_Next(_step(read))
            return world.Verdict_Done(_outcome(read))

    return TestCase


def _description(told):
    kinds = world.MetricKind
    metrics = [world.Metric(one.name, one.unit, kinds.GAUGE if one.is_gauge else kinds.COUNTER) for one in told.metrics]
    reasons, headers = list(told.failure_reasons), list(told.response_headers)
    return world.Description(identity(told), told.min_recommended_load, headers, told.body_limit, metrics, reasons)


if world is not None:
    _METHODS = {
        "GET": world.Method_Get(),
        "HEAD": world.Method_Head(),
        "POST": world.Method_Post(),
        "PUT": world.Method_Put(),
        "DELETE": world.Method_Delete(),
        "OPTIONS": world.Method_Options(),
        "PATCH": world.Method_Patch(),
    }


def _request(request: Request):
    method = _METHODS.get(request.method) or world.Method_Other(request.method)
    headers = [world.Header(name, value) for name, value in request.headers]
    return world.Request(method, request.path, headers, request.body)


def _outcome(outcome: Outcome):
    failure = None if outcome.reason is None else world.Failure(outcome.reason, outcome.detail)
    span = outcome.span
    if isinstance(span, tuple):
        span = world.ServerSpan_Between(world.ServerInstants(*span))
    elif span is not None:
        span = world.ServerSpan_Lasting(float(span))
    metrics = [world.MetricValue(index, float(value)) for index, value in outcome.metrics]
    return world.Outcome(failure, span, metrics)


def _step(step: Step):
    state = json.dumps(step.state).encode()
    return world.Step(_request(step.request), state, float(step.think_time), _outcome(step.outcome))
