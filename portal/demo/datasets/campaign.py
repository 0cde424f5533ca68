"""What the demo needs to know of a randomised campaign, whatever its subject."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from portal.errors import Sentence

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Names = npt.NDArray[np.str_]
Rule = Callable[[pd.DataFrame], Ints]


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A randomised test of n people over k arms, the control arm first. Arrays have one entry per person."""

    name: str
    title: Sentence
    origin: Sentence
    licence: Sentence
    arms: tuple[str, ...]
    arm_titles: tuple[Sentence, ...]
    treatment: Ints
    """Index into `arms` of what each person was given by the draw."""
    covariates: pd.DataFrame
    """What was known of each person before the draw, indexed 0..n-1."""
    outcome: Floats
    """1.0 when the person did what the campaign hoped for, else 0.0."""
    outcome_title: Sentence
    money: Floats
    """What each person brought, in `currency`, before the cost of the arm."""
    cost: Floats
    """What the arm each person was given did cost, in `currency`."""
    unit_value: float
    """Worth of one outcome, in `currency`."""
    arm_costs: tuple[float, ...]
    """What giving each arm to one person costs, in `currency`."""
    cost_on_outcome: bool
    """Whether an arm costs only when the outcome comes (a voucher), rather than at the contact (a mailing)."""
    money_words: Sentence
    present_rule: Rule
    """Covariates → arm index: stands in for the manual system in place."""
    present_rule_words: Sentence
    sites: Names
    sites_words: Sentence
    currency: str
    caveats: tuple[Sentence, ...]

    def __len__(self) -> int:
        return len(self.treatment)

    @property
    def net(self) -> Floats:
        """Money less cost of each person, shape (n,), in `currency`."""
        return self.money - self.cost

    @property
    def propensities(self) -> Floats:
        """Probability of each arm, shape (k,): the shares the draw gave."""
        return np.bincount(self.treatment, minlength=len(self.arms)) / len(self)

    @property
    def site_names(self) -> tuple[str, ...]:
        """The sites, each once, in alphabetical order."""
        return tuple(sorted(set(self.sites.tolist())))
