"""Whom the decisions of steering concern, and in what words."""

from django.utils.translation import gettext_lazy as _

from portal.registry import Notice

WORDS = {
    "notice.portfolio_fund": _("%(who)s decided to fund %(use_case_name)s: “%(reason)s”"),
    "notice.portfolio_pause": _("%(who)s decided to pause %(use_case_name)s: “%(reason)s”"),
}
NOTICES = [
    Notice("notice.portfolio_fund", _("Steering funds a use case of my team"), "coin", event="portfolio.funded"),
    Notice(
        "notice.portfolio_pause",
        _("Steering pauses a use case of my team"),
        "player-pause",
        urgent=True,
        event="portfolio.paused",
    ),
]
