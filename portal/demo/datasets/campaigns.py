"""Which campaign this machine can have, and the rules that stand in for manual systems, by name."""

from pathlib import Path

from portal.demo.datasets import hillstrom, thornton_hiv
from portal.demo.datasets.campaign import Campaign, Rule

# Named, so that a logged rule carries a name and no code.
RULES: dict[str, Rule] = {
    "hillstrom": hillstrom.present_rule,
    "hillstrom_matching": hillstrom.matching_rule,
    "thornton_hiv": thornton_hiv.present_rule,
}


def choose_campaign(data: Path | None, home: Path) -> Campaign:
    """Hillstrom when the folder `data` holds it, else the packaged trial. Raises Refused when neither can be had."""
    if data is not None and (data / hillstrom.FILE).exists():
        return hillstrom.hillstrom(data)
    return thornton_hiv.thornton_hiv(home)
