"""The whole road by browser: an empty installation, an administrator, and three people who take a real use case live.

Nothing is loaded beforehand and nothing stands in: PostgreSQL, broker, worker and MLflow are those of `manage.py up`,
the model is trained here on people whose arm was really drawn.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
from mlflow import MlflowClient
from playwright.sync_api import Page, expect

from tests.browser.conftest import Installation, Seat
from tests.browser.hands import PATIENCE, drawn, fill, follow, once_there, press, tab, told
from tests.browser.science import METRIC, MODEL, RULE, Scientist

# MLflow warns about its own type hints when its parts are first imported.
# One installation serves the whole module: it belongs to one process.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.xdist_group("road"),
    pytest.mark.filterwarnings("default"),
]

PASSWORD = "a bridge over the river 7"
BUSINESS, DATA, IT, STRANGER = "Claire Morel", "Amit Rao", "Jonas Berg", "Vera Lind"
TEAM = {BUSINESS: "Business", DATA: "Data science", IT: "IT"}
KPI, SITE, SLUG = "Successes per 100 customers", "First market", "campaign"
CASE = f"/use-cases/{SLUG}/"
WEEKS = 4


@dataclass
class Road:
    """The installation, everybody's browser, and what one person hands to the next."""

    at: Installation
    seats: Callable[..., Seat]
    seat: dict[str, Seat] = field(default_factory=dict)

    def of(self, person: str) -> Page:
        """The page in front of this person."""
        return self.seat[person].page

    def goes(self, person: str, path: str) -> Page:
        """This person opens an address."""
        return self.seat[person].go(path)

    def comes_in(self, person: str, link: str) -> Page:
        """A browser for this person, at the link they were given."""
        self.seat[person] = self.seats(self.at.url)
        self.of(person).goto(link)
        return self.of(person)


def test_three_people_take_a_use_case_from_exploration_to_production(install, seats, tmp_path):
    road = Road(install(), seats)
    the_administrator_comes_in_and_prepares_the_house(road)
    business_opens_the_use_case(road)
    science = Scientist(road.at.services["MLFLOW_TRACKING_URI"], "amit", SLUG)
    business_says_what_is_measured(road, science.baseline())
    business_passes_the_gate_to_poc(road)
    it_declares_the_system_in_place(road)
    data_logs_and_marks_real_runs(road, science)
    data_asks_for_a_deployment(road)
    it_approves_and_the_alias_follows(road, science)
    token = data_makes_a_token(road)
    machines_send_what_was_measured(road, science, token)
    a_wrong_file_is_refused_line_by_line(road, tmp_path)
    business_reads_and_validates(road)
    a_check_opens_an_incident_and_it_resolves_it(road)
    an_iteration_is_tried_and_signed(road)
    the_gate_to_industrialisation_is_passed(road)
    the_gate_to_production_is_closed_until_all_is_there(road)
    everybody_sees_what_happened(road)
    a_stranger_finds_nothing(road)
    it_reads_in_french_and_in_the_dark(road)


# --- the house -------------------------------------------------------------------------------------------------------
def the_administrator_comes_in_and_prepares_the_house(road: Road) -> None:
    page = road.comes_in("Rose Meyer", road.at.first_link())
    introduced = {"First name": "Rose", "Last name": "Meyer", "User name": "rose"}
    fill(page, introduced | {"Password": PASSWORD, "The same password again": PASSWORD})
    press(page, "Become the administrator")
    told(page, "Welcome. You are signed in.")
    for person in (*TEAM, STRANGER):
        _invite(road, page, person)
    _gather(page, "Customer marketing", TEAM)
    _gather(page, "Elsewhere", {STRANGER: "Data science"})
    page = road.goes("Rose Meyer", "/sites/")
    follow(page, "New site")
    fill(page, {"Name": SITE, "Kind": "market"})
    press(page, "Create the site")
    told(page, f"The site {SITE} is there.")
    page = road.goes("Rose Meyer", "/administration/environments/")
    fill(page, {"Name": "Production", "Short name": "production", "This is production": True})
    press(page, "Create")
    told(page, "Production is created.")
    road.at.wait_for("mlflow", within=120)
    page = road.goes("Rose Meyer", "/administration/servers/")
    fill(page, {"Name": "MLflow", "Address for the workers": road.at.services["MLFLOW_TRACKING_URI"]})
    press(page, "Declare")
    told(page, "MLflow is declared.")
    page = road.goes("Rose Meyer", "/administration/identities/")
    fill(page, {"MLflow user": "amit", "Person": DATA})
    press(page, "Save")
    told(page, f"amit is {DATA}.")


