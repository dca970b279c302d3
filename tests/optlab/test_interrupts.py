"""Ctrl-C is kept until somebody asks, given back after, and left to others."""

import os
import signal
import subprocess
import sys
import time

import pytest

from optlab import interrupts
from optlab.interrupts import InterruptGuard


def press():
    os.kill(os.getpid(), signal.SIGINT)


def test_one_is_noted_a_second_raised():
    guard = InterruptGuard()
    with guard:
        assert not guard.flag
        press()
        assert guard.flag
        with pytest.raises(KeyboardInterrupt):
            press()
    with pytest.raises(KeyboardInterrupt):
        press()


def test_another_handler_is_left_alone():
    seen = []
    before = signal.signal(signal.SIGINT, lambda *_: seen.append(1))
    try:
        with InterruptGuard() as guard:
            press()
        assert seen == [1]
        assert not guard.flag
    finally:
        signal.signal(signal.SIGINT, before)


PROGRAM = """
import os, signal, sys, threading, time
from optlab import __main__, interrupts
from optlab.cli import app

def main():
    with interrupts.command():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(5)
        except KeyboardInterrupt:
            return interrupts.status()

app.main = main
threading.Thread(target=time.sleep, args=(60,)).start()
sys.exit(__main__.main())
"""


def test_an_interrupted_command_does_not_wait_for_threads():
    done = subprocess.run([sys.executable, "-c", PROGRAM], timeout=30)
    assert done.returncode == 143


@pytest.mark.parametrize("name", ["_raw_object_cache_notify", "__del__"])
def test_what_comes_where_it_would_be_lost_is_raised_after_it(name):
    """Python prints what a callback or a deletion raises, and goes on."""
    frames = {"__name__": "llvmlite.binding.executionengine", "press": press}
    exec(f"def {name}(): press(); return 'returned'", frames)
    with interrupts.command():
        assert frames[name]() == "returned"
        with pytest.raises(KeyboardInterrupt):
            time.sleep(5)
        assert interrupts.received() == signal.SIGINT
