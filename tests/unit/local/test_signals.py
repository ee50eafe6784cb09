from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from dean_provider.local.signals import interruptible
from dean_provider.local.supervisor import Supervisor


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_interrupts_and_handlers_are_put_back(tmp_path: Path, number: signal.Signals):
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interruptible(Supervisor(tmp_path)):
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) is before


def test_a_signal_while_stopping_interrupts_nothing(tmp_path: Path):
    supervisor = Supervisor(tmp_path)
    supervisor.stop()
    with interruptible(supervisor):
        os.kill(os.getpid(), signal.SIGTERM)
    assert supervisor.interrupt() is True