def _invite(road: Road, page: Page, person: str) -> None:
    """Add somebody, make the link, and let them choose a password in a browser of their own."""
    first, last = person.split()
    page.goto(f"{road.at.url}/accounts/administration/")
    follow(page, "New person")
    fill(page, {"First name": first, "Last name": last, "User name": first.lower()})
    press(page, "Add the person")
    press(page, "Make the invitation")
    link = page.get_by_role("region", name="The invitation").get_by_role("code").inner_text()
    theirs = road.comes_in(person, link)
    fill(theirs, {"Password": PASSWORD, "The same password again": PASSWORD})
    press(theirs, "Set the password and sign in")
    told(theirs, "Welcome. You are signed in.")


def _gather(page: Page, name: str, members: dict[str, str]) -> None:
    """Create a team, and add people to it."""
    page.get_by_role("link", name="Administration").first.click()
    follow(page, "New team")
    fill(page, {"Name": name, "Short name in addresses": name.lower().replace(" ", "-")})
    press(page, "Create the team")
    for person, role in members.items():
        fill(page, {"Person": person, "Role": role})
        press(page, "Add to the team")
        told(page, f"{person} is in the team.")


# --- exploration -----------------------------------------------------------------------------------------------------
def business_opens_the_use_case(road: Road) -> None:
    page = road.goes(BUSINESS, "/portfolio/")
    follow(page, "New use case")
    decision = "Each Monday, decide what each customer of the week receives."
    about = {"Name": "Spring campaign", "Decision": decision, "Users of the decision": "Campaign operators"}
    fill(page, about | {"Short name in addresses": SLUG, "Currency": "USD"})
    press(page, "Open the use case")
    told(page, "The use case is open, in exploration.")
    expect(page.get_by_role("list", name="Team")).to_contain_text(IT)
    page = road.goes(BUSINESS, CASE + "sites/")
    fill(page, {"Site": SITE, "What is particular here": "The first market to try."})
    press(page, "Serve this site")
    told(page, f"{SITE} is served, as written.")


def business_says_what_is_measured(road: Road, baseline: float) -> None:
    page = road.goes(BUSINESS, CASE)
    tab(page, "KPIs & ROI")
    follow(page, "Define the KPI")
    said = {"Name": KPI, "Unit": "per 100", "How the effect is proven": "A: randomised test or permanent hold-out"}
    levels = {"Baseline: what the system in place does": str(baseline), "Target": str(round(baseline + 1, 2))}
    source = {"Where the baseline comes from": "The manual rule, on the people learned from"}
    fill(page, said | levels | source | {"What one unit is worth": "6.15", "Model metric that stands for it": METRIC})
    press(page, "Save")
    told(page, "The KPI is defined. Now measure it.")


def business_passes_the_gate_to_poc(road: Road) -> None:
    page = road.goes(BUSINESS, CASE + "gates/poc/")
    expect(page.get_by_role("heading", name="KPI with a baseline and a target")).to_be_visible()
    fill(page, {"The decision in your words, kept with the gate": "Plug it in early: the manual rule first."})
    press(page, "Go to POC")
    told(page, "The use case is in POC now.")


# --- proof of concept ------------------------------------------------------------------------------------------------
def it_declares_the_system_in_place(road: Road) -> None:
    page = road.goes(IT, CASE)
    tab(page, "Deployments")
    follow(page, "Declare the system in place")
    fill(page, {"What decides today": "Manual rule", SITE: True, "How it works, who keeps it": "Written by hand."})
    press(page, "Declare")
    told(page, "Declared. Every roll-back can return to it.")
    expect(page.get_by_role("region", name="Where it went")).to_contain_text(f"{SITE}, Production")
    tab(page, "Deployments")
    expect(page.get_by_role("region", name="Live now")).to_contain_text("Manual rule")


def data_logs_and_marks_real_runs(road: Road, science: Scientist) -> None:
    logged = science.log()
    assert all(one.version for one in logged.values())
    page = road.goes(DATA, CASE)
    tab(page, "Runs & models")
    press(page, "Read again")
    told(page, "The runs are being read again.")
    for name, mark in ((RULE, "Simple baseline"), (MODEL, "Candidate")):
        tab(page, "Runs & models")
        once_there(page, page.get_by_role("link", name=name, exact=True)).click()
        expect(page.get_by_role("region", name="Metrics")).to_contain_text(METRIC)
        press(page, f"Mark as: {mark}")
        told(page, f"Done: {name}.")
    tab(page, "Runs & models")
    expect(page.get_by_text(f"{MODEL} beats the simple baseline on {METRIC}")).to_be_visible()


