from __future__ import annotations

from dean_provider.local.environment import RUN_MARKER, clean_environment

POISON = {
    "AIRFLOW_HOME": "/elsewhere",
    "AIRFLOW_CONFIG": "/elsewhere/airflow.cfg",
    "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": "sqlite:////elsewhere/airflow.db",
    "_AIRFLOW_PROCESS_CONTEXT": "server",
    "__AIRFLOW_X": "1",
    "AIRFLOW_CONN_DEAN_EVOLUTION_DEFAULT": "http://elsewhere",
    "DEAN_EVOLUTION_DATABASE_URL": "postgresql://elsewhere/db",
    "DEAN_LOCAL_PORT": "9000",
    "PYTHONPATH": "/elsewhere",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONWARNINGS": "error",
    "PGHOST": "elsewhere",
}


def test_nothing_of_a_users_airflow_gets_through():
    cleaned = clean_environment({**POISON, "PATH": "/bin", "HOME": "/home/someone"}, "run-1")
    assert not [name for name in POISON if name in cleaned]
    assert not [value for value in cleaned.values() if "elsewhere" in value]
    assert cleaned["PATH"] == "/bin"
    assert cleaned["HOME"] == "/home/someone"


def test_our_own_settings_win_and_the_run_is_marked():
    cleaned = clean_environment(POISON, "run-1", {"AIRFLOW_HOME": "/ours"})
    assert cleaned["AIRFLOW_HOME"] == "/ours"
    assert cleaned[RUN_MARKER] == "run-1"


def test_a_proxy_is_not_asked_for_loopback_and_the_users_exceptions_stay():
    cleaned = clean_environment({"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "intranet"}, "run-1")
    assert cleaned["HTTP_PROXY"] == "http://proxy:3128"
    assert cleaned["NO_PROXY"] == cleaned["no_proxy"] == "intranet,127.0.0.1,localhost"


def test_similar_names_of_others_stay():
    kept = {"DEANERY": "1", "MY_AIRFLOW": "2", "PYTHONUTF8": "1", "PG": "x"}
    assert clean_environment(kept, "run-1").items() >= kept.items()
