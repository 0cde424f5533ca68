"""What a policy is worth, read from people whose arm was drawn: only those who were given what it decides count.

Self-normalised inverse propensity weighting: w = 1[drawn arm = decided arm] / e(drawn arm), V = sum(w r) / sum(w)
(Swaminathan and Joachims 2015). Standard errors are those of the linearised ratio.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext_lazy as _

from portal.demo.datasets.campaign import Campaign, Floats, Ints
from portal.demo.learning.policies import Policy
from portal.demo.learning.uplift import Interval, ranking_intervals
from portal.errors import Refused

# Under so few matched people a standard error of a rate is not to be believed.
PEOPLE_NEEDED = 20


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean, its standard error, and the number of people it was read from."""

    value: float
    error: float
    n: int


@dataclass(frozen=True, slots=True)
class BatchMeasure:
    """Outcomes per 100 people of one batch: under the policy, under the present rule, and their difference (gain)."""

    policy: Estimate
    present: Estimate
    gain: Estimate


def weights(decided: Ints, treatment: Ints, propensities: Floats) -> Floats:
    """Importance weights (n,). Raises Refused when an arm that is decided was never drawn."""
    if (propensities[np.unique(decided)] <= 0).any():
        raise Refused(_("This policy decides an arm nobody was drawn for: its value cannot be measured on this data."))
    w: Floats = np.where(decided == treatment, 1 / np.maximum(propensities[treatment], 1e-12), 0.0)
    return w


def measure_batch(campaign: Campaign, rows: Ints, policy: Policy) -> BatchMeasure | None:
    """Outcomes per 100 people among `rows`; None when fewer than PEOPLE_NEEDED were given what is decided."""
    covariates, treatment = campaign.covariates.iloc[rows], campaign.treatment[rows]
    reward = 100 * campaign.outcome[rows]
    ours = weights(policy.decide(covariates), treatment, campaign.propensities)
    theirs = weights(campaign.present_rule(covariates), treatment, campaign.propensities)
    counts = int((ours > 0).sum()), int((theirs > 0).sum())
    if min(counts) < PEOPLE_NEEDED:
        return None
    values = weighted_mean(reward, ours), weighted_mean(reward, theirs)
    pulls = ours * (reward - values[0]) / ours.sum(), theirs * (reward - values[1]) / theirs.sum()
    either = int(((ours > 0) | (theirs > 0)).sum())
    return BatchMeasure(
        policy=Estimate(values[0], _length(pulls[0]), counts[0]),
        present=Estimate(values[1], _length(pulls[1]), counts[1]),
        gain=Estimate(values[0] - values[1], _length(pulls[0] - pulls[1]), either),
    )


def evaluate(campaign: Campaign, rows: Ints, policy: Policy, *, seed: int, draws: int = 400) -> dict[str, Interval]:
    """Everything said of a policy on the held-out `rows`, with 95 % intervals from `draws` half samples.

    Per 100 people: `outcomes`, `outcomes_present`, `outcomes_gain`, and the same for `net` money. In percent of
    people given an arm: `contacted`, `contacted_present` (counted, so without width). Qini and AUUC of the policy's
    score, among people drawn either nothing or the arm the policy prefers for them.
    """
    covariates, treatment = campaign.covariates.iloc[rows], campaign.treatment[rows]
    decided, present = policy.decide(covariates), campaign.present_rule(covariates)
    ours = weights(decided, treatment, campaign.propensities)
    theirs = weights(present, treatment, campaign.propensities)
    rewards = {"outcomes": 100 * campaign.outcome[rows], "net": 100 * campaign.net[rows]}

    def measure(sample: Ints) -> list[float]:
        found = []
        for reward in rewards.values():
            value = weighted_mean(reward[sample], ours[sample])
            value_present = weighted_mean(reward[sample], theirs[sample])
            found += [value, value_present, value - value_present]
        return found

    names = [f"{name}{part}" for name in rewards for part in ("", "_present", "_gain")]
    measured = dict(zip(names, half_sample_intervals(measure, len(rows), seed=seed, draws=draws), strict=True))
    for name, given in (("contacted", decided), ("contacted_present", present)):
        share = 100 * float((given > 0).mean())
        measured[name] = Interval(share, share, share)
    preferred = policy.preferred(covariates)
    kept = (treatment == 0) | (treatment == preferred)
    ranking = ranking_intervals(
        campaign.outcome[rows][kept], (treatment[kept] > 0).astype(np.int64), policy.score(covariates)[kept], seed=seed
    )
    return measured | ranking


def half_sample_intervals(measure: Callable[[Ints], list[float]], n: int, *, seed: int, draws: int) -> list[Interval]:
    """95 % intervals of what `measure` returns for row numbers: quantiles over random halves of the n rows."""
    draw = np.random.default_rng(seed)
    found = [measure(draw.choice(n, size=n // 2, replace=False)) for _ in range(draws)]
    low, high = np.nanquantile(found, (0.025, 0.975), axis=0)
    whole = measure(np.arange(n))
    return [Interval(value, float(low[i]), float(high[i])) for i, value in enumerate(whole)]


def weighted_mean(reward: Floats, weight: Floats) -> float:
    """Weighted mean; not a number when nobody has weight."""
    total = weight.sum()
    return float((weight * reward).sum() / total) if total > 0 else float("nan")


def _length(pull: Floats) -> float:
    return float(np.sqrt((pull**2).sum()))
