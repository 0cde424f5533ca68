"""The data scientist's own work, outside the portal: a rule and a model on real people, logged to MLflow."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from django.conf import settings

from portal.demo.datasets.campaign import Campaign
from portal.demo.datasets.campaigns import choose_campaign
from portal.demo.learning import campaigns, policies, split, tracking, value
from portal.demo.learning.manifest import campaign_manifest

SEED = 20080320
METRIC = "outcomes_gain"
RULE, MODEL = "Manual rule", "Two-model uplift"


@dataclass
class Scientist:
    """A person with data, an MLflow user name, and one use case."""

    server: str
    user: str
    use_case: str

    @cached_property
    def campaign(self) -> Campaign:
        """Real people whose arm was drawn: the large set where it is given, else the packaged trial."""
        return choose_campaign(Path(settings.DATA) if settings.DATA else None, Path(settings.HOME) / "demo")

    @cached_property
    def halves(self) -> split.Split:
        """Who is learned from, and who is held out."""
        return split.split(self.campaign, SEED)

    def baseline(self) -> float:
        """What the manual rule brings per 100 of the people learned from."""
        measured = value.measure_batch(self.campaign, self.halves.train, policies.WrittenRule(self.campaign.name))
        assert measured
        return round(measured.policy.value, 2)

    def log(self) -> dict[str, tracking.Logged]:
        """Log the simple rule and the model, each registered as a version."""
        model = campaigns.fit(policies.TwoModelUplift, self.campaign, self.halves.train, SEED)
        return {RULE: self._log(RULE, policies.WrittenRule(self.campaign.name)), MODEL: self._log(MODEL, model)}

    def _log(self, name: str, policy: policies.Policy) -> tracking.Logged:
        return tracking.log_run(
            self.server,
            self.use_case,
            name,
            policy,
            user=self.user,
            use_case=self.use_case,
            params=policies.parameters(policy),
            metrics=value.evaluate(self.campaign, self.halves.held_out, policy, seed=SEED, draws=20),
            manifest=campaign_manifest(self.campaign, SEED),
            sample=self.campaign.covariates.head(20),
            tags={"passerelle.metric": METRIC, "passerelle.metric_direction": "up"},
            register_as=self.use_case,
        )

    def live(self, alias: str) -> tracking.Live:
        """What MLflow holds behind the alias now."""
        live = tracking.load_live(self.server, self.use_case, alias)
        assert live
        return live

    def weeks(self, alias: str, number: int) -> list[tuple[value.BatchMeasure, int]]:
        """What the model behind the alias is worth on each week of held-out people, and how many they were."""
        policy = self.live(alias).model
        assert isinstance(policy, policies.Policy)
        everywhere = np.full(len(self.campaign), "everywhere")
        batches = split.weekly_batches(self.halves.held_out, everywhere, number, SEED)
        measured = [(value.measure_batch(self.campaign, batch.rows, policy), len(batch.rows)) for batch in batches]
        return [(one, size) for one, size in measured if one is not None]
