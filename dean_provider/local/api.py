"""Airflow's public REST API and the services' health, over loopback. Nothing of Airflow is imported here."""

from __future__ import annotations

from typing import Any

import requests

from dean_provider.errors import AuthenticationError, ConnectionFailedError, NotFoundError, ServiceFailureError

__all__ = ["AirflowApi", "answers"]

_TIMEOUT_SECONDS = 30.0


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # neither a proxy nor a .netrc has to do with loopback
    return session


def answers(url: str) -> bool:
    """Whether a GET of ``url`` is answered with success just now."""
    try:
        with _session() as session:
            return session.get(url, timeout=_TIMEOUT_SECONDS).ok
    except requests.RequestException:
        return False


class AirflowApi:
    """Signed in to one Airflow; signs in again when its token is no longer taken.

    :param url: of the API server, without a path.
    """

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url
        self._user = user
        self._password = password
        self._session = _session()

    def health(self) -> dict[str, Any] | None:
        """What ``/api/v2/monitor/health`` says; ``None`` while the server does not answer."""
        try:
            answer = self._session.get(f"{self.url}/api/v2/monitor/health", timeout=5)
            return dict(answer.json()) if answer.ok else None
        except (requests.RequestException, ValueError):
            return None

    def call(self, method: str, path: str, **options: Any) -> Any:
        """One request below ``/api/v2``; ``options`` as for ``requests``. Returns the decoded answer, ``None`` for an empty one.

        :raises NotFoundError: for a 404.
        :raises ServiceFailureError: for any other failure.
        :raises ConnectionFailedError: when there is no answer.
        """
        answer = self._send(method, path, options)
        if answer.status_code == requests.codes.unauthorized:
            self._sign_in()
            answer = self._send(method, path, options)
        if answer.ok:
            return answer.json() if answer.content else None
        error = NotFoundError if answer.status_code == requests.codes.not_found else ServiceFailureError
        raise error(
            f"Airflow answered {method} {path} with {answer.status_code}.",
            details={"status": answer.status_code, "body": answer.text[:2000]},
        )

    def get(self, path: str, **query: Any) -> Any:
        """``call("GET", …)`` with query parameters."""
        return self.call("GET", path, params=query)

    def _send(self, method: str, path: str, options: dict[str, Any]) -> requests.Response:
        if "Authorization" not in self._session.headers:
            self._sign_in()
        try:
            return self._session.request(method, f"{self.url}/api/v2{path}", timeout=_TIMEOUT_SECONDS, **options)
        except requests.RequestException as error:
            raise ConnectionFailedError(f"Airflow's API server does not answer: {type(error).__name__}.") from error

    def _sign_in(self) -> None:
        try:
            answer = self._session.post(
                f"{self.url}/auth/token", json={"username": self._user, "password": self._password}, timeout=_TIMEOUT_SECONDS
            )
        except requests.RequestException as error:
            raise ConnectionFailedError(f"Airflow's API server does not answer: {type(error).__name__}.") from error
        if not answer.ok:
            raise AuthenticationError(f"Airflow refused to sign in {self._user!r} ({answer.status_code}).")
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def close(self) -> None:
        """Drop the connections."""
        self._session.close()
