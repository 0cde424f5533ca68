from portal.demo.datasets.pumps import COLUMNS, choose_pumps, simulated_pumps


def test_espset_gives_its_known_answers(real_pumps):
    known = {"Normal": 4801, "Unbalance": 576, "Faulty sensor": 295, "Rubbing": 290, "Misalignment": 70}
    assert not real_pumps.simulated
    assert real_pumps.frame["label"].value_counts().to_dict() == known
    misaligned = real_pumps.frame.loc[real_pumps.frame["label"] == "Misalignment", "esp_id"]
    assert set(misaligned) == {4, 9}


def test_without_data_the_pumps_are_simulated_and_say_so(tmp_path):
    pumps = choose_pumps(tmp_path)
    assert pumps.simulated
    assert "Simulated" in str(pumps.title)
    assert "no real pump" in str(pumps.words)


def test_simulated_pumps_have_the_columns_of_real_ones_and_follow_their_seed(invented_pumps):
    assert list(invented_pumps.frame.columns) == COLUMNS
    assert invented_pumps.frame["esp_id"].nunique() == 11
    assert invented_pumps.frame.equals(simulated_pumps(seed=2026).frame)
    assert not invented_pumps.frame.equals(simulated_pumps(seed=1).frame)
