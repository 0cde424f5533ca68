"""A whole portfolio meeting by browser, then its PDF, read as a person reads it and drawn as a printer draws it.

Opened by steering; the business validates three KPIs; a POC is stopped; a gate is passed, and one refused with its
reason; what is decided and agreed is written, the review closed, the PDF downloaded.
"""

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pypdfium2
import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from portal.jobs import runner as jobs
from portal.jobs.models import Job, JobStatus
from tests.browser.conftest import Seat
from tests.browser.hands import fill, follow, press, told
from tests.factories import SiteFactory
from usecases.catalog.actions import create_use_case
from usecases.catalog.models import Stage, UseCase
from usecases.kpis import actions as kpis
from usecases.reviews import tasks  # noqa: F401 the handlers of the worker that this test plays
from usecases.reviews.models import Review

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("default")]

MAIL, CALLS, SHELVES = "Spring e-mails", "Calls that can wait", "Shelves by night"


@pytest.fixture
def cases(team, business, data, it) -> dict[str, UseCase]:
    """Three use cases: one in exploration, one POC to stop, one POC that its gate keeps back; a KPI each."""
    found = {}
    for number, name in enumerate((MAIL, CALLS, SHELVES)):
        use_case = create_use_case(team, by=business, name=name, decision="Whom to write to")
        use_case.sites.add(SiteFactory())
        kpi = kpis.define_kpi(use_case, by=business, name=f"Gain of {name}", unit="%", baseline=1.5, target=2.0)
        row = {"period_start": date(2026, 3, 2), "value": 2.25 + number, "standard_error": 0.1, "n": 900}
        kpis.record_measurements(kpi, [row], by=data, source="typed")
        if name != MAIL:
            UseCase.objects.filter(pk=use_case.pk).update(stage=Stage.POC)
        found[name] = use_case
    return found


def the_worker_prints() -> None:
    for job in Job.objects.filter(kind="reviews.print", status=JobStatus.QUEUED):
        jobs.run(job.pk)


def test_a_whole_portfolio_meeting(cases, steering, business, it, sits, tmp_path):
    chair, sponsor = sits(steering), sits(business)
    steering_opens_the_review(chair)
    review = Review.objects.get()
    the_page_tells_what_waits(chair.page)
    the_business_validates_three_kpis(sponsor, cases)
    the_business_passes_a_gate(sponsor, cases[MAIL])
    a_gate_is_refused_with_its_reason(sponsor, cases[SHELVES])
    a_poc_is_stopped(sponsor, cases[CALLS])
    steering_writes_and_closes(chair, business)
    the_worker_prints()
    the_pdf_says_the_same(chair, Review.objects.get(pk=review.pk), tmp_path)
    the_owner_finds_the_action(sponsor)


def steering_opens_the_review(chair: Seat) -> None:
    page = chair.go("/reviews/")
    follow(page, "Open a portfolio review")
    soon = timezone.localtime() + timedelta(hours=1)
    fill(page, {"When it meets": soon.strftime("%Y-%m-%dT%H:%M")})
    press(page, "Freeze the page")
    told(page, "The page is frozen")
    expect(page.get_by_role("heading", name="Portfolio", exact=True)).to_be_visible()


def the_page_tells_what_waits(page: Page) -> None:
    waiting = page.get_by_role("region", name="KPIs that wait for the business")
    expect(waiting.get_by_role("listitem")).to_have_count(3)
    # Steering looks; the business validates.
    expect(waiting.get_by_role("button")).to_have_count(0)


def the_business_validates_three_kpis(sponsor: Seat, cases: dict[str, UseCase]) -> None:
    for use_case in cases.values():
        page = sponsor.go(f"/use-cases/{use_case.slug}/kpis/1/")
        press(page, "Validate 1 measurement")
        told(page, "1 measurement is validated.")


def the_business_passes_a_gate(sponsor: Seat, use_case: UseCase) -> None:
    page = sponsor.go(f"/use-cases/{use_case.slug}/gates/poc/")
    fill(page, {"The decision in your words, kept with the gate": "Plug it in early."})
    press(page, "Go to POC")
    told(page, "is in POC now.")


