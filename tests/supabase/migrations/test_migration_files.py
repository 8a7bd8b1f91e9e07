"""Rules that hold for the text of every migration."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.stack.database import MIGRATIONS
from tests.stack.embedded import ROOT

FILES = sorted(MIGRATIONS.glob("*.sql"))
HEADER = re.compile(
    r"-- What: [^\n]+\n(?:--   [^\n]+\n)*"
    r"-- Why: [^\n]+\n(?:--   [^\n]+\n)*"
    r"-- Safe while the previous release runs: (?:yes|no), because [^\n]+\n(?:--   [^\n]+\n)*"
    r"set local lock_timeout = '\d+s';\nset local statement_timeout = '\d+min';\n"
)
CREATED_TABLE = re.compile(r"create table public\.(\w+)")

by_name = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


@by_name
def test_begins_with_what_why_and_safe_and_limits_its_locks(file: Path) -> None:
    assert HEADER.match(file.read_text())


@by_name
def test_is_named_by_a_version_and_what_it_does(file: Path) -> None:
    assert re.fullmatch(r"\d{14}_[a-z_]+\.sql", file.name)


@by_name
def test_a_file_that_makes_a_table_says_who_may_use_it(file: Path) -> None:
    text = file.read_text()
    for table in CREATED_TABLE.findall(text):
        assert f"alter table public.{table} enable row level security;" in text
        revoke = f"revoke all on public.{table} from public, anon, authenticated;"
        grant = re.search(rf"grant [a-z, ]+ on public\.{table} to service_role;", text)
        assert grant is not None
        assert 0 <= text.find(revoke) < grant.start()


def test_versions_are_unique() -> None:
    versions = [file.name.partition("_")[0] for file in FILES]
    assert len(set(versions)) == len(versions)


def test_squawk_finds_nothing() -> None:
    squawk = Path(sys.executable).with_name("squawk")
    linted = subprocess.run([squawk, *FILES], cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout + linted.stderr
