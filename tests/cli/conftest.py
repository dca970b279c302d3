"""What all tests of the command line share."""

import json
from typing import NamedTuple

import pytest

from optlab.cli import app


class Done(NamedTuple):
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def document(self):
        """The JSON document on standard output; nothing else may be there."""
        return json.loads(self.out, parse_constant=pytest.fail)


@pytest.fixture
def optlab(capsys, monkeypatch, tmp_path):
    """Run a command line in this process, in an empty folder."""
    monkeypatch.chdir(tmp_path)

    def run(*words):
        status = app.main([str(word) for word in words])
        return Done(status, *capsys.readouterr())

    return run
