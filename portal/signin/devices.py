"""What a browser says it is, in a few words."""

from django.utils.translation import gettext as _

# The first that fits: most browsers also say the names of older ones.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"))


def device(agent: str) -> str:
    """“Firefox, Windows”; the browser's own words when they say neither; “unknown” for none."""
    parts = [
        next((label for word, label in known if word in agent), "")
        for known in (BROWSERS, (*SYSTEMS, ("Linux", "Linux")))
    ]
    return ", ".join(part for part in parts if part) or agent[:60] or _("Unknown device")
