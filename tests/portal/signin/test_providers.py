"""Signing in through a provider that really runs, over HTTP from one end to the other."""

import environ
import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from portal.audit.models import Event
from portal.errors import BadInput, NotAllowed
from portal.people import actions as people
from portal.people.models import Membership, OrganisationGrant, OrganisationRole, Role, User
from portal.signin import actions, providers, second_factor
from portal.signin.adapters import ProviderAdapter

LOGIN = "/accounts/oidc/acme/login/"
CLAIMS = {"preferred_username": "ines", "given_name": "Inès", "family_name": "Roux", "email": "ines@acme.example"}


@pytest.fixture
def configure(provider, settings, db):
    def _configure(**options):
        settings.OIDC_PROVIDERS = [provider.configured(**options)]
        return provider

    return _configure


def _come(browser: Client, provider, subject: str, **form):
    away = browser.post(LOGIN, form)
    return browser.get(provider.consent(away["Location"], subject))


def test_the_button_leads_to_the_provider_with_a_proof_of_the_way_back(configure, client):
    provider = configure(create=True)
    page = client.get("/accounts/sign-in/")
    assert "Continue with Acme" in page.content.decode()
    assert provider.url in page["Content-Security-Policy"].split("form-action")[1].split(";")[0]
    away = client.post(LOGIN)["Location"]
    assert away.startswith(f"{provider.url}/oauth2/authorize?")
    assert "code_challenge=" in away
    assert "state=" in away


def test_a_link_alone_starts_nothing(configure, client):
    configure()
    assert client.get(LOGIN).status_code == 405


def test_a_provider_that_is_not_configured_does_not_exist(client, db):
    assert client.post("/accounts/oidc/other/login/").status_code == 404


def test_whoever_the_provider_knows_is_added_and_comes_in(configure, client, who):
    provider = configure(create=True)
    provider.tell("s-1", **CLAIMS, groups=[])
    answer = _come(client, provider, "s-1", next="/portfolio/")
    person = User.objects.get(username="ines")
    assert (answer["Location"], who(client)) == ("/portfolio/", person.pk)
    assert (str(person), person.email, person.has_usable_password()) == ("Inès Roux", "ines@acme.example", False)
    assert Event.objects.get(verb="person.created").machine == "oidc"
    assert SocialAccount.objects.get().extra_data == {}


def test_and_is_the_same_person_the_next_time(configure, who):
    provider = configure(create=True)
    provider.tell("s-1", **CLAIMS, groups=[])
    browsers = [Client(), Client()]
    for browser in browsers:
        _come(browser, provider, "s-1")
    assert len({who(browser) for browser in browsers}) == User.objects.count() == 1


def test_nobody_is_added_unless_the_settings_say_so(configure, client, who):
    provider = configure(create=False)
    provider.tell("s-1", **CLAIMS)
    answer = _come(client, provider, "s-1")
    assert answer.status_code == 403
    assert "no account here yet" in answer.content.decode()
    assert (who(client), User.objects.count()) == (None, 0)


def test_a_name_that_is_taken_is_not_taken_over(configure, client, business, who):
    provider = configure(create=True)
    provider.tell("s-1", **{**CLAIMS, "preferred_username": "Business"})
    assert _come(client, provider, "s-1").status_code == 403
    assert who(client) is None


def test_without_a_name_nobody_is_added(configure, client, who):
    provider = configure(create=True)
    provider.tell("s-1", groups=[])
    answer = _come(client, provider, "s-1")
    assert answer.status_code == 409
    assert "did not say your user name" in answer.content.decode()


@pytest.mark.parametrize(
    ("option", "verified", "status"),
    [(True, True, 302), (True, False, 403), (False, True, 403)],
)
def test_an_existing_person_is_linked_by_a_verified_address_only_if_configured(
    configure, client, business, option, verified, status, who
):
    User.objects.filter(pk=business.pk).update(email="Ines@acme.example")
    provider = configure(link_by_email=option)
    provider.tell("s-1", **CLAIMS, email_verified=verified)
    assert _come(client, provider, "s-1").status_code == status
    assert who(client) == (business.pk if status == 302 else None)


def test_an_administrator_is_never_linked_unasked(configure, client, admin, who):
    User.objects.filter(pk=admin.pk).update(email="ines@acme.example")
    provider = configure(link_by_email=True, create=True)
    provider.tell("s-1", **CLAIMS, email_verified=True)
    assert _come(client, provider, "s-1").status_code == 403
    assert who(client) is None
    assert not SocialAccount.objects.exists()


def test_a_deactivated_person_stays_out(configure, client, who):
    provider = configure(create=True)
    provider.tell("s-1", **CLAIMS)
    _come(Client(), provider, "s-1")
    User.objects.update(is_active=False)
    answer = _come(client, provider, "s-1")
    assert "deactivated" in answer.content.decode()
    assert who(client) is None


# --- groups --------------------------------------------------------------------------------------------------------
def _roles(person: User) -> set[str]:
    held = set(OrganisationGrant.objects.filter(user=person).values_list("role", flat=True))
    return held | set(Membership.objects.filter(user=person).values_list("role", flat=True))


