import numpy as np
import pandas as pd

from portal.demo.learning.manifest import campaign_manifest, digest, pumps_manifest

FRAME = pd.DataFrame({"age": [41.0, np.nan], "area": ["a", "b"]})


def test_the_digest_changes_with_any_value_name_or_order():
    others = [
        FRAME.assign(age=[41.5, np.nan]),
        FRAME.assign(area=["a", "c"]),
        FRAME.rename(columns={"age": "years"}),
        FRAME.iloc[::-1],
        FRAME[["area", "age"]],
    ]
    assert len({digest(frame) for frame in [FRAME, *others]}) == 6


def test_the_digest_of_the_same_data_is_the_same():
    assert digest(FRAME) == digest(FRAME.copy())
    assert digest(pd.DataFrame({"n": [1, 2]})) == digest(pd.DataFrame({"n": [1.0, 2.0]}))


def test_the_manifest_says_what_was_used(trial, invented_pumps):
    manifest = campaign_manifest(trial, split_seed=2026)
    assert (manifest["name"], manifest["rows"], manifest["split_seed"]) == ("thornton_hiv", 2830, 2026)
    assert manifest["columns"] == ["age", "distvct", "treatment", "outcome", "money", "cost"]
    assert pumps_manifest(invented_pumps, split_seed=1)["sha256"] == digest(invented_pumps.frame)
