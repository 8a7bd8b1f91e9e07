"""A second checkout that shares this one's installed packages and nothing else."""

import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.stack.embedded import ROOT, child_environment, new_project
from tests.stack.ports import free_port

SHARED = (".venv", "chatServer", "webApp")


class Checkout:
    """A copy of what `make run` is made of, on free ports, with data of its own."""

    def __init__(self, folder: Path) -> None:
        """Fills the folder."""
        self.folder = folder
        for name in SHARED:
            (folder / name).symlink_to(ROOT / name)
        for name in ("Makefile", "agents.toml"):
            shutil.copy(ROOT / name, folder)
        shutil.copytree(
            ROOT / "supabase",
            folder / "supabase",
            ignore=shutil.ignore_patterns("node_modules", "__pycache__"),
        )
        modules = Path("supabase", "local", "node_modules")
        (folder / modules).symlink_to(ROOT / modules)
        self.port = free_port()
        self.environment = {
            name: value
            for name, value in child_environment(new_project()).items()
            if not name.startswith("SUPABASE_")
        } | {
            "PORT": str(self.port),
            "SUPABASE_API_PORT": str(free_port()),
            "SUPABASE_DB_PORT": str(free_port()),
        }
        # Inside `make test` these would tell the inner make what the outer one was asked.
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS"):
            self.environment.pop(name, None)

    def make_run(self, **settings: str) -> subprocess.Popen[str]:
        """Starts `make run` in a session of its own, as a terminal would."""
        with heeded(signal.SIGHUP):
            return subprocess.Popen(
                # The packages are installed: `true install.py` does nothing.
                ["/usr/bin/env", "make", "run", "PYTHON=true"],
                cwd=self.folder,
                env=self.environment | settings,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )

    def refuse_to_run(self, **settings: str) -> str:
        """Runs a `make run` that cannot start and returns what it says."""
        with self.make_run(**settings) as process:
            output, _ = process.communicate(timeout=600)
        assert process.returncode != 0, output
        return output

    def env_file(self) -> dict[str, str]:
        """Reads .env.local."""
        lines = (self.folder / ".env.local").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))

    def processes(self) -> list[str]:
        """Lists the command of every process that this checkout has brought about."""
        return list(processes_of(self.folder))


@contextmanager
def heeded(number: signal.Signals) -> Iterator[None]:
    """Lets what is started heed a signal, also where the tests themselves run under nohup."""
    before = signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(number, before)


def processes_of(folder: Path) -> dict[str, int]:
    """Finds the running processes whose command or working directory is in the folder."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            command = (entry / "cmdline").read_text().replace("\0", " ").strip()
            directory = os.readlink(entry / "cwd")
        except OSError:
            continue
        if str(folder) in command or Path(directory).is_relative_to(folder):
            found[command] = int(entry.name)
    return found


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Reads the output up to the line that holds the text; fails with all of it otherwise."""
    assert process.stdout is not None
    seen = ""
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    raise AssertionError(f"{text!r} was never printed:\n{seen}")
