from __future__ import annotations

import pytest
from airflow.sdk import Asset

from dean_provider.assets import create_asset, trial_uri


def test_airflow_knows_the_scheme():
    assert Asset("dean://TRIALS/packing/").uri == "dean://trials/packing"


@pytest.mark.parametrize(
    "uri", ["dean://trials", "dean://trials/", "dean://other/x", "dean://trials/a/b", "dean://trials/X Y", "dean://trials/x?y=1"]
)
def test_what_names_no_trials_is_refused(uri):
    with pytest.raises(ValueError, match="dean://"):
        Asset(uri)


def test_the_asset_of_a_name():
    asset = create_asset(name="packing", extra={"team": "blue"})
    assert (asset.name, asset.uri, asset.extra) == ("dean://trials/packing", trial_uri("packing"), {"team": "blue"})
