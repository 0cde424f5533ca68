import sys

import numpy as np
import pytest

from portal.demo.datasets import packaged
from portal.demo.datasets.campaigns import choose_campaign
from portal.demo.datasets.hillstrom import VISIT_VALUE, hillstrom
from portal.demo.datasets.thornton_hiv import MEMBER, SHA256
from portal.errors import Refused


def _by_arm(campaign, values):
    return [float(values[campaign.treatment == arm].mean()) for arm in range(len(campaign.arms))]


def test_hillstrom_gives_its_known_answers(mailing):
    assert np.bincount(mailing.treatment).tolist() == [21_306, 21_307, 21_387]
    assert _by_arm(mailing, mailing.outcome) == pytest.approx([0.10617, 0.18276, 0.15140], abs=1e-5)
    assert _by_arm(mailing, mailing.money) == pytest.approx([0.6528, 1.4226, 1.0772], abs=1e-4)


def test_a_visit_is_worth_what_customers_without_mail_spend_per_visit(mailing):
    control = mailing.treatment == 0
    assert mailing.money[control].sum() / mailing.outcome[control].sum() == pytest.approx(VISIT_VALUE, abs=0.005)


def test_the_packaged_trial_gives_its_known_answers(trial):
    assert np.bincount(trial.treatment).tolist() == [623, 1137, 699, 371]
    assert _by_arm(trial, trial.outcome) == pytest.approx([0.339, 0.726, 0.863, 0.854], abs=1e-3)
    offered = trial.outcome[trial.treatment > 0].mean() - trial.outcome[trial.treatment == 0].mean()
    assert offered == pytest.approx(0.452, abs=1e-3)


@pytest.mark.parametrize("name", ["mailing", "trial"])
def test_a_campaign_is_whole_and_knows_nothing_of_the_outcome_beforehand(name, request):
    campaign = request.getfixturevalue(name)
    n = len(campaign)
    assert {len(campaign.covariates), len(campaign.outcome), len(campaign.net), len(campaign.sites)} == {n}
    assert len(campaign.arms) == len(campaign.arm_titles) == len(campaign.arm_costs)
    assert set(campaign.covariates) & {"visit", "conversion", "spend", "got", "hiv2004", "tinc"} == set()
    assert set(campaign.present_rule(campaign.covariates)) <= set(range(len(campaign.arms)))
    assert campaign.propensities.sum() == pytest.approx(1)


def test_the_real_campaign_is_chosen_when_its_file_is_there(data, home):
    assert choose_campaign(data, home).name == "hillstrom"


def test_the_packaged_trial_is_chosen_on_a_fresh_machine(trial, home, tmp_path):
    assert choose_campaign(tmp_path, home).name == "thornton_hiv"
    assert choose_campaign(None, home).name == "thornton_hiv"


def test_a_file_that_is_not_the_known_one_is_refused(tmp_path):
    (tmp_path / "hillstrom.parquet").write_bytes(b"something else")
    with pytest.raises(Refused, match="not the data set this demo knows"):
        hillstrom(tmp_path)


def test_the_packaged_trial_is_read_again_without_a_registry(trial, home, monkeypatch):
    monkeypatch.setattr(packaged, "PINNED", ["-r", "no-such-file.txt"])
    assert choose_campaign(None, home).name == "thornton_hiv"


def test_uv_fetches_the_same_file_where_pip_is_missing(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pip", None)
    assert len(packaged.packaged(MEMBER, SHA256, tmp_path)) == 75_799


def test_a_wheel_with_another_hash_is_refused_in_one_sentence(tmp_path, monkeypatch):
    other = tmp_path / "packaged.txt"
    other.write_text(f"causaldata==0.1.4 --hash=sha256:{'0' * 64}\n")
    pinned = [str(other) if word == str(packaged.REQUIREMENT) else word for word in packaged.PINNED]
    monkeypatch.setattr(packaged, "PINNED", pinned)
    with pytest.raises(Refused, match="cannot be fetched from the package registry"):
        packaged.packaged(MEMBER, SHA256, tmp_path)
    assert not (tmp_path / "demo" / "thornton_hiv.dta").exists()
