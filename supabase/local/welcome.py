"""Says where the app is once it answers, and makes the demo account of an embedded stack."""

import os
import signal
import sys
import time

import httpx

HOST = os.environ.get("HOST") or "127.0.0.1"
PORT = os.environ.get("PORT") or "8000"
ADDRESS = f"http://{HOST}:{PORT}"
PATIENCE_SECONDS = 10


def wait_for_server() -> None:
    """Returns when a turn could be served; says what is missing when that takes long."""
    patience = time.monotonic() + PATIENCE_SECONDS
    while problem := find_problem():
        time.sleep(0.1)
        if time.monotonic() > patience:
            sys.stdout.write(f"Not ready yet: {problem}\n")
            sys.stdout.flush()
            patience += PATIENCE_SECONDS


def find_problem() -> str | None:
    """Asks /readyz what keeps a turn from being served."""
    try:
        response = httpx.get(f"{ADDRESS}/readyz", timeout=5)
    except httpx.TransportError as error:
        return f"chatServer at {ADDRESS}: {error}"
    return None if response.is_success else response.text


def make_demo_account() -> str:
    """Signs the demo user up, or in where it exists already; returns what to tell."""
    auth = f"{os.environ['SUPABASE_URL']}/auth/v1"
    headers = {"apikey": os.environ["SUPABASE_PUBLISHABLE_KEY"]}
    account = {"email": os.environ["DEMO_EMAIL"], "password": os.environ["DEMO_PASSWORD"]}
    for path in ("signup", "token?grant_type=password"):
        if httpx.post(f"{auth}/{path}", headers=headers, json=account, timeout=30).is_success:
            return f"Sign in with {account['email']} and the password {account['password']}"
    return f"The account {account['email']} exists with another password than .env.local has."


def main() -> None:
    """Prints the banner and stays, because honcho ends everything when one process ends."""
    wait_for_server()
    lines = ["", f"chat-registry is ready at {ADDRESS}"]
    if "--demo-account" in sys.argv:
        lines.append(make_demo_account())
    lines += ["Ctrl-C stops everything.", ""]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
    signal.pause()


main()