def data_asks_for_a_deployment(road: Road) -> None:
    page = road.goes(DATA, CASE)
    tab(page, "Deployments")
    follow(page, "Prepare a release")
    page.get_by_label("Model version").select_option(label=f"{SLUG} 2")
    fill(page, {"Title": MODEL, "What changes for its users": "Whom to write to, by what it changes for each."})
    press(page, "Prepare")
    _asks_by_itself(page, "#release-progress")
    expect(page.get_by_role("row", name=re.compile("Digest [0-9a-f]{64}"))).to_be_visible()
    follow(page, "Request a deployment")
    fill(page, {"Site": SITE, "Why now": "Agreed at the last meeting of the team."})
    press(page, "Ask IT")
    told(page, "Requested. Another member of IT decides.")
    expect(page.get_by_text(f"Who can: {IT}")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)


def it_approves_and_the_alias_follows(road: Road, science: Scientist) -> None:
    page = road.goes(IT, "/")
    page.get_by_role("region", name="What needs me").get_by_role("link", name=re.compile(MODEL)).first.click()
    press(page, "Approve")
    told(page, "Your approval is recorded.")
    _asks_by_itself(page, "#deployment-progress")
    expect(page.get_by_role("region", name="History")).to_contain_text("Live")
    page = road.goes(DATA, CASE + "deployments/")
    assert MlflowClient(science.server).get_model_version_by_alias(SLUG, _alias(page)).version == "2"


def _asks_by_itself(page: Page, progress: str) -> None:
    """Nobody reloads until the page says by itself that the worker is done."""
    expect(page.locator(f"{progress}[hx-get]")).to_have_count(0, timeout=PATIENCE)
    page.reload()


def _alias(page: Page) -> str:
    """The alias of what is live, as the page shows it."""
    return page.get_by_role("region", name="Live now").get_by_role("code").inner_text()


# --- measuring -------------------------------------------------------------------------------------------------------
def data_makes_a_token(road: Road) -> str:
    page = road.goes(DATA, "/accounts/tokens/")
    follow(page, "New token")
    fill(page, {"Name": "weekly scoring", "Send points of series": True, "Send KPI measurements": True})
    press(page, "Create the token")
    expect(page.get_by_role("heading", name="Your new token")).to_be_visible()
    return page.locator("#secret").inner_text()


def machines_send_what_was_measured(road: Road, science: Scientist, token: str) -> None:
    alias = _alias(road.goes(DATA, CASE + "deployments/"))
    weeks = science.weeks(alias, WEEKS)
    monday = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    monday -= timedelta(days=monday.weekday(), weeks=WEEKS)
    starts = [monday + timedelta(weeks=week) for week in range(WEEKS)]
    measurements = [
        {
            "period_start": start.date().isoformat(),
            "value": one.policy.value,
            "standard_error": one.policy.error,
            "n": size,
            "reference_value": one.present.value,
            "reference_standard_error": one.present.error,
        }
        for start, (one, size) in zip(starts, weeks, strict=True)
    ]
    pages, ingestion = road.at.services["PASSERELLE_URL"], road.at.services["PASSERELLE_INGESTION_URL"]
    key = {"Authorization": f"Bearer {token}"}
    once = {**key, "Idempotency-Key": '"weeks-of-the-trial"'}
    answer = requests.post(
        f"{pages}/api/v1{CASE}kpis/1/measurements", json={"measurements": measurements}, headers=once, timeout=30
    )
    assert (answer.status_code, answer.json()["recorded"]) == (201, WEEKS), answer.text
    columns = {
        "series": [{"name": KPI, "kind": "business", "unit": "per 100"}],
        "index": [0] * WEEKS,
        "ts": [(start + timedelta(days=6)).isoformat() for start in starts],
        "value": [one.policy.value for one, _size in weeks],
    }
    answer = requests.post(f"{ingestion}/api/v1{CASE}points", json=columns, headers=key, timeout=30)
    assert (answer.status_code, answer.json()["received"]) == (200, WEEKS), answer.text
    batches = zip(starts, weeks, strict=True)
    lines = [f"Customers in the batch,{start.isoformat()},{size},data" for start, (_one, size) in batches]
    answer = requests.post(
        f"{pages}/api/v1{CASE}points",
        data="\n".join(["series,ts,value,kind", *lines]),
        headers=key | {"Content-Type": "text/csv"},
        timeout=30,
    )
    assert (answer.status_code, answer.json()["series_created"]) == (200, 1), answer.text
    # The first batch of the model that is live at the site.
    named = [{"name": "Scored at the site", "kind": "service", "site": "first-market"}]
    batch = {"series": named, "index": [0], "ts": [datetime.now(UTC).isoformat()], "value": [1.0]}
    answer = requests.post(f"{ingestion}/api/v1{CASE}points", json=batch, headers=key, timeout=30)
    assert answer.status_code == 200, answer.text


