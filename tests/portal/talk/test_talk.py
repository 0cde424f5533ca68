"""Comments: said, answered, edited, removed; safe to show; heard by who may see the thing, and by nobody else."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed, Refused
from portal.notifications.models import Message, Notification
from portal.people import rights
from portal.talk import actions, feed
from portal.talk.markdown import TAGS, mentioned, render
from portal.talk.models import LONGEST, Comment, CommentVersion, Follow, FollowChoice
from portal.talk.subjects import load
from usecases.kpis.models import KPI


@pytest.fixture
def subject(use_case, business):
    return load(business, "use_case", use_case.uid)


@pytest.fixture
def address(use_case) -> str:
    return f"/talk/use_case/{use_case.uid}/"


def test_a_comment_is_said_answered_and_told_in_the_journal(subject, address, business, data, sign_in):
    browser = sign_in(business)
    assert browser.post(f"{address}write/", {"body": "Is **the rural arm** ready?"}).status_code == 302
    first = Comment.objects.get()
    sign_in(data).post(f"{address}write/", {"body": "On Monday.", "parent": first.uid})
    page = browser.get(address).text
    assert "<strong>the rural arm</strong>" in page
    assert f'id="comment-{first.uid}"' in page
    assert first.replies.get().body == "On Monday."
    assert Event.objects.filter(verb="comment.written", use_case="spring").count() == 2
    assert not Event.objects.filter(data__icontains="rural").exists()


def test_threads_have_one_level(subject, business):
    first = actions.write(subject, by=business, body="One")
    second = actions.write(subject, by=business, body="Two", parent=first)
    with pytest.raises(Refused):
        actions.write(subject, by=business, body="Three", parent=second)


@pytest.mark.parametrize("who", ["business", "data", "it", "decision_user"])
def test_the_team_writes(request, subject, who):
    assert actions.write(subject, by=request.getfixturevalue(who), body="Hello").pk


@pytest.mark.parametrize("who", ["viewer", "steering", "auditor", "admin"])
def test_who_only_reads_reads(request, subject, address, who, sign_in):
    browser = sign_in(request.getfixturevalue(who))
    assert browser.get(address).status_code == 200
    assert browser.post(f"{address}write/", {"body": "Hello"}).status_code == 403
    assert browser.get(f"{address}people/").status_code == 403
    assert not Comment.objects.exists()


def test_a_stranger_finds_nothing_there(subject, address, business, stranger, sign_in):
    said = actions.write(subject, by=business, body="Secret")
    browser = sign_in(stranger)
    for path in ("", "people/", "activity/", f"{said.uid}/edit/"):
        assert browser.get(address + path).status_code == 404
    for path in ("write/", "follow/", f"{said.uid}/edit/", f"{said.uid}/remove/"):
        assert browser.post(address + path, {"body": "x", "on": "1"}).status_code == 404
    assert "Secret" not in browser.get("/search/?q=secret").text.replace("“secret”", "")
    assert browser.get(f"/talk/nothing/{uuid.uuid4()}/").status_code == 404


def test_a_comment_of_one_thing_is_not_under_another(subject, use_case, business, sign_in):
    said = actions.write(subject, by=business, body="Here")
    kpi = KPI.objects.create(use_case=use_case, number=1, name="Visits", unit="%", owner=business)
    answer = sign_in(business).post(f"/talk/kpi/{kpi.uid}/{said.uid}/remove/")
    assert answer.status_code == 404
    with pytest.raises(Refused):
        actions.write(load(business, "kpi", kpi.uid), by=business, body="There", parent=said)


CANARIES = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "![pixel](https://example.com/pixel.png)",
    '<a href="javascript:alert(1)">x</a>',
    '"><svg/onload=alert(1)>',
    "[x](<javascript:alert(1)>)",
    "<javascript:alert(1)>",
    'https://example.com/"onmouseover="alert(1)',
    "<style>*{display:none}</style>",
    "# A heading",
    '@business"onclick="alert(1)',
    "`<script>`",
    "> " * 60 + "deep",
    "*" * 3000,
    "[" * 3000,
]


@pytest.mark.parametrize("body", CANARIES)
def test_what_is_shown_cannot_run(body):
    for tag, attributes in re.findall(r"<(\w+)([^>]*)>", render(body, {"business": "<b>Business</b>"})):
        assert tag in TAGS
        told = re.sub(r'(href="(https?|mailto):[^"]*"|rel="[^"]*"|class="mention")', "", attributes)
        assert told.strip(" /") == ""


def test_addresses_and_people_become_links_and_names():
    html = render("See https://example.com/a?b=1. @Business", {"business": "Business Martin"})
    assert '<a href="https://example.com/a?b=1" rel="noopener noreferrer nofollow">' in html
    assert '<span class="mention">@Business Martin</span>' in html


def test_what_is_no_mention():
    assert mentioned("write to a@b.com, `@decorator`, [@x](https://a.b), https://a.b/@y") == []
    assert mentioned("@amit, (@lena) and @paul.") == ["amit", "lena", "paul"]


def test_a_person_who_may_not_see_it_is_not_mentioned_and_not_given_away(subject, business, stranger):
    with pytest.raises(BadInput) as there:
        actions.write(subject, by=business, body="Ask @stranger")
    with pytest.raises(BadInput) as nowhere:
        actions.write(subject, by=business, body="Ask @nobodyyy")
    said = [str(one.value.problems[0].sentence) for one in (there, nowhere)]
    assert said[0].replace("stranger", "x") == said[1].replace("nobodyyy", "x")
    assert not Comment.objects.exists()


def test_names_are_offered_of_the_team_only(subject, address, business, data, stranger, sign_in):
    browser = sign_in(business)
    names = [one["username"] for one in browser.get(f"{address}people/").json()["people"]]
    assert {"business", "data"} <= set(names)
    assert "stranger" not in names
    assert [one["name"] for one in browser.get(f"{address}people/?q=dat").json()["people"]] == ["Data Martin"]


@pytest.mark.parametrize("body", ["", "   ", "\n", "x" * (LONGEST + 1), "a\x00b"])
def test_what_cannot_be_kept_is_said(subject, address, business, sign_in, body):
    answer = sign_in(business).post(f"{address}write/", {"body": body})
    assert answer.status_code == 400
    assert "form-error" in answer.text
    assert not Comment.objects.exists()


def test_a_comment_is_edited_within_a_day_and_what_it_said_is_kept(subject, address, business, data, sign_in):
    said = actions.write(subject, by=business, body="Tuesday")
    with pytest.raises(NotAllowed):
        actions.edit(said, subject, by=data, body="Never")
    sign_in(business).post(f"{address}{said.uid}/edit/", {"body": "Wednesday"})
    page = sign_in(data).get(address).text
    assert "Wednesday" in page
    assert "edited" in page
    assert CommentVersion.objects.get().body == "Tuesday"
    Comment.objects.update(occurred_at=said.occurred_at - timedelta(hours=25))
    assert sign_in(business).post(f"{address}{said.uid}/edit/", {"body": "Later"}).status_code == 409


def test_two_edits_at_once_do_not_lose_one(subject, business):
    said = actions.write(subject, by=business, body="One")
    stale = Comment.objects.get()
    actions.edit(said, subject, by=business, body="Two")
    with pytest.raises(Refused):
        actions.edit(stale, subject, by=business, body="Three")


def test_removing_erases_all_it_said_and_keeps_that_it_was(subject, address, business, data, sign_in):
    said = actions.write(subject, by=business, body="A secret @data")
    actions.edit(said, subject, by=business, body="Another secret @data")
    with pytest.raises(NotAllowed):
        actions.remove(said, by=data)
    sign_in(business).post(f"{address}{said.uid}/remove/")
    page = sign_in(data).get(address).text
    assert "secret" not in page
    assert "Removed by its author." in page
    assert not CommentVersion.objects.exists()
    assert Event.objects.filter(verb="comment.removed").exists()


def test_a_moderator_removes_anybodys(subject, address, business, admin, data, sign_in):
    said = actions.write(subject, by=business, body="Rude")
    assert sign_in(admin).post(f"{address}{said.uid}/remove/").status_code == 302
    assert "Removed by a moderator." in sign_in(data).get(address).text


def test_commenting_and_being_mentioned_make_one_follow_unless_one_said_no(subject, business, data, it):
    actions.choose(by=it, automatically=False)
    actions.follow(subject, by=data, is_on=False)
    actions.write(subject, by=business, body="@data @it look")
    assert set(Follow.objects.filter(is_on=True).values_list("user__username", flat=True)) == {"business"}
    assert actions.followers(subject) == [business]
    assert FollowChoice.objects.get().user == it


def test_who_left_the_team_hears_nothing(subject, business, data, team):
    actions.write(subject, by=data, body="I follow")
    assert set(actions.followers(subject)) == {business, data}
    team.memberships.filter(user=data).delete()
    rights.forget(data)
    assert actions.followers(subject) == [business]


def test_the_feed_holds_events_and_comments_page_by_page(subject, use_case, business):
    for number in range(25):
        actions.write(subject, by=business, body=f"Comment {number}")
    Event.objects.create(
        actor=business, verb="usecase.edited", target_type="x", target_uid=use_case.uid, target_label="Spring"
    )
    seen, cursor = [], ""
    while True:
        page = feed.of_subject(use_case.uid, cursor, events=True)
        seen += [entry.comment.body if entry.comment else entry.event.verb for entry in page.entries]
        cursor = page.older
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 26
    assert "usecase.edited" in seen


def test_a_user_of_the_decision_reads_comments_without_the_journal(subject, address, business, decision_user, sign_in):
    actions.write(subject, by=business, body="Read this")
    Event.objects.create(
        actor=business, verb="usecase.edited", target_type="x", target_uid=subject.uid, target_label="Hidden event"
    )
    page = sign_in(decision_user).get(f"{address}activity/").text
    assert "Read this" in page
    assert "Hidden event" not in page


@pytest.mark.parametrize("cursor", ["x", "1", "1.", "-1.2", "9" * 40 + ".1", "1.2.3", "\x00"])
def test_an_impossible_cursor_is_the_first_page(subject, address, business, sign_in, cursor):
    assert sign_in(business).get(f"{address}activity/", {"before": cursor}).status_code == 200


def test_what_i_follow_is_listed_until_i_may_not_see_it(subject, business, data, team, sign_in):
    actions.write(subject, by=data, body="Following this")
    browser = sign_in(data)
    assert "Following this" in browser.get("/following/").text
    team.memberships.filter(user=data).delete()
    assert "Following this" not in browser.get("/following/").text


def test_a_section_costs_the_same_for_one_comment_and_for_thirty(subject, address, business, sign_in):
    browser = sign_in(business)
    costs = []
    for number in (1, 30):
        for _ in range(number):
            first = actions.write(subject, by=business, body="@business one")
            actions.write(subject, by=business, body="two", parent=first)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(address, headers={"HX-Request": "true"}).status_code == 200
        costs.append(len(asked))
    assert costs[0] == costs[1]


def test_the_overview_leads_there_without_a_query(use_case, business, sign_in):
    assert f'hx-get="/talk/use_case/{use_case.uid}/"' in sign_in(business).get("/use-cases/spring/").text


def test_what_was_said_is_found(subject, business, stranger, sign_in):
    actions.write(subject, by=business, body="Les pompes immergées tournent.")
    found = sign_in(business).get("/search/?q=immergee").text
    assert "Les pompes immergées tournent." in found
    assert "tournent" not in sign_in(stranger).get("/search/?q=immergee").text


def test_who_is_named_and_who_follows_are_told_and_the_author_is_not(subject, business, data, it):
    actions.follow(subject, by=it, is_on=True)
    said = actions.write(subject, by=data, body="@business look")
    told = {(one.message.kind, one.person.username) for one in Notification.objects.select_related("message", "person")}
    assert told == {("notice.mentioned", "business"), ("notice.commented", "it")}
    assert said.anchor in Message.objects.first().url
    actions.edit(said, subject, by=data, body="@business @it look")
    assert Message.objects.filter(kind="notice.mentioned").count() == 2


def test_a_room_of_the_team_does_not_hear_what_was_said(subject, business):
    actions.write(subject, by=business, body="A secret")
    assert "secret" not in str([one.params for one in Message.objects.all()])


def test_the_feed_tells_what_was_said_without_the_signs_of_markdown(subject, address, business, sign_in):
    actions.write(subject, by=business, body="Only **what** is\n- gained & kept <b>here</b>")
    page = sign_in(business).get(address + "activity/").content.decode()
    assert "Only what is gained &amp; kept" in page
    assert "**what**" not in page
    assert "<b>here" not in page
