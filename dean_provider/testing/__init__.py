"""For your own tests: the reference services in this process, made to fail as you script it.

.. code-block:: python

    with MockServices(folder) as services:
        services.evolution.faults.add(Fault("read_trial", status=503, retry_after=1, times=2))
        run_my_dag(evolution=services.evolution.url, indexagent=services.indexagent.url)
        assert services.evolution.calls["start_trial"] == 1

They are the real services on free ports of 127.0.0.1, with a wrapper around them: never a second implementation. Needs the extra
``services``.
"""

from dean_provider.testing.faults import Fault, Faults
from dean_provider.testing.mock_services import MockService, MockServices
from dean_provider.testing.pause_points import PausePoints

__all__ = ["Fault", "Faults", "MockService", "MockServices", "PausePoints"]
