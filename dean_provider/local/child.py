"""Run as a script: become another program that dies with the process that asked for it.

    python -I -S child.py PARENT_PID SIGNAL USER COMMAND…

``USER`` is a user name to become first, or ``-``. The kernel is told to send SIGNAL to this process when its parent dies (Linux);
changing the user or executing a set-user-id program would clear that, hence the order. A thread counts as the parent: whoever starts
children must live as long as they should. Signals go back to their defaults, because a shell's ``&`` leaves SIGINT ignored and Airflow's
components are stopped by it. Standard library only, and little of it: this runs before every process. All of it is imported at once, for
another user may not be able to read it.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import sys

_PR_SET_PDEATHSIG = 1
_GONE = 113


def _become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.setgroups([])
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def _tie_to(parent: int, death_signal: int) -> None:
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:  # died before the line above
        os._exit(_GONE)


def _reset_signals() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)


def main(arguments: list[str]) -> None:
    """Become ``arguments[3:]``."""
    parent, death_signal, user, command = int(arguments[0]), int(arguments[1]), arguments[2], arguments[3:]
    if user != "-":
        _become(user)
    _tie_to(parent, death_signal)
    _reset_signals()
    try:
        os.execvp(command[0], command)  # noqa: S606  that is the purpose
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        os._exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
