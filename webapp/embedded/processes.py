"""Child processes that never outlive their parent."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """The numeric user and group a child runs as."""

    uid: int
    gid: int


def before_exec(parent_death_signal: signal.Signals, account: Account | None = None) -> Callable[[], None]:
    """What a child does between fork and exec: give up root, and ask for a signal when the parent dies.

    Linux sends that signal when the *thread* that made the child ends, so call from the main thread.
    Elsewhere a lost child is found by its pid file at the next start.
    """
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None
    parent = os.getpid()

    def prepare() -> None:
        if account is not None:
            os.setgroups([])
            os.setgid(account.gid)
            os.setuid(account.uid)
        if libc is not None:
            # After setuid: the kernel clears the setting when the user changes.
            libc.prctl(PR_SET_PDEATHSIG, int(parent_death_signal), 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return prepare