def a_gate_is_refused_with_its_reason(sponsor: Seat, use_case: UseCase) -> None:
    page = sponsor.go(f"/use-cases/{use_case.slug}/gates/industrialisation/")
    expect(page.get_by_role("button", name="Go to industrialisation")).to_be_disabled()
    expect(page.locator("#why-not")).to_contain_text("The gate opens when these are there")
    # Whoever sends the form all the same is told why, and nothing moves.
    token = page.locator("input[name=csrfmiddlewaretoken]").first.input_value()
    form: dict[str, str | float | bool] = {"csrfmiddlewaretoken": token, "reason": "Now, please."}
    answer = page.request.post(page.url + "pass/", form=form, headers={"Referer": page.url})
    assert answer.status == 409
    assert "The gate opens when these are there" in answer.text()
    use_case.refresh_from_db()
    assert use_case.stage == Stage.POC


def a_poc_is_stopped(sponsor: Seat, use_case: UseCase) -> None:
    page = sponsor.go(f"/use-cases/{use_case.slug}/gates/")
    page.get_by_text("Stop the use case").click()
    form = page.locator(f'form[action="/use-cases/{use_case.slug}/gates/stop/"], form[action$="stop/"]').first
    fill(form, {"Why": "No better than calling everybody."})
    press(form, "Stop it")
    told(page, "The use case is stopped.")


def steering_writes_and_closes(chair: Seat, business) -> None:
    page = chair.page
    page.reload()
    decide = page.get_by_role("region", name="Write a decision")
    fill(decide, {"What is decided": "Stop the calls; go on with the e-mails.", "About": CALLS})
    press(decide, "Write it down")
    told(page, "It is written down.")
    agree = page.get_by_role("region", name="Agree on an action")
    due = (timezone.localdate() + timedelta(days=1)).isoformat()
    fill(agree, {"What is to be done": "Name a sponsor", "By whom": str(business), "Until": due, "About": SHELVES})
    press(agree, "Agree")
    told(page, "It is written down.")
    there = page.get_by_role("region", name="Who is there")
    there.get_by_label(str(business)).check()
    press(there, "Keep who is there")
    told(page, "It is written down.")
    press(page.get_by_role("region", name="Close the review"), "Close and seal")
    told(page, "The review is closed.")


def the_pdf_says_the_same(chair: Seat, review: Review, folder: Path) -> None:
    page = chair.page
    page.reload()
    with page.expect_download() as download:
        follow(page, "PDF EN")
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    content = file.read_bytes()
    assert hashlib.sha256(content).hexdigest() == review.documents.get(language="en").sha256
    pdf = pypdfium2.PdfDocument(content)
    pages = [" ".join(one.get_textpage().get_text_bounded().split()) for one in pdf]
    assert len(pages) == review.documents.get(language="en").pages
    said = " ".join(pages)
    # A printed seal may go on in a next line: letters and figures decide, not where the line ends.
    assert review.digest in said.replace(" ", "")
    for words in (
        "Portfolio review 1",
        MAIL,
        "Stop the calls; go on with the e-mails.",
        "Name a sponsor",
        str(review.present.get().person),
        "The gate to POC was passed",
        f"page 1 of {len(pages)}",
    ):
        assert words in said, words
    # The figures are those of the page.
    shown = page.locator("article.sheet").inner_text()
    assert review.digest in shown
    assert "1 measurement of" in shown
    assert "1 measurement of" in said
    # Drawn: ink on every page, and white around it.
    for one in pdf:
        drawn = one.render(scale=1).to_pil().convert("L")
        dark = sum(drawn.histogram()[:128])
        assert 500 < dark < drawn.width * drawn.height / 5


def the_owner_finds_the_action(sponsor: Seat) -> None:
    page = sponsor.go("/")
    expect(page.get_by_text("Name a sponsor")).to_be_visible()
    page = sponsor.go("/reviews/actions/")
    page.get_by_role("button", name="It is done: Name a sponsor").click()
    told(page, "It is done.")
