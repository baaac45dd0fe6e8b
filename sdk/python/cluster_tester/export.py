"""Makes a class a test case: turns what the bindings give into what authors see, and back.

The bindings exist while a component is made, and within it. In a unit test the export is nothing.
"""

import json

from .guard import fault_of, guarded, identity
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

        # Called for each request: not through one function more.
        def build_request(self, context):
            try:
                if context.row is not None:
                    context.row = json.loads(context.row)
                return _request(configured.build(context))
            except Exception as error:
                raise fault_of(error) from None

        def read_response(self, context, state, response):
            try:
                if context.row is not None:
                    context.row = json.loads(context.row)
                headers = [(header.name, header.value) for header in response.headers]
                response = Response(response.status, response.body, headers, response.body_length)
                read = configured.read(context, response, None if state is None else json.loads(state))
                if isinstance(read, Step):
                    return world.Verdict_Next(_step(read))
                _outcome(read)
                return _DONE
            except Exception as error:
                raise fault_of(error) from None

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
    # What a call returns is read before the next one begins. Made once and filled anew, it costs a third.
    _REQUEST = world.Request(_METHODS["GET"], "/", [], None)
    _OUTCOME = world.Outcome(None, None, [])
    _DONE = world.Verdict_Done(_OUTCOME)
    _INSTANTS = world.ServerInstants(0.0, 0.0)
    _BETWEEN = world.ServerSpan_Between(_INSTANTS)


def _request(request: Request):
    filled = _REQUEST
    filled.method = _METHODS.get(request.method) or world.Method_Other(request.method)
    filled.path = request.path
    filled.headers = [world.Header(name, value) for name, value in request.headers]
    filled.body = request.body
    return filled


def _outcome(outcome: Outcome):
    filled = _OUTCOME
    filled.failure = None if outcome.reason is None else world.Failure(outcome.reason, outcome.detail)
    span = outcome.span
    if isinstance(span, tuple):
        _INSTANTS.start, _INSTANTS.end = span
        span = _BETWEEN
    elif span is not None:
        span = world.ServerSpan_Lasting(float(span))
    filled.server_span = span
    filled.metrics = [world.MetricValue(index, float(value)) for index, value in outcome.metrics]
    return filled


def _step(step: Step):
    state = json.dumps(step.state).encode()
    return world.Step(_request(step.request), state, float(step.think_time), _outcome(step.outcome))
