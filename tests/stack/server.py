"""chatServer as one child process in front of a Supabase project."""

import ctypes
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from tests.stack.embedded import ROOT, StackFailed, SupabaseProject, child_environment
from tests.stack.ports import free_port

START_TIMEOUT_SECONDS = 600
AS_IT_IS = ("-m", "chatServer.main")
PATIENTLY = ("-c", "import tests.support.patient_limits; from chatServer.main import main; main()")
PR_SET_PDEATHSIG = 1
"""https://man7.org/linux/man-pages/man2/pr_set_pdeathsig.2const.html"""


class ChatServer:
    """A chatServer on a free port; its output is kept for the message of a failed start."""

    def __init__(
        self,
        project: SupabaseProject,
        settings: dict[str, str] | None = None,
        *,
        is_patient: bool = False,
    ) -> None:
        """Takes settings beside the project's; an empty SUPABASE_DB_URL selects the API.

        A patient server waits longer than a server does for what a busy machine slows down.
        """
        self.start_options = PATIENTLY if is_patient else AS_IT_IS
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environment = child_environment(project) | {
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "PYTHONPATH": str(ROOT),
            "SUPABASE_DB_URL": project.server_db_url,
            **(settings or {}),
        }
        self.folder = tempfile.TemporaryDirectory(prefix="chat-server-")
        self.log = Path(self.folder.name) / "output.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns when /readyz answers 200; raises StackFailed with the server's own words."""
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *self.start_options],
                # Away from the checkout, whose .env.local must not change what a test sees.
                cwd=self.folder.name,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                preexec_fn=_end_with_parent,
            )
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                output = self.log.read_text()
                self.stop()
                raise StackFailed(f"chatServer did not start:\n{output}")
            time.sleep(0.1)

    def is_ready(self) -> bool:
        """Asks /readyz."""
        try:
            answer = httpx.get(f"{self.base_url}/readyz", timeout=5, trust_env=False)
        except httpx.TransportError:
            return False
        return answer.status_code == httpx.codes.OK

    def stop(self) -> None:
        """Ends the server and removes its log."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait()
            self.process = None
        self.folder.cleanup()


def _end_with_parent() -> None:
    """Has the kernel end the server when even kill -9 ends the program that started it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
