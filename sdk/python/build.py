#!/usr/bin/env python3
"""Makes a component of a Python file and all it imports.

    python3 build.py FILE [-o OUT.wasm] [--wit DIR]

The file binds `TestCase` or `Analysis`; which, says what kind of plugin it is.
"""

import argparse
import ast
import os
import pathlib
import shutil
import subprocess
import sys
import traceback

SDK = pathlib.Path(__file__).resolve().parent
WORLDS = {"TestCase": "test-case-plugin", "Analysis": "analysis-plugin"}


def world_of(source: pathlib.Path) -> str:
    """The world that a file is for, by the name that it binds."""
    bound = set()
    try:
        module = ast.parse(source.read_bytes(), str(source))
    except SyntaxError as error:
        # As Python tells it, without the way that led here.
        raise SystemExit("".join(traceback.format_exception_only(error)).rstrip()) from None
    for statement in module.body:
        match statement:
            case ast.Assign(targets=targets):
                bound |= {target.id for target in targets if isinstance(target, ast.Name)}
            case ast.ClassDef(name=name):
                bound.add(name)
    worlds = [world for name, world in WORLDS.items() if name in bound]
    if len(worlds) != 1:
        raise SystemExit(f"error: {source} must bind either `TestCase` or `Analysis`")
    return worlds[0]


def tool() -> str:
    """componentize-py of the interpreter that runs this, else of the PATH."""
    beside = pathlib.Path(sys.executable).parent / "componentize-py"
    found = str(beside) if beside.exists() else shutil.which("componentize-py")
    if found is None:
        raise SystemExit(
            "error: componentize-py is not installed\n"
            f"  hint: python3 -m venv venv && venv/bin/pip install -r {SDK}/requirements.txt"
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Makes a component of a Python plugin.")
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, help="FILE's name with .wasm if not told")
    parser.add_argument("--wit", type=pathlib.Path, default=SDK.parent.parent / "wit", help="folder of the contract")
    arguments = parser.parse_args()
    source = arguments.file
    if not source.is_file():
        raise SystemExit(f"error: there is no file {source}")
    output = arguments.output or pathlib.Path(source.stem).with_suffix(".wasm")
    output.parent.mkdir(parents=True, exist_ok=True)
    made = output.with_name(output.name + ".new")
    world = world_of(source)
    # Without WASI (`--stub-wasi`) the host calls it directly; nothing of WASI would be of use in a sandbox.
    command = [tool(), "--quiet", "--wit-path", arguments.wit, "--world", world, "componentize", source.stem]
    command += ["--stub-wasi", "--python-path", source.parent, "--python-path", SDK, "--output", made]
    if subprocess.run(command, check=False).returncode != 0:
        raise SystemExit("error: the plugin was not built")
    # A tester that looks at the file meanwhile sees the old one or the new one.
    os.replace(made, output)
    print(f"{output}: {world}, {-(-output.stat().st_size // 1024)} KiB", file=sys.stderr)


if __name__ == "__main__":
    main()
