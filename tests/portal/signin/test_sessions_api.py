"""The API of one's sessions."""


def test_ones_sessions_are_listed_and_ended(data, business, sign_in, call):
    browser = sign_in(data)
    assert browser.get("/").status_code == 200
    (told,) = call(data, "get", "sessions").json()["results"]
    where = f"sessions/{told['mark']}"
    assert browser.session.session_key not in call(data, "get", where).content.decode()
    assert call(business, "delete", where, match="*").status_code == 404
    assert call(data, "delete", where).status_code == 428
    assert call(data, "delete", where, match=call(data, "get", where)["ETag"]).status_code == 204
    assert browser.get("/").status_code == 302
    assert call(data, "delete", where, match="*").status_code == 404


def test_all_sessions_end_and_the_token_goes_on(data, sign_in, call):
    first, second = sign_in(data), sign_in(data)
    assert call(data, "post", "sessions/end-all").json() == {"ended": 2}
    assert first.get("/").status_code == second.get("/").status_code == 302
    assert call(data, "get", "sessions").json() == {"results": []}
