from datetime import UTC, datetime, timedelta

import pytest

from portal.registry import Lane, Mark
from usecases.overview import charts

DAY = datetime(2026, 5, 1, tzinfo=UTC)
END = DAY + timedelta(days=30)


def days(number: int) -> list[datetime]:
    return [DAY + timedelta(days=i) for i in range(number)]


def kpi(**changes) -> Lane:
    told = {
        "key": "kpi",
        "title": "Visit rate",
        "unit": "points",
        "x": days(3),
        "y": [1.0, None, 3.0],
        "low": [0.5, None, 2.0],
        "high": [1.5, None, 4.0],
    }
    return Lane(kind="line", **{**told, **changes})


def marks(*shown: Mark) -> Lane:
    return Lane(key="deployments", title="Deployments", kind="marks", marks=shown)


def spans(*shown: Mark) -> Lane:
    return Lane(key="incidents", title="Incidents", kind="spans", marks=shown)


def test_nothing_to_draw_is_no_figure():
    assert charts.timeline([kpi(x=[], y=[], low=[], high=[]), marks()], start=None, end=END) is None


def test_lines_share_one_time_axis_each_with_its_own_scale():
    figure = charts.timeline([kpi(), kpi(key="auc", title="AUC")], start=DAY, end=END)
    layout = figure["layout"]
    assert {trace["yaxis"] for trace in figure["data"]} == {"y", "y2"}
    assert layout["xaxis"]["anchor"] == "y2"
    assert layout["yaxis"]["domain"][0] > layout["yaxis2"]["domain"][1]


def test_a_target_is_dashed_and_a_baseline_dotted_on_their_own_scale():
    figure = charts.timeline([kpi(key="a"), kpi(baseline=1.2, target=2.5)], start=DAY, end=END)
    drawn = {shape["line"]["dash"]: (shape["yref"], shape["y0"]) for shape in figure["layout"]["shapes"]}
    assert drawn == {"dot": ("y2", 1.2), "dash": ("y2", 2.5)}


def test_a_deployment_is_a_flag_and_an_incident_also_a_stretch_through_all_lines():
    lanes = [kpi(), marks(Mark(DAY, "Release 2", until=END)), spans(Mark(DAY, "Incident 1", "err", until=END))]
    layout = charts.timeline(lanes, start=DAY, end=END)["layout"]
    assert [note["text"] for note in layout["annotations"] if note.get("name") == "flag"] == [
        "⚑ Release 2",
        "◆ Incident 1",
    ]
    assert [shape["fillcolor"] for shape in layout["shapes"] if shape["type"] == "rect"] == ["$err/16"]


def test_only_the_last_flags_are_named_but_all_are_drawn():
    figure = charts.timeline([marks(*(Mark(at, f"R{i}") for i, at in enumerate(days(20))))], start=DAY, end=END)
    named = [note["text"] for note in figure["layout"]["annotations"] if note.get("name") == "flag"]
    assert named == [f"⚑ R{i}" for i in range(14, 20)]
    assert len(figure["layout"]["shapes"]) == 20


def test_what_began_before_the_axis_has_no_flag_on_it():
    seen = marks(Mark(DAY - timedelta(days=10), "Release 1", until=END), Mark(DAY, "Release 2"))
    layout = charts.timeline([seen], start=DAY, end=END)["layout"]
    assert [note["text"] for note in layout["annotations"]] == ["⚑ Release 2"]


def test_without_a_start_the_axis_begins_at_the_first_thing():
    figure = charts.timeline([kpi(), marks(Mark(DAY - timedelta(days=10), "First"))], start=None, end=END)
    assert figure["layout"]["xaxis"]["range"][0] < "2026-04-22"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Visit rate: 3\xa0points (95 %: 2 to 4) on 3 May 2026."),
        ({"target": 5}, "Visit rate: 3\xa0points (95 %: 2 to 4) on 3 May 2026; target 5\xa0points."),
        ({"baseline": 1, "low": (), "high": ()}, "Visit rate: 3\xa0points on 3 May 2026; baseline 1\xa0points."),
    ],
)
def test_the_sentence_says_where_it_stands_and_against_what(changes, said):
    assert charts.sentence([kpi(**changes)]) == said


def test_the_sentence_of_nothing_is_empty():
    assert charts.sentence([]) == ""


def test_the_table_holds_every_point_and_mark_oldest_first():
    table = charts.table([kpi(provisional=[False, False, True]), marks(Mark(DAY + timedelta(hours=1), "Release 2"))])
    assert [row[1] for row in table.rows] == ["Visit rate (points)", "Deployments", *["Visit rate (points)"] * 2]
    assert table.rows[-1][2:] == [3.0, 2.0, 4.0, "provisional"]
