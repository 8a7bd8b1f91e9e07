"""What is installed once is not installed again, and what failed is."""

import subprocess
from pathlib import Path

import pytest

import install


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(install, "ROOT", tmp_path)
    (tmp_path / "output").mkdir()
    (tmp_path / "source").write_text("one")
    return tmp_path


def times_done(folder: Path, *, fails: bool = False) -> int:
    done = []

    def action() -> None:
        done.append(True)
        if fails:
            raise install.StepFailed("no network")

    install.once("A step", folder / "output", [folder / "source"], action)
    return len(done)


class TestOnce:
    def test_does_nothing_while_the_sources_stay_the_same(self, folder: Path) -> None:
        assert [times_done(folder), times_done(folder)] == [1, 0]

    def test_does_it_again_after_a_source_changed(self, folder: Path) -> None:
        times_done(folder)
        (folder / "source").write_text("two")
        assert times_done(folder) == 1

    def test_does_it_again_after_a_failure(self, folder: Path) -> None:
        with pytest.raises(install.StepFailed):
            times_done(folder, fails=True)
        assert times_done(folder) == 1


class TestRun:
    def test_failure_carries_the_output_and_the_command(self) -> None:
        with pytest.raises(install.StepFailed, match=r"(?s)oh no\n.*failed: sh -c echo"):
            install.run("sh", "-c", "echo oh no; exit 3")

    def test_missing_program_is_named(self) -> None:
        with pytest.raises(install.StepFailed, match="no such-program on this machine"):
            install.run("such-program")


class TestWriteCommand:
    def test_command_is_that_of_the_checkout_wherever_it_is_called(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        command = tmp_path / "chat-registry"
        monkeypatch.setattr(install, "COMMAND", command)
        install.write_command()
        called = subprocess.run(
            [command, "retention", "--help"],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
        )
        assert called.stdout.startswith("usage: chat-registry retention")
