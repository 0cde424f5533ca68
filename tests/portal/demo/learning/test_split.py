import numpy as np

from portal.demo.learning.split import split, weekly_batches


def test_the_two_halves_share_nobody_and_keep_each_arm_in_proportion(trial):
    halves = split(trial, seed=1)
    assert set(halves.train).isdisjoint(halves.held_out)
    assert len(halves.train) + len(halves.held_out) == len(trial)
    in_train = np.bincount(trial.treatment[halves.train])
    assert (abs(in_train - np.bincount(trial.treatment) / 2) <= 0.5).all()


def test_weeks_deal_every_held_out_person_once_at_their_own_site(trial):
    held_out = split(trial, seed=1).held_out
    batches = weekly_batches(held_out, trial.sites, weeks=5, seed=1)
    assert sorted(np.concatenate([batch.rows for batch in batches])) == held_out.tolist()
    assert all(set(trial.sites[batch.rows]) == {batch.site} for batch in batches)
    assert [batch.week for batch in batches] == sorted(list(range(5)) * 4)


def test_the_same_seed_tells_the_same_story(trial):
    assert np.array_equal(split(trial, seed=1).train, split(trial, seed=1).train)
    assert not np.array_equal(split(trial, seed=1).train, split(trial, seed=2).train)
