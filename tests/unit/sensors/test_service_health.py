from __future__ import annotations

import pytest
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException, TaskDeferred

from dean_provider.contract.service import Health, HealthStatus
from dean_provider.errors import AuthenticationError, ConnectionFailedError
from dean_provider.sensors import deferral
from dean_provider.sensors.service_health import ServiceHealthSensor
from dean_provider.triggers import service_health as waiting

HEALTHY = Health(status=HealthStatus.HEALTHY, version="1")


@pytest.fixture
def make_sensor(monkeypatch, evolution_hook, indexagent_hook):
    def make(indexagent=HEALTHY, evolution=HEALTHY, **kwargs):
        hooks = {"indexagent": indexagent_hook({"health": indexagent}), "evolution": evolution_hook({"health": evolution})}
        monkeypatch.setattr(waiting, "health_hooks", lambda connections, _id: {service: hooks[service] for service in connections})
        monkeypatch.setattr(deferral, "triggerer_alive", lambda: True)
        return ServiceHealthSensor(**{"task_id": "check_services", "deferrable": True, **kwargs})

    return make


def test_healthy_services_cost_no_deferral(make_sensor, make_context):
    assert make_sensor().execute(make_context()) == {"indexagent": "healthy, version 1", "evolution": "healthy, version 1"}


def test_unhealthy_ones_are_waited_for_in_the_triggerer(make_sensor, make_context):
    with pytest.raises(TaskDeferred) as deferred:
        make_sensor(evolution=ConnectionFailedError("refused"), plan={"evolution_conn_id": "other", "indexagent_conn_id": "i"}).execute(
            make_context()
        )
    assert deferred.value.trigger.connections == {"indexagent": "i", "evolution": "other"}


def test_or_on_the_worker(make_sensor, make_context):
    sensor = make_sensor(evolution=[ConnectionFailedError("refused"), HEALTHY], deferrable=False, poke_interval=0)
    assert "evolution" in sensor.execute(make_context())


def test_wrong_credentials_fail_at_once(make_sensor, make_context):
    with pytest.raises(AirflowFailException, match="The token is wrong"):
        make_sensor(evolution=AuthenticationError("The token is wrong.")).execute(make_context())


def test_time_up_names_the_service_and_may_be_tried_again(make_sensor, make_context):
    event = {
        "indexagent": {"ready": True, "hopeless": False, "text": ""},
        "evolution": {"ready": False, "hopeless": False, "text": "locked"},
    }
    with pytest.raises(AirflowException, match="evolution: locked") as failure:
        make_sensor().resume(make_context(), event)
    assert not isinstance(failure.value, AirflowFailException)


def test_soft_fail_skips(make_sensor, make_context):
    with pytest.raises(AirflowSkipException):
        make_sensor(evolution=AuthenticationError("no"), soft_fail=True).execute(make_context())


def test_only_the_services_asked_for(make_sensor, make_context):
    assert set(make_sensor(indexagent=ConnectionFailedError("x"), services=["evolution"]).execute(make_context())) == {"evolution"}
