"""A feature offers one of each kind; pages above show it without importing it. What is wrong is named at start."""

from datetime import date

import pytest
from django.core import checks
from django.db import transaction

from portal import registry
from portal.audit.record import record
from portal.checks import registry as look
from tests.portal.registry import feature
from usecases.catalog.models import Stage
from usecases.curse.sweep import look_at
from usecases.deployments.models import Environment
from usecases.kpis.models import KPI, Measurement
from usecases.lifecycle import publishing as lifecycle
from usecases.lifecycle.models import CriteriaSet

FEATURE = "tests.portal.registry.feature"
OFFERED = {
    "words": "WORDS",
    "inbox": "inbox",
    "lanes": "lanes",
    "went_live": "went_live",
    "headlines": "headlines",
    "trends": "trends",
    "search": "search",
    "criteria": "CRITERIA",
    "signals": "SIGNALS",
    "sections": "SECTIONS",
    "holds": "hold",
    "tabs": "TABS",
    "notices": "NOTICES",
    "milestones": "MILESTONES",
    "exceptions": "EXCEPTIONS",
    "subjects": "SUBJECTS",
}


@pytest.fixture
def offered(settings):
    """The feature is installed beside those of the product."""
    settings.REGISTRY = {
        kind: [*settings.REGISTRY.get(kind, []), f"{FEATURE}.{name}"] for kind, name in OFFERED.items()
    }
    registry._entries.cache_clear()
    yield
    registry._entries.cache_clear()


@pytest.fixture
def read(offered, use_case, business, sign_in):
    return lambda address: sign_in(business).get(address).text


def test_every_kind_is_proved_here():
    assert set(OFFERED) == set(registry.KINDS)


def test_an_inbox_item_waits_on_the_home_page(read):
    assert "Read the gauge" in read("/")


def test_a_trend_is_drawn_in_the_portfolio(read):
    assert "<polyline" in read("/portfolio/")


def test_an_exception_is_explained_to_the_auditor(offered, auditor, sign_in):
    assert "The sea came over the quay." in sign_in(auditor).get("/journal/exceptions/").text


def test_a_lane_a_tab_and_a_signal_are_on_the_overview(read, use_case):
    look_at([use_case])
    overview = read("/use-cases/spring/")
    assert "High water" in read("/use-cases/spring/timeline/")
    assert ">Tides</a>" in overview.replace("\n", "")
    assert "The quay is dry." in overview
    assert "Wait for the tide" in overview
    assert "Rough sea" not in overview


def test_what_went_live_is_flagged_on_the_chart_of_a_kpi(read, use_case, business):
    kpi = KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business)
    for day in (11, 18):
        week = {"period_start": date(2026, 5, day), "period_end": date(2026, 5, day + 7)}
        Measurement.objects.create(kpi=kpi, **week, value=day, source="typed", recorded_by=business)
    assert "The gauge of the quay" in read("/use-cases/spring/kpis/1/")


def test_a_headline_stands_in_the_portfolio(read):
    assert "4.2 m" in read("/portfolio/")


def test_a_criterion_can_be_asked_by_a_gate(read, use_case, admin):
    before = CriteriaSet.objects.get(gate=Stage.POC, is_current=True)
    lifecycle.publish(Stage.POC, {"tide.known": "block"}, by=admin, seen=before.version)
    assert "No gauge answers." in read("/use-cases/spring/gates/poc/")


def test_a_hold_keeps_a_deployment_back(offered, use_case, site):
    assert "The tide is out: nothing sails." in registry.holds(use_case, Environment(is_production=False), site)


def test_a_word_is_said_in_the_journal(read, use_case, business):
    with transaction.atomic():
        record("tide.measured", use_case, by=business, team=use_case.team, use_case=use_case.slug)
    assert "The tide at Spring e-mail campaign was measured." in read("/use-cases/spring/journal/")


def test_hits_of_every_source_come_best_first_and_no_more_than_asked(offered, business):
    assert [hit.title for hit in registry.search(business, "quay", 5)][:2] == ["b quay", "a quay"]
    assert len(registry.search(business, "quay", 1)) == 1
    assert registry.search(business, "nowhere at all", 5) == []


def test_a_section_is_plain_data_as_of_a_date(offered, use_case):
    section, parts = next(pair for pair in registry.dossier(use_case, feature.THEN) if pair[0].key == "tides")
    assert (section.title, parts[0]) == ("Tides", "Spring e-mail campaign, as of 2026.")
    assert parts[2].rows == [["North", 4.2]]


def test_a_notice_is_known_by_its_code(offered):
    assert registry.notices()["tide.high"].event == "tide.high"


# --- at start --------------------------------------------------------------------------------------------------------
def test_the_product_registers_nothing_wrong(offered):
    assert look() == []


@pytest.mark.parametrize(
    ("kind", "name", "sentence"),
    [
        ("inbox", "nothing_here", "cannot be imported"),
        ("tides", "SIGNALS", "there is no such kind"),
        ("search", "forgets_the_limit", "cannot be called with (user, query, limit)"),
        ("inbox", "SIGNALS", "is not a function of (user)"),
        ("criteria", "NOT_A_COLLECTION", "is not a collection of Criterion"),
        ("criteria", "SIGNALS", "which is not a Criterion"),
        ("signals", "MIXED", "holds 'tide.known', which is not a Signal"),
        ("signals", "TWICE", f"says 'tide.low', which {FEATURE}.TWICE has said already"),
        ("words", "SIGNALS", "is not a mapping"),
        ("words", "WORDLESS", "holds 'tide.measured'"),
    ],
)
def test_a_wrong_entry_stops_the_start_and_is_named(settings, kind, name, sentence):
    settings.REGISTRY = {kind: [f"{FEATURE}.{name}"]}
    errors = checks.run_checks()
    found = [str(error.msg) for error in errors if error.id == "portal.E001"]
    assert found
    assert all(sentence in error for error in found)
    assert all(name in error or kind in error for error in found)


def test_a_thing_can_be_spoken_about_by_who_may_see_it(read, admin, sign_in):
    assert "The gauge of the north quay" in read(f"/talk/gauge/{feature.GAUGE}/")
    assert sign_in(admin).get(f"/talk/gauge/{feature.GAUGE}/").status_code == 404
