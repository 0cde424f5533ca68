"""Which pages there are, who of the demonstration's cast opens each, and what must be there for it."""

NOBODY = ""
SOFIA = "Sofia Marchetti"
HUGO = "Hugo Petit"
ALIX, CLAIRE, AMIT, JONAS, KARIM = "Alix Moreau", "Claire Morel", "Amit Rao", "Jonas Berg", "Karim Haddad"
CAMPAIGN, PUMPS, TRIAGE = "/use-cases/campaign/", "/use-cases/pump-diagnosis/", "/use-cases/call-triage/"

# Who opens what; after an arrow, the first link of the page whose address ends so. DAY: the story goes on there.
USE_CASE = [
    "",
    "timeline/",
    "kpis/",
    "kpis/1/",
    "kpis/1/versions/",
    "roi/",
    "problems/",
    "problems/1/",
    "gates/",
    "gates/ → /iterations/[0-9]+/",
    "gates/poc/",
    "gates/industrialisation/",
    "gates/production/",
    "runs/",
    "runs/ → /runs/[0-9a-f]{32}/",
    "deployments/",
    "deployments/ → /deployments/[0-9]+/",
    "deployments/ → /releases/[0-9]+/",
    "ran-here/",
    "monitoring/",
    "monitoring/ → /series/[0-9a-f-]{36}/",
    "?as_of=DAY",
    "deployments/?as_of=DAY",
    "reviews/",
    "monitoring/?i-status=resolved → /incidents/[0-9]+/",
    " → /talk/[a-z_-]+/[0-9a-f-]{36}/",
    "journal/",
]
PAGES = {
    NOBODY: ["/accounts/sign-in/"],
    ALIX: [
        # The only one with a password, which nobody knows.
        "/accounts/confirm/",
        "/accounts/administration/",
        "/accounts/administration/ → /people/[0-9a-f-]{36}/",
        "/accounts/people/new/",
        "/accounts/teams/new/",
        "/administration/servers/",
        "/administration/identities/",
        "/administration/environments/",
        "/administration/criteria/",
        "/administration/criteria/poc/",
        "/administration/criteria/production/",
        "/administration/day-rates/",
        "/administration/stage-limits/",
        "/teams/marketing/day-rates/",
        "/journal/",
        "/journal/ → /journal/[0-9a-f-]{36}/",
        "/journal/exceptions/",
        "/journal/seals/",
        "/accounts/rules/",
        "/notifications/receivers/",
        "/notifications/webhooks/new/",
        "/notifications/rooms/new/",
        "/notifications/receivers/ → /notifications/webhooks/[0-9a-f-]{36}/",
        "/notifications/receivers/ → /webhooks/[0-9a-f-]{36}/ → /webhooks/[0-9a-f-]{36}/edit/",
        "/notifications/receivers/ → /notifications/rooms/[0-9a-f-]{36}/edit/",
        "/teams/marketing/",
        "/teams/marketing/ → /teams/marketing/members/[0-9a-f-]{36}/",
        "/teams/marketing/ → /teams/marketing/members/[0-9a-f-]{36}/deputy/",
        "/teams/marketing/roles/",
        "/teams/marketing/tokens/",
        "/teams/marketing/tokens/new/",
        "/administration/tokens/",
        "/administration/tokens/new/",
        "/administration/roles/",
        "/sites/",
        "/sites/new/",
    ],
    SOFIA: [
        "/steering/",
        "/steering/stopped/",
        "/steering/decisions/",
        "/steering/curse/",
        "/reviews/",
        "/reviews/new/",
        "/reviews/ → /reviews/[0-9a-f-]{36}/",
        CAMPAIGN + "decide/",
        CAMPAIGN + "score/",
    ],
    CLAIRE: [
        "/use-cases/churn-letters/lessons/new/",
        TRIAGE,
        "/use-cases/new/",
        "/reviews/actions/",
        "/templates/",
        "/templates/ → /templates/[a-z-]+/start/",
        "/use-cases/shop-opening-hours/gates/",
        "/use-cases/shop-opening-hours/start-from/",
        *(CAMPAIGN + one for one in ("iterations/new/", "template/", "gates/beyond/")),
        *(
            CAMPAIGN + one
            for one in (
                "edit/",
                "sites/",
                "kpis/new/",
                "kpis/1/edit/",
                "kpis/1/decide/",
                "kpis/1/measurements/new/",
                "score/",
                "reviews/new/",
                "reviews/ → /reviews/[0-9a-f-]{36}/",
                "iterations/new/",
                "kpis/1/ → /measurements/[0-9a-f-]{36}/",
                "problems/new/",
                "roi/costs/new/",
                "roi/costs/1/",
                "roi/business-case/",
                "problems/1/edit/",
            )
        ),
    ],
    AMIT: [
        "/accounts/tokens/",
        "/accounts/tokens/new/",
        "/accounts/password/",
        "/accounts/second-factor/",
        "/accounts/second-factor/set-up/",
        "/accounts/sessions/",
        "/notifications/",
        "/notifications/choices/",
        "/jobs/",
        "/jobs/ → /jobs/[0-9a-f-]{36}/",
        "/api/",
        *(CAMPAIGN + one for one in ("experiments/link/", "releases/new/", "deployments/new/")),
        CAMPAIGN + "monitoring/ → /series/[0-9a-f-]{36}/ → /series/[0-9a-f-]{36}/feed/",
        CAMPAIGN + " → /talk/[a-z_-]+/[0-9a-f-]{36}/ → /talk/[a-z_-]+/[0-9a-f-]{36}/[0-9a-f-]{36}/edit/",
        *(CAMPAIGN + one for one in ("kpis/1/measurements/upload/", "monitoring/points/", "checks/new/", "checks/1/")),
    ],
    HUGO: ["/accounts/confirm/code/", "/accounts/second-factor/"],
    JONAS: [
        "/",
        "/portfolio/",
        "/portfolio/?view=kanban",
        "/portfolio/?view=matrix",
        "/portfolio/?panel=filters&health=error",
        "/portfolio/?panel=display",
        "/views/",
        "/views/new/?path=/portfolio/&list=portfolio&title=Portfolio&query=sort=name",
        "/runs/",
        "/deployments/",
        "/monitoring/",
        "/accounts/rights/",
        "/accounts/rights/addresses/",
        "/search/?q=pump",
        "/following/",
        "/views/ → /views/[^/]+/edit/",
        *(CAMPAIGN + one for one in USE_CASE),
        CAMPAIGN + "releases/in-place/",
        CAMPAIGN + "journal/?verb=incident.opened",
    ],
    # The other case: what its own story fills, as the rest has the same shape.
    KARIM: [
        "/",
        *(PUMPS + one for one in ("", "timeline/", "kpis/1/", "gates/", "runs/", "monitoring/", "roi/")),
        PUMPS + "roi/costs/upload/",
    ],
}