def a_wrong_file_is_refused_line_by_line(road: Road, folder: Path) -> None:
    wrong = folder / "wrong.csv"
    wrong.write_text("period_start,value\n2026-01-05,14.2\n2026-01-12,many\n12 January,14.0\n")
    page = road.goes(DATA, CASE + "kpis/1/")
    follow(page, "Send a CSV file")
    fill(page, {"CSV file": wrong})
    press(page, "Send")
    refusals = page.get_by_role("alert").get_by_role("row")
    expect(refusals).to_have_count(3)
    expect(refusals.nth(1)).to_contain_text("3")
    expect(refusals.nth(2)).to_contain_text("4")
    page = road.goes(DATA, CASE + "kpis/1/")
    expect(page.get_by_role("region", name="Measurements").locator("tbody tr")).to_have_count(WEEKS)


def business_reads_and_validates(road: Road) -> None:
    page = road.goes(BUSINESS, CASE + "kpis/1/")
    expect(page.locator("#last")).to_have_text(re.compile(rf"{KPI} .+ above the system in place \(.+\), week of .+"))
    drawn(page)
    press(page, f"Validate all {WEEKS}")
    expect(page.get_by_role("region", name="Measurements").get_by_text("Validated")).to_have_count(WEEKS)


# --- watching --------------------------------------------------------------------------------------------------------
def a_check_opens_an_incident_and_it_resolves_it(road: Road) -> None:
    page = road.goes(DATA, CASE)
    tab(page, "Monitoring")
    follow(page, "New check")
    fill(page, {"Name": "Enough customers", "Bound": "1000000", "How many points": "1", "Out of the last": "1"})
    page.get_by_label("Series").select_option(label="Customers in the batch")
    fill(page, {"It is wrong when the value is": "below", "What it means": "Warning"})
    press(page, "Define the check")
    told(page, "The check is on")
    page = road.goes(IT, CASE + "monitoring/")
    once_there(page, page.locator(f'main a[href*="{CASE}incidents/"]').first).click()
    expect(page.locator("#said")).to_contain_text("Nobody has it in hand.")
    drawn(page)
    press(page, "Take it in hand")
    told(page, "It is in your hands.")
    fill(page, {"Why did it happen, and what was done?": "The bound was meant for the whole country: not a fault."})
    press(page, "Resolve the incident")
    told(page, "The incident is resolved.")


# --- the iteration --------------------------------------------------------------------------------------------------
def an_iteration_is_tried_and_signed(road: Road) -> None:
    page = road.goes(DATA, CASE + "iterations/new/")
    fill(page, {"Name": "The model in one market", "Hypothesis": "Operators read the list on Monday.", SITE: True})
    fill(page, {"What is plugged into the real flow": "A simple baseline"})
    press(page, "Open the iteration")
    told(page, "Iteration 0 is open.")
    expect(page.get_by_text("Live on production flows", exact=True)).to_be_visible()
    page.get_by_text("Conclude: go, pivot or stop").click()
    fill(
        page, {"Go": True, "Why": "It runs, and is read.", "What integration taught": "The file comes late on Mondays."}
    )
    press(page, "Conclude")
    told(page, "It is concluded, and waits for three signatures.")
    for person in TEAM:
        page = road.goes(person, CASE + "iterations/0/")
        press(page, "Sign")
        told(page, "You have signed the conclusion.")
    expect(page.get_by_text("Closed", exact=True).first).to_be_visible()


