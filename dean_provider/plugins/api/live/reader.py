"""Somebody who watches: in one session of theirs, with what they may read as it was last asked."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from dean_provider.contract.live import Closing, LiveEvent
from dean_provider.contract.workflow import SYSTEM
from dean_provider.plugins.api.authority import Authority
from dean_provider.plugins.api.caller import Caller, CallerKind
from dean_provider.plugins.api.live.accounts import Accounts
from dean_provider.plugins.api.live.tickets import Subject
from dean_provider.state.news import Whose

__all__ = ["RIGHTS_GONE", "SESSION_ENDED", "UNKNOWN", "Reader"]

_ALERTS = ("alert.", "silence.")
SESSION_ENDED = Closing(
    code="session_ended", reason="The session in which the ticket was issued has ended.", suggestion="Sign in, and open a new socket."
)
RIGHTS_GONE = Closing(
    code="rights_gone", reason="You may not read this any more.", suggestion="Ask whoever administers Airflow for a role that may."
)
UNKNOWN = Closing(
    code="unavailable", reason="It cannot be found out what you may read.", suggestion="Open a new socket and resume.", retry_after=30.0
)


class Reader:
    """Several sockets of one session share one. What is asked blocks; what is known does not."""

    def __init__(self, subject: Subject, accounts: Accounts) -> None:
        self.subject = subject
        self._accounts = accounts
        self._authority: Authority | None = None
        self._sees: dict[str | None, bool] = {}
        self._audits: dict[str | None, bool] = {}

    @property
    def key(self) -> tuple[str, str]:
        """Which sockets share this reader."""
        return self.subject.name, self.subject.session.token_id or str(self.subject.session.ends_at)

    def knows(self, dag_id: str | None) -> bool:
        return dag_id in self._sees

    def sees(self, dag_id: str | None) -> bool:
        """Whether events of the DAG may be sent, as far as is known; with no DAG, those of the installation."""
        return self._sees.get(dag_id, False)

    def may(self, event: LiveEvent) -> bool:
        """Whether an event may be sent. Alerts and silences that are about no trial are everybody's, as everywhere."""
        if event.workflow_type == SYSTEM and event.event_type.startswith(_ALERTS) and event.dag_id is None:
            return True
        return self.sees(event.dag_id)

    def follows(self, owner: Whose) -> bool:
        """Whether there may be events of an execution to send; of the installation's own only some may be."""
        return owner.workflow_type == SYSTEM or self.sees(owner.dag_id)

    def audits(self, dag_id: str | None) -> bool:
        """Whether network addresses in events of the DAG may be sent."""
        return self._audits.get(dag_id, False)

    def ended(self, now: datetime) -> bool:
        return self.subject.session.ends_at <= now

    def identify(self) -> bool:
        """Find the user anew; whether there still is one who may read anything. Blocks."""
        user = self._accounts.user_of(self.subject.claims)
        if user is None:
            return False
        self._authority = Authority(Caller(CallerKind.USER, self.subject.name, self.subject.address, user=user))
        return self._authority.reads()

    def learn(self, dag_ids: Collection[str | None]) -> None:
        """Ask about DAGs nothing is known of. Blocks."""
        self._ask([dag_id for dag_id in dag_ids if dag_id not in self._sees])

    def recheck(self) -> Closing | None:
        """Ask about everything anew; why its sockets are to be closed, if they are. Blocks."""
        if not self.identify():
            return RIGHTS_GONE
        self._ask(list(self._sees))
        return None

    def _ask(self, dag_ids: Collection[str | None]) -> None:
        authority = self._authority
        if authority is None:
            return
        for dag_id in dag_ids:
            if dag_id is None:
                audits = authority.audits()
                sees = audits and authority.configuration()
            else:
                audits, sees = authority.audits(dag_id), authority.reads(dag_id)
            self._audits[dag_id] = audits
            self._sees[dag_id] = sees
