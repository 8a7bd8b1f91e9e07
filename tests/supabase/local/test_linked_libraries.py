"""The links that the embedded PostgreSQL needs and npm cannot pack."""

import json
import subprocess
from pathlib import Path

from tests.stack.embedded import LOCAL, NODE

LINK_TEN_TIMES_AT_ONCE = """
const { linkLibraries } = await import(process.argv[1]);
await Promise.all(Array.from({ length: 10 }, () => linkLibraries(process.argv[2])));
"""


def test_stacks_that_start_together_for_the_first_time_share_the_links(tmp_path: Path) -> None:
    library = tmp_path / "native" / "lib"
    library.mkdir(parents=True)
    (library / "libx.so.1.2").write_text("code")
    links = [{"source": "native/lib/libx.so.1.2", "target": "native/lib/libx.so.1"}]
    (tmp_path / "native" / "pg-symlinks.json").write_text(json.dumps(links))
    for _ in range(2):
        subprocess.run(
            [
                *(NODE, "--input-type=module", "--eval", LINK_TEN_TIMES_AT_ONCE),
                *(LOCAL / "postgres.ts", tmp_path / "native"),
            ],
            check=True,
        )
        assert (library / "libx.so.1").read_text() == "code"
