from __future__ import annotations

import pytest
from pydantic import ValidationError

from dean_provider.contract.endpoints import indexagent as operations
from dean_provider.contract.service import Empty
from dean_provider.errors import ConnectionFailedError
from dean_provider.services.evolution.indexagent import IndexAgentClient
from dean_provider.services.evolution.settings import EvolutionSettings


def test_a_password_in_the_url_is_never_shown():
    client = IndexAgentClient(EvolutionSettings(indexagent_url="http://user:swordfish@127.0.0.1:9/agents?key=herring"))
    with pytest.raises(ConnectionFailedError, match=r"http://127\.0\.0\.1:9/agents") as caught:
        client.call(operations.HEALTH, Empty())
    shown = repr((str(caught.value), caught.value.details))
    assert "swordfish" not in shown
    assert "herring" not in shown
    client.close()


@pytest.mark.parametrize("url", ["127.0.0.1:8081", "ftp://host", "http://", "http://u:sword/fish@host"])
def test_what_is_no_url_is_refused_without_showing_it(url):
    with pytest.raises(ValidationError) as caught:
        EvolutionSettings(indexagent_url=url)
    assert "sword" not in caught.value.errors()[0]["msg"]
