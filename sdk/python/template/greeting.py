"""Asks for as many greetings as the load says."""

from cluster_tester import Context, Description, InvalidOption, Outcome, Request, Response, export_test_case


class Greetings:
    description = Description(
        name="GreetingsTestCase",
        version="1.0.0",
        description="Asks for as many greetings as the load says.",
        options_schema={
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "language": {"type": "string", "default": "en", "description": "Language of the greetings."}
            },
        },
        failure_reasons=["unexpected status", "no greeting"],
    )

    def __init__(self, options: dict):
        self.language = options["language"]
        if len(self.language) != 2:
            raise InvalidOption("language", "expected two letters, such as `en`")

    def build(self, context: Context) -> Request:
        return Request.get(f"/greetings?n={context.load}").header("accept-language", self.language)

    def read(self, context: Context, response: Response, state: object) -> Outcome:
        if response.status != 200:
            return Outcome.unexpected_status(0, response, 200)
        return Outcome.success_if(len(response.json()) > 0, 1)


TestCase = export_test_case(Greetings)
