"""The pages of reviews, and their PDF."""

import hashlib
import json
import subprocess
import sys
from datetime import date, timedelta

import pypdfium2
import pytest
from django.urls import reverse

from usecases.kpis import actions as kpis
from usecases.reviews import actions
from usecases.reviews.models import Document, Review, today

pytestmark = pytest.mark.django_db


def text_of(content: bytes) -> list[str]:
    """The text of each page, spaces made alike."""
    pdf = pypdfium2.PdfDocument(content)
    return [" ".join(one.get_textpage().get_text_bounded().split()) for one in pdf]


def test_the_whole_meeting_by_its_pages(use_case, business, data, it, measured, sign_in, soon, printed):
    client = sign_in(business)
    opened = client.post(reverse("review_new", args=["spring"]), {"meets_at": soon.strftime("%Y-%m-%dT%H:%M")})
    review = Review.objects.get()
    assert opened.headers["Location"] == review.get_absolute_url()
    shown = client.get(review.get_absolute_url())
    assert b"Validate all" in shown.content
    # The frozen page is drawn: a table of KPIs, a list of what changed, and nothing of how they are kept.
    assert b'<th scope="row" class="fw-normal">Visits</th>' in shown.content
    assert b"<li>" in shown.content[shown.content.index(b"sheet-list") :]
    assert b"headings" not in shown.content
    client.post(reverse("review_decide", args=[review.uid]), {"text": "Roll out to Suburban"})
    due = (today() + timedelta(days=9)).isoformat()
    client.post(reverse("review_agree", args=[review.uid]), {"text": "Brief", "owner": it.pk, "due": due})
    client.post(reverse("review_attend", args=[review.uid]), {"people": [business.pk, it.pk]})
    client.post(reverse("review_close", args=[review.uid]), {})
    review.refresh_from_db()
    closed = client.get(review.get_absolute_url())
    text = closed.content.decode()
    assert review.digest in text
    assert "Roll out to Suburban" in text
    assert "It Martin" in text
    assert reverse("review_decide", args=[review.uid]) not in text
    printed()
    assert client.get(reverse("review_pdf", args=[review.uid, "en"])).headers["Content-Type"] == "application/pdf"


def test_what_is_wrong_is_said_beside_its_field(review, business, sign_in):
    client = sign_in(business)
    answer = client.post(reverse("review_decide", args=[review.uid]), {"text": " "})
    assert answer.status_code == 400
    assert answer.context["decision"].errors["text"]
    answer = client.post(reverse("review_new", args=["spring"]), {"meets_at": "tomorrow"})
    assert answer.status_code == 400


def test_a_reader_sees_no_form_and_a_stranger_nothing(review, viewer, auditor, stranger, sign_in):
    for reader in (viewer, auditor):
        shown = sign_in(reader).get(review.get_absolute_url())
        assert shown.status_code == 200
        assert reverse("review_close", args=[review.uid]).encode() not in shown.content
        assert sign_in(reader).post(reverse("review_close", args=[review.uid])).status_code == 403
    client = sign_in(stranger)
    for route in ("review", "review_documents"):
        assert client.get(reverse(route, args=[review.uid])).status_code == 404
    assert client.post(reverse("review_close", args=[review.uid])).status_code == 404
    assert client.get(reverse("use_case_reviews", args=["spring"])).status_code == 404
    assert b"Spring" not in client.get(reverse("reviews")).content


def test_a_portfolio_review_is_for_who_reads_it_all(portfolio, business, steering, auditor, sign_in):
    assert sign_in(business).get(portfolio.get_absolute_url()).status_code == 404
    assert sign_in(business).get(reverse("portfolio_review_new")).status_code == 403
    assert b"Portfolio review" not in sign_in(business).get(reverse("reviews")).content
    assert sign_in(auditor).get(portfolio.get_absolute_url()).status_code == 200
    assert sign_in(steering).get(portfolio.get_absolute_url()).status_code == 200


