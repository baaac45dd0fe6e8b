"""Points in time as servers write them."""

import datetime

from .fault import Fault

_EPOCH = datetime.datetime(1970, 1, 1)
_EPOCH_UTC = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MS = datetime.timedelta(milliseconds=1)
_parse = datetime.datetime.fromisoformat


def parse_utc(text: str) -> float:
    """Milliseconds since the Unix epoch of an ISO 8601 time in UTC, such as `2026-11-23T08:21:09.388Z`, with up to nine
    digits of a fraction. `datetime` would cut off what is below a microsecond."""
    if len(text) == 24 and text[23] == "Z" and text[4:20:3] == "--T::.":
        # As most servers write it: exact to the millisecond, and quick.
        try:
            return (_parse(text) - _EPOCH_UTC) / _MS
        except ValueError:
            raise _no_time(text) from None
    seconds, rest = text[:19], text[19:]
    offset = rest.removesuffix("Z").removesuffix("+00:00")
    fraction = offset[1:]
    is_fraction = offset == "" or (offset[0] == "." and 0 < len(fraction) < 10 and fraction.isascii() and fraction.isdigit())
    if not is_fraction or len(rest) - len(offset) not in (1, 6) or text[4:11:3] != "--T":
        raise _no_time(text)
    try:
        since = _parse(seconds) - _EPOCH
    except ValueError:
        raise _no_time(text) from None
    return float((since.days * 86_400 + since.seconds) * 1_000) + (int(fraction.ljust(9, "0")) / 1e6 if fraction else 0.0)


def _no_time(text: str) -> Fault:
    return Fault(f"not a time: expected ISO 8601 in UTC such as `2026-11-23T08:21:09.388Z`, not `{text}`")
