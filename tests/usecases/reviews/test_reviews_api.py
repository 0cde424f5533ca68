"""Reviews by the API: opened once, with decisions and actions, closed for good."""

from tests.factories import UseCaseFactory


def test_one_review_is_open_at_a_time(use_case, business, viewer, soon, call):
    meets = {"meets_at": soon.isoformat()}
    assert call(viewer, "post", "use-cases/spring/reviews", meets).status_code == 403
    assert call(business, "post", "use-cases/spring/reviews", meets).status_code == 201
    again = call(business, "post", "use-cases/spring/reviews", meets)
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")


def test_a_stranger_does_not_learn_of_it(review, stranger, call):
    assert call(stranger, "get", f"reviews/{review.uid}").status_code == 404
    assert call(stranger, "get", "use-cases/spring/reviews").status_code == 404


def test_no_answer_tells_what_there_is_elsewhere(review, business, stranger, call):
    """A use case of another team, and a person outside, are told like those that do not exist."""
    UseCaseFactory(slug="hidden", name="Hidden")
    decide, agree = f"reviews/{review.uid}/decide", f"reviews/{review.uid}/agree"
    told = [call(business, "post", decide, {"text": "x", "about": slug}, match="*") for slug in ("hidden", "nothing")]
    assert [one.status_code for one in told] == [400, 400]
    assert told[0].content == told[1].content
    action = {"text": "x", "due": "2099-01-01"}
    said = [call(business, "post", agree, {**action, "owner": who}, match="*") for who in (stranger.username, "nobody")]
    assert [one.status_code for one in said] == [400, 400]
    assert said[0].content == said[1].content
    assert call(business, "post", agree, {**action, "owner": business.username}, match="*").status_code == 200
    there = [{"people": [stranger.username]}, {"people": ["nobody"]}]
    heard = [call(business, "post", f"reviews/{review.uid}/attend", one, match="*") for one in there]
    assert heard[0].content == heard[1].content