def test_the_owner_of_an_action_of_the_portfolio_finishes_it_without_seeing_the_review(
    portfolio, business, steering, data, sign_in
):
    action = actions.agree(portfolio, by=steering, text="Name a sponsor", owner=business, due=today())
    client = sign_in(business)
    assert b"Name a sponsor" in client.get(reverse("my_actions")).content
    assert client.post(reverse("action_finish", args=[action.uid]), {"from": "mine"}).status_code == 302
    action.refresh_from_db()
    assert action.done_by == business
    assert sign_in(data).post(reverse("action_finish", args=[action.uid])).status_code == 404


def test_the_pdf_says_the_same_as_the_page_in_each_language(review, use_case, business, it, measured, printed, sign_in):
    kpis.validate_all(measured, by=business)
    actions.prepare_again(Review.objects.select_related("use_case__team").get(pk=review.pk), by=business)
    review = Review.objects.select_related("use_case__team").get(pk=review.pk)
    actions.decide(review, by=business, text="Étendre à Suburban → 40 %")
    actions.agree(review, by=business, text="Brief", owner=it, due=date(2030, 5, 20))
    actions.close(review, by=business)
    printed()
    english, french = (Document.objects.get(language=language) for language in ("en", "fr"))
    assert english.is_final
    assert english.sha256 == hashlib.sha256(english.content).hexdigest()
    pages = text_of(bytes(english.content))
    assert len(pages) == english.pages
    said = " ".join(pages)
    for words in (
        "Spring e-mail campaign",
        "+0.75 %",
        "95 %: +0.55 to +0.95",
        "Étendre à Suburban → 40 %",
        "Business Martin" if review.present.exists() else "It Martin",
        "20 May 2030",
        review.digest,
        f"page 1 of {english.pages}",
        "frozen",
    ):
        assert words in said, words
    assert "+0,75 %" in " ".join(text_of(bytes(french.content)))
    assert f"page 1 sur {french.pages}" in " ".join(text_of(bytes(french.content)))
    figures = json.dumps(review.content["en"], ensure_ascii=False)
    assert "95 %: +0.55 to +0.95" in figures.replace("\N{NO-BREAK SPACE}", " ")


def test_a_draft_is_made_again_and_the_final_one_never(review, business, printed):
    printed()
    draft = Document.objects.get(language="en")
    assert not draft.is_final
    assert "this is a draft" in " ".join(text_of(bytes(draft.content)))
    actions.decide(review, by=business, text="Go on")
    actions.ask_for_document(review, by=business)
    printed()
    assert "Go on" in " ".join(text_of(bytes(Document.objects.get(language="en").content)))
    actions.close(review, by=business)
    printed()
    final = Document.objects.get(language="en")
    assert final.is_final


def test_a_long_review_has_several_pages_each_with_its_foot(portfolio, steering, printed):
    for number in range(90):
        actions.decide(portfolio, by=steering, text=f"Decision {number}: " + "a long sentence " * 8)
    actions.ask_for_document(portfolio, by=steering)
    printed()
    document = Document.objects.get(language="en")
    pages = text_of(bytes(document.content))
    assert document.pages == len(pages) > 2
    assert all(f"page {number} of {len(pages)}" in text for number, text in enumerate(pages, start=1))
    assert all("Portfolio review 1" in text for text in pages)


def test_the_pages_never_load_the_library_that_prints():
    code = (
        "import django, sys; django.setup()\n"
        "import portal.urls\n"
        "sys.exit(any(name.startswith('reportlab') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False, timeout=60)
    assert done.returncode == 0


@pytest.mark.parametrize("route", ["review", "use_case_reviews", "reviews", "my_actions"])
def test_pages_cost_a_fixed_number_of_queries(
    route, review, use_case, business, it, sign_in, django_assert_max_num_queries
):
    for number in range(30):
        actions.decide(review, by=business, text=f"Decision {number}")
        actions.agree(review, by=business, text=f"Action {number}", owner=it, due=today())
    client = sign_in(business)
    args = {"review": [review.uid], "use_case_reviews": ["spring"]}.get(route, [])
    client.get(reverse(route, args=args))
    with django_assert_max_num_queries(32 if route == "review" else 22):
        assert client.get(reverse(route, args=args)).status_code == 200
