"""What docs/http.md shows is done, as it stands there."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.http.conftest import Api

PAGE = (Path(__file__).parents[2] / "docs" / "http.md").read_text()
BLOCKS = re.findall(r"```(curl|python)\n(.*?)```", PAGE, re.DOTALL)


def test_every_example_runs_in_the_order_of_the_page(api: Api, tmp_path: Path) -> None:
    client = api.client()
    key = client.headers["Authorization"].removeprefix("Bearer ")
    names = {"client": client, "url": api.url, "key": key}
    shell = {**os.environ, "LEDGER": api.url, "KEY": key}
    for language, text in BLOCKS:
        if language == "python":
            exec(text, names)
        else:
            done = subprocess.run(
                ["bash", "-c", text], cwd=tmp_path, env=shell, capture_output=True, check=False
            )
            assert done.returncode == 0, done.stderr
            assert b'"code"' not in done.stdout
    assert (tmp_path / "journal.zip").read_bytes().startswith(b"PK")


@pytest.mark.parametrize("language", ["curl", "python"])
def test_the_page_has_examples(language: str) -> None:
    assert sum(name == language for name, _ in BLOCKS) >= 2
