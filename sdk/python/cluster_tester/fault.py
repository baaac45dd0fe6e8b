"""Why a call failed."""


class Fault(Exception):
    """An error that the user is shown as a sentence. In `read` it makes the request unreadable."""


class InvalidOption(Fault):
    """The option `name` is wrong; `reason` says what is wrong and what was expected."""

    def __init__(self, name: str, reason: str):
        super().__init__(reason)
        self.name = name
        self.reason = reason