def test_groups_give_roles_and_take_back_only_those(configure, admin, team):
    provider = configure(create=True)
    actions.add_group_rule(by=admin, provider="acme", group="ai-it", team=team, role="it")
    actions.add_group_rule(by=admin, provider="acme", group="ai-audit", organisation_role="auditor")
    provider.tell("s-1", **CLAIMS, groups=["ai-it", "ai-audit", "else"])
    _come(Client(), provider, "s-1")
    person = User.objects.get(username="ines")
    assert _roles(person) == {"it", "auditor"}
    people.add_member(team, person, Role.DATA, by=admin)
    provider.tell("s-1", **CLAIMS, groups=["ai-audit"])
    _come(Client(), provider, "s-1")
    assert _roles(person) == {"data", "auditor"}
    machine = Event.objects.filter(actor=None, machine="oidc").values_list("verb", flat=True)
    assert {"team.member_added.it", "role.granted.auditor", "team.member_removed.it"} <= set(machine)


def test_a_group_gives_a_limited_role_and_takes_back_only_that(configure, admin, team, site):
    provider = configure(create=True)
    actions.add_group_rule(by=admin, provider="acme", group="ai-it-rural", team=team, role="it", site=site)
    provider.tell("s-1", **CLAIMS, groups=["ai-it-rural"])
    _come(Client(), provider, "s-1")
    person = User.objects.get(username="ines")
    assert Membership.objects.get(user=person).limits == str(site)
    people.add_member(team, person, Role.IT, by=admin)
    provider.tell("s-1", **CLAIMS, groups=[])
    _come(Client(), provider, "s-1")
    assert Membership.objects.get(user=person).limits == ""


def test_a_role_of_the_organisation_has_no_limits(configure, admin, site):
    configure()
    with pytest.raises(BadInput) as refusal:
        actions.add_group_rule(by=admin, provider="acme", group="g", organisation_role="auditor", site=site)
    assert [problem.field for problem in refusal.value.problems] == ["site"]


def test_a_role_given_by_hand_stays_when_the_group_goes(configure, admin, team):
    provider = configure(create=True)
    provider.tell("s-1", **CLAIMS, groups=["ai-it"])
    _come(Client(), provider, "s-1")
    person = User.objects.get(username="ines")
    people.add_member(team, person, Role.IT, by=admin)
    actions.add_group_rule(by=admin, provider="acme", group="ai-it", team=team, role="it")
    _come(Client(), provider, "s-1")
    provider.tell("s-1", **CLAIMS, groups=[])
    _come(Client(), provider, "s-1")
    assert _roles(person) == {"it"}


def test_claims_that_say_nothing_of_groups_change_no_role(configure, admin, team, caplog):
    provider = configure(create=True)
    actions.add_group_rule(by=admin, provider="acme", group="ai-it", team=team, role="it")
    provider.tell("s-1", **CLAIMS, groups="ai-it")
    _come(Client(), provider, "s-1")
    provider.tell("s-1", **CLAIMS)
    _come(Client(), provider, "s-1")
    assert _roles(User.objects.get(username="ines")) == {"it"}


def test_removing_a_rule_takes_back_what_it_alone_gave(configure, admin, team):
    provider = configure(create=True)
    rule = actions.add_group_rule(by=admin, provider="acme", group="a", team=team, role="it")
    actions.add_group_rule(by=admin, provider="acme", group="b", team=team, role="it")
    provider.tell("s-1", **CLAIMS, groups=["a", "b"])
    _come(Client(), provider, "s-1")
    person = User.objects.get(username="ines")
    assert actions.remove_group_rule(rule, by=admin) == 0
    assert _roles(person) == {"it"}
    assert actions.remove_group_rule(person.group_grants.get().rule, by=admin) == 1
    assert _roles(person) == set()


def test_the_last_administrator_stays_one(configure, admin):
    provider = configure(create=True)
    actions.add_group_rule(by=admin, provider="acme", group="root", organisation_role="admin")
    provider.tell("s-1", **CLAIMS, groups=["root"])
    _come(Client(), provider, "s-1")
    person = User.objects.get(username="ines")
    people.revoke_role(admin, OrganisationRole.ADMIN, by=person)
    provider.tell("s-1", **CLAIMS, groups=[])
    _come(Client(), provider, "s-1")
    assert _roles(person) == {"admin"}


def test_a_rule_gives_exactly_one_role(admin, team):
    for wrong in ({}, {"team": team}, {"role": "it"}, {"team": team, "role": "it", "organisation_role": "auditor"}):
        with pytest.raises(BadInput):
            actions.add_group_rule(by=admin, provider="acme", group="g", **wrong)


def test_only_an_administrator_says_what_groups_give(it, team):
    with pytest.raises(NotAllowed):
        actions.add_group_rule(by=it, provider="acme", group="g", team=team, role="it")