# --- the gates -------------------------------------------------------------------------------------------------------
def the_gate_to_industrialisation_is_passed(road: Road) -> None:
    for person in TEAM:
        page = road.goes(person, CASE + "gates/industrialisation/")
        press(page, "Sign")
        told(page, "You have signed the gate.")
    page = road.goes(BUSINESS, CASE + "gates/industrialisation/")
    press(page, "Go to industrialisation")
    told(page, "The use case is in Industrialisation now.")


def the_gate_to_production_is_closed_until_all_is_there(road: Road) -> None:
    page = road.goes(BUSINESS, CASE + "gates/production/")
    expect(page.get_by_role("button", name="Go to production")).to_be_disabled()
    expect(page.locator("#why-not")).to_contain_text("The way back was rehearsed")
    for title in ("Business case validated by the sponsor", "Users briefed: date, people, questions"):
        criterion = page.get_by_role("article").filter(has=page.get_by_role("heading", name=title))
        criterion.get_by_text("Attest it").click()
        fill(criterion, {"How do you know?": "Meeting of the fourth, minutes kept by the team."})
        press(criterion, "Attest under my name")
        told(page, "It is attested, under your name.")
    page = road.goes(IT, CASE + "gates/production/")
    criterion = page.get_by_role("article").filter(has=page.get_by_role("heading", name="Alert channel tested"))
    criterion.get_by_text("Attest it").click()
    fill(criterion, {"How do you know?": "The test alert reached the phone on call."})
    press(criterion, "Attest under my name")
    told(page, "It is attested, under your name.")
    _rehearse_the_way_back(road)
    for person in TEAM:
        page = road.goes(person, CASE + "gates/production/")
        press(page, "Sign")
        told(page, "You have signed the gate.")
    page = road.goes(BUSINESS, CASE + "gates/production/")
    press(page, "Go to production")
    told(page, "The use case is in Production now.")


def _rehearse_the_way_back(road: Road) -> None:
    """IT returns to the manual rule, and the model comes back by a request and an approval like the first."""
    page = road.goes(IT, CASE + "deployments/")
    live = page.get_by_role("region", name="Live now")
    live.get_by_role("link", name=re.compile(MODEL)).click()
    fill(page, {"Reason": "Rehearsal, while it does not hurt."})
    press(page, "Roll back")
    told(page, "Going back to")
    page = road.goes(IT, CASE + "deployments/")
    once_there(page, live.get_by_role("link", name=re.compile("Manual rule")))
    page = road.goes(DATA, CASE + "deployments/new/")
    page.get_by_label("Release").select_option(label=f"Release 2 · {MODEL}")
    fill(page, {"Site": SITE, "Why now": "The way back is known now."})
    press(page, "Ask IT")
    page = road.goes(IT, page.url.removeprefix(road.at.url))
    press(page, "Approve")
    page = road.goes(IT, CASE + "deployments/")
    once_there(page, page.get_by_role("region", name="Live now").get_by_role("link", name=re.compile(MODEL)))


# --- what remains ----------------------------------------------------------------------------------------------------
def everybody_sees_what_happened(road: Road) -> None:
    page = road.goes(BUSINESS, CASE)
    expect(page.locator("[aria-current=step]")).to_contain_text("Production")
    drawn(page)
    page = road.goes(BUSINESS, CASE + "journal/")
    journal = page.get_by_role("region", name="Journal")
    for step in ("passed", "approved", "live:", "was resolved", "were validated", "rolled back"):
        expect(journal.get_by_role("row").filter(has_text=step).first).to_be_visible()
    page = road.goes(BUSINESS, CASE + "ran-here/")
    fill(page, {"Site": SITE, "Moment": f"{datetime.now().astimezone():%Y-%m-%dT%H:%M}"})
    press(page, "Show")
    expect(page.get_by_role("main")).to_contain_text(MODEL)
    expect(page.get_by_role("main")).to_contain_text(f"Approved by {IT}.")


def a_stranger_finds_nothing(road: Road) -> None:
    answer = road.of(STRANGER).goto(road.at.url + CASE)
    assert answer
    assert answer.status == 404
    page = road.goes(STRANGER, "/portfolio/")
    expect(page.get_by_role("main")).not_to_contain_text("Spring campaign")


def it_reads_in_french_and_in_the_dark(road: Road) -> None:
    page = road.goes(BUSINESS, CASE)
    press(page, "Français")
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    expect(page.get_by_role("navigation", name="Cas d'usage")).to_be_visible()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("[data-theme-toggle]").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    drawn(page)
