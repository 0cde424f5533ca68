"""The exact data a run used, as a digest and a manifest (MLflow's own dataset digest covers only a few rows)."""

import hashlib
import json

import numpy as np
import pandas as pd

from portal.demo.datasets.campaign import Campaign
from portal.demo.datasets.pumps import Pumps

Manifest = dict[str, str | int | list[str]]


def digest(frame: pd.DataFrame) -> str:
    """SHA-256, in hexadecimal, of all names and values of `frame` in order; numbers as 64-bit little-endian floats."""
    sha = hashlib.sha256()
    for name in frame.columns:
        column = frame[name]
        sha.update(json.dumps(str(name)).encode())
        if pd.api.types.is_numeric_dtype(column):
            sha.update(column.to_numpy(dtype=np.dtype("<f8")).tobytes())
        else:
            sha.update(json.dumps(column.astype(object).tolist()).encode())
    return sha.hexdigest()


def campaign_manifest(campaign: Campaign, split_seed: int) -> Manifest:
    """What the run on `campaign` used: name, rows, columns, sha256, split_seed."""
    frame = campaign.covariates.assign(
        treatment=campaign.treatment, outcome=campaign.outcome, money=campaign.money, cost=campaign.cost
    )
    return _manifest(campaign.name, frame, split_seed)


def pumps_manifest(pumps: Pumps, split_seed: int) -> Manifest:
    """What the run on `pumps` used: name, rows, columns, sha256, split_seed."""
    return _manifest(pumps.name, pumps.frame, split_seed)


def _manifest(name: str, frame: pd.DataFrame, split_seed: int) -> Manifest:
    columns = [str(column) for column in frame.columns]
    return {"name": name, "rows": len(frame), "columns": columns, "sha256": digest(frame), "split_seed": split_seed}