def test_an_administrator_does_so_on_the_page(configure, admin, team, sign_in):
    configure()
    browser = sign_in(admin)
    form = {"provider": "acme", "group": "ai-it", "team": team.pk, "role": "it", "organisation_role": ""}
    browser.post("/accounts/rules/groups/", form)
    page = browser.get("/accounts/rules/")
    assert "ai-it" in page.content.decode()
    browser.post(f"/accounts/rules/groups/{page.context['group_rules'][0].uid}/remove/")
    assert "ai-it" not in browser.get("/accounts/rules/").content.decode().split("messages")[1]


# --- what goes wrong -----------------------------------------------------------------------------------------------
def test_who_refuses_is_told_so(configure, client, who):
    provider = configure(create=True)
    answer = client.get(provider.refuse(client.post(LOGIN)["Location"]))
    assert answer.status_code == 401
    assert "was not allowed to say who you are" in answer.content.decode()
    assert who(client) is None


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=y", "?error=server_error"])
def test_a_way_back_that_was_not_begun_here_leads_nowhere(configure, client, query):
    configure(create=True)
    answer = client.get(f"{LOGIN}callback/{query}")
    assert answer.status_code == 401
    assert "was not begun here" in answer.content.decode()


def test_a_way_back_counts_in_one_browser_and_once(configure, client, who):
    provider = configure(create=True)
    provider.tell("s-1", **CLAIMS)
    back = provider.consent(client.post(LOGIN)["Location"], "s-1")
    other = Client()
    assert other.get(back).status_code == 401
    assert client.get(back).status_code == 302
    client.post("/accounts/sign-out/")
    assert client.get(back).status_code == 401


def test_a_code_that_was_used_is_refused_by_the_provider(configure, client, who):
    provider = configure(create=True)
    provider.tell("s-1", **CLAIMS)
    back = provider.consent(client.post(LOGIN)["Location"], "s-1")
    state = back.partition("state=")[2].partition("&")[0]
    answer = client.get(f"{LOGIN}callback/?code=forged&state={state}")
    assert answer.status_code == 502
    assert "cannot be used" in answer.content.decode()


def test_a_provider_that_is_down_is_said_to_be(settings, client, db):
    down = providers.Provider("acme", "Acme", "http://127.0.0.1:9", "id", "secret")
    settings.OIDC_PROVIDERS = [down]
    answer = client.post(LOGIN)
    assert answer.status_code == 502
    assert "does not answer" in answer.content.decode()


def test_a_provider_that_says_it_is_another_is_not_believed(configure, settings, client):
    # Discovery of another issuer answers under the configured address: as when somebody redirects the name.
    address = f"{configure().url}/.well-known/openid-configuration?elsewhere"
    settings.OIDC_PROVIDERS = [providers.Provider("acme", "Acme", address, "id", "secret")]
    answer = client.post(LOGIN)
    assert answer.status_code == 502
    assert "cannot be used" in answer.content.decode()


def test_no_host_is_asked_that_is_not_the_providers(configure, settings):
    provider = configure()
    settings.OIDC_PROVIDERS = [providers.Provider("acme", "Acme", "https://elsewhere.example", "id", "secret")]
    with pytest.raises(Exception, match="is not a host of a provider"):
        ProviderAdapter().get_requests_session().get(f"{provider.url}/jwks")


def test_a_second_factor_set_up_here_is_asked_after_the_provider(configure, client, who, code):
    provider = configure(create=True)
    provider.tell("s-1", **CLAIMS)
    _come(Client(), provider, "s-1")
    secret = second_factor.new_secret()
    actions.set_up_second_factor(User.objects.get(username="ines"), secret, code(secret, -1))
    assert _come(client, provider, "s-1")["Location"] == "/accounts/sign-in/code/"
    assert who(client) is None
    client.post("/accounts/sign-in/code/", {"code": code(secret)})
    assert who(client) is not None


@pytest.mark.parametrize(("asks", "status"), [(True, 200), (False, 302)])
def test_the_rules_trust_a_provider_that_asks_itself(configure, client, admin, asks, status):
    actions.set_rules(by=admin, second_factor="everybody")
    provider = configure(create=True, asks_second_factor=asks)
    provider.tell("s-1", **CLAIMS)
    _come(client, provider, "s-1")
    assert client.get("/portfolio/").status_code == status


def test_a_provider_half_configured_stops_the_start(monkeypatch):
    monkeypatch.setenv("OIDC_PROVIDERS", "acme")
    monkeypatch.setenv("OIDC_ACME_ISSUER", "https://acme.example")
    with pytest.raises(ImproperlyConfigured, match="OIDC_ACME_CLIENT_ID, OIDC_ACME_CLIENT_SECRET"):
        providers.from_environment(environ.Env())
    monkeypatch.setenv("OIDC_ACME_CLIENT_ID", "id")
    monkeypatch.setenv("OIDC_ACME_CLIENT_SECRET", "secret")
    monkeypatch.setenv("OIDC_ACME_SCOPES", "openid,groups")
    found = providers.from_environment(environ.Env())[0]
    assert (found.label, found.scopes) == ("acme", ("openid", "groups"))
    assert found.allowed == {"acme.example"}