# What the story does not tell: receivers of messages, a kept view, a comment, a second factor.
KEPT = """
from portal import registry
from portal.notifications import actions as notifications
from portal.people.models import User
from portal.saved_views.actions import save_view
from portal.saved_views.models import SavedView
from portal.signin import second_factor
from portal.talk import actions as talk, subjects
from usecases.catalog.models import UseCase

def keep():
    alix, jonas, amit, hugo = (User.objects.get(username=name) for name in ("alix", "jonas", "amit", "hugo"))
    kinds, events = sorted(registry.notices())[:3], [one.event for one in registry.notices().values() if one.event][:3]
    notifications.add_endpoint(by=alix, team=None, url="https://hooks.example.org/passerelle", events=events)
    notifications.add_room(by=alix, team=None, name="Duty room", address="slack://T1/B2/C3", kinds=kinds)
    save_view(by=jonas, name="In error", path="/portfolio/", list_key="portfolio", list_title="", query="health=error")
    talk.write(subjects.load(amit, "use_case", UseCase.objects.get(slug="campaign").uid), by=amit, body="Looked at it.")
    second_factor.keep(hugo, second_factor.new_secret())

if not SavedView.objects.exists():
    keep()
"""

# Opened by nobody above: what is no page of its own, and what other tests open.
NO_PAGE = {
    **dict.fromkeys(("healthz", "readyz", "metrics", "openapi_json", "openapi_yaml"), "read by machines"),
    "api_not_found": "read by machines",
    **dict.fromkeys(("journal_csv", "journal_xlsx", "measurements_csv", "review_pdf", "series_csv"), "a file"),
    **dict.fromkeys(
        ("deployment_progress", "job_progress", "release_progress", "runs_progress", "status_banner"), "a fragment"
    ),
    **dict.fromkeys(("notifications:bell", "review_documents", "talk_activity", "talk_people"), "a fragment"),
    **dict.fromkeys(("notifications:go", "openid_connect_callback", "saved_view"), "leads elsewhere"),
    "account_login": "the address of accounts:sign_in",
    "accounts:welcome": "opens once; the road opens it",
    "confirm_provider": "for who came through a provider; its own tests open it",
    "mfa_authenticate": "between two steps of signing in; its own tests open it",
}
