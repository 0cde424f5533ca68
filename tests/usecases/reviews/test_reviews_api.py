"""Reviews by the API: opened once, with decisions and actions, closed for good."""


def test_one_review_is_open_at_a_time(use_case, business, viewer, soon, call):
    meets = {"meets_at": soon.isoformat()}
    assert call(viewer, "post", "use-cases/spring/reviews", meets).status_code == 403
    assert call(business, "post", "use-cases/spring/reviews", meets).status_code == 201
    again = call(business, "post", "use-cases/spring/reviews", meets)
    assert (again.status_code, again["Content-Type"]) == (409, "application/problem+json")


def test_a_stranger_does_not_learn_of_it(review, stranger, call):
    assert call(stranger, "get", f"reviews/{review.uid}").status_code == 404
    assert call(stranger, "get", "use-cases/spring/reviews").status_code == 404
