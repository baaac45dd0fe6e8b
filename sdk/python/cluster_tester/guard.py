"""What both worlds share: exceptions become the contract's faults, descriptions its identity.

The bindings exist while a component is made, and within it.
"""

import functools
import json
import traceback

from .fault import Fault, InvalidOption

try:
    from componentize_py_types import Err
    from wit_world.imports import log, types
except ImportError:
    pass


def guarded(function):
    """Raises what `function` raises as the contract's `fault`."""

    @functools.wraps(function)
    def call(*arguments):
        try:
            return function(*arguments)
        except Exception as error:
            raise fault_of(error) from None

    return call


def fault_of(error: Exception) -> Exception:
    """What to raise instead of an exception: the contract's `fault`. One that is no `Fault` is made one too, else it would
    cost the instance; where it was raised goes to the log."""
    if isinstance(error, InvalidOption):
        return Err(types.Fault_InvalidOption(types.InvalidOption(error.name, error.reason)))
    if isinstance(error, Fault):
        return Err(types.Fault_Failed(str(error)))
    log.write(log.Level.WARNING, f"{type(error).__name__}: {error}{_places(error)}")
    return Err(types.Fault_Failed(f"{type(error).__name__}: {error}"))


def _places(error: Exception) -> str:
    """Where it was raised. Without the lines themselves: there are no files to read them from."""
    frames = traceback.walk_tb(error.__traceback__)
    return "".join(f"\n  {frame.f_code.co_filename}:{line} in {frame.f_code.co_name}" for frame, line in frames)


def identity(told):
    """The contract's `identity` of a description."""
    schema = "" if told.options_schema is None else json.dumps(told.options_schema)
    return types.Identity(told.name, told.version, told.description, schema)
