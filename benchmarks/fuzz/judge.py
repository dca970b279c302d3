"""What becomes of one call: returned, refused, or a finding."""

from __future__ import annotations

import re
import signal
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from optlab.errors import InputError

#: Seconds of computing after which a call counts as hanging. The longest that was
#: measured to end well takes 21 s: a first compilation.
LIMIT = 90.0

#: How Python and NumPy word their own refusals.
_RAW = re.compile(
    r"not supported between|object is not|has no attribute|unexpected keyword|"
    r"positional argument|could not convert|invalid literal|'NoneType'|cannot unpack|"
    r"ufunc '|unhashable|must be real number|object cannot be|invalid value encountered"
)


class Hang(BaseException):
    """A call that does not end."""


class WrongAcceptance(AssertionError):
    """Something was taken that should have been refused."""


@dataclass(frozen=True)
class Verdict:
    """How a call ended.

    Attributes
    ----------
    kind : str
        "returned", "refused", or what is wrong.
    detail : str
        What was called, and what came of it, for findings.
    """

    kind: str
    detail: str = ""

    @property
    def wrong(self) -> bool:
        """Whether it is a finding."""
        return self.kind not in ("returned", "refused")


def _alarm(number: int, frame: Any) -> None:
    raise Hang


def judge(what: str, call: Callable[[], Any]) -> Verdict:
    """Make a call and say what came of it."""
    before = signal.signal(signal.SIGPROF, _alarm)
    signal.setitimer(signal.ITIMER_PROF, LIMIT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            call()
    except InputError as error:
        if _RAW.search(str(error)):
            return Verdict("raw message", f"{what}: {_short(error)}")
        return Verdict("refused")
    except Hang:
        return Verdict("hang", what)
    except WrongAcceptance as error:
        return Verdict("wrong acceptance", f"{what}: {_short(error)}")
    except Exception as error:  # whatever is raised here is what is looked for
        return Verdict("traceback", f"{what}: {type(error).__name__}: {_short(error)}")
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, before)
    return Verdict("returned")


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
