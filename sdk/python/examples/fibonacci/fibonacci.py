"""Asks for a Fibonacci number and checks it. The load is the number's index."""

from cluster_tester import Context, Description, Outcome, Request, Response, export_test_case, parse_utc


class Fibonacci:
    description = Description(
        name="FibonacciTestCase",
        version="0.1.0",
        description="This test measures the performance of the Fibonacci calculation endpoint.",
        min_recommended_load=10,
        failure_reasons=["unexpected status", "wrong Fibonacci number"],
    )

    def __init__(self, options: dict):
        pass

    def build(self, context: Context) -> Request:
        return Request.get(f"/fibonacci/{context.load}")

    def read(self, context: Context, response: Response, state: object) -> Outcome:
        if response.status != 200:
            return Outcome.unexpected_status(0, response, 200)
        answer = response.json({"start": str, "end": str, "fibonacci": int})
        outcome = Outcome.success_if(answer["fibonacci"] == fibonacci(context.load), 1)
        return outcome.between(parse_utc(answer["start"]), parse_utc(answer["end"]))


def fibonacci(n: int) -> int:
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


TestCase = export_test_case(Fibonacci)
