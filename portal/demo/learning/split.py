"""Who is learned from, who is held out, and in which week and at which site a held-out person turns up."""

from dataclasses import dataclass

import numpy as np

from portal.demo.datasets.campaign import Campaign, Ints, Names


@dataclass(frozen=True, slots=True)
class Split:
    """Row numbers, sorted, of the people learned from and of those held out."""

    train: Ints
    held_out: Ints


@dataclass(frozen=True, slots=True)
class Batch:
    """The rows that turn up at one site in one week (weeks count from 0)."""

    week: int
    site: str
    rows: Ints


def split(campaign: Campaign, seed: int, train_share: float = 0.5) -> Split:
    """Cut the campaign in two, each arm in the same proportion."""
    draw = np.random.default_rng(seed)
    train = []
    for arm in range(len(campaign.arms)):
        rows = draw.permutation(np.flatnonzero(campaign.treatment == arm))
        train.append(rows[: round(train_share * len(rows))])
    chosen = np.sort(np.concatenate(train))
    return Split(chosen, np.setdiff1d(np.arange(len(campaign)), chosen))


def weekly_batches(rows: Ints, sites: Names, weeks: int, seed: int) -> list[Batch]:
    """Deal `rows` into `weeks` batches per site by a seeded shuffle; `sites` has one label for each of all rows.

    Every row is dealt once; a site's weeks differ in size by at most one. Ordered by week, then site.
    """
    draw = np.random.default_rng(seed)
    batches = []
    for site in sorted(set(sites[rows].tolist())):
        here = draw.permutation(rows[sites[rows] == site])
        batches += [Batch(week, site, np.sort(part)) for week, part in enumerate(np.array_split(here, weeks))]
    return sorted(batches, key=lambda batch: (batch.week, batch.site))
