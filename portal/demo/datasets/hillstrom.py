"""Kevin Hillstrom's e-mail test of 2008: 64,000 customers of a shop, two mailings and a control."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
from django.utils.translation import gettext_lazy as _

from portal.demo.datasets.campaign import Campaign, Ints
from portal.demo.datasets.files import read_known

FILE = "hillstrom.parquet"
SHA256 = "7aa215116b2c7e248bc9f6a82626e8151341e8612a7370908f2283aea6750de3"
SEGMENTS = ("No E-Mail", "Mens E-Mail", "Womens E-Mail")
COVARIATES = ["recency", "history", "mens", "womens", "zip_code", "newbie", "channel"]
MONTHS_KEPT = 6
VISIT_VALUE = 6.15
MAILING_COST = 0.05


def present_rule(covariates: pd.DataFrame) -> Ints:
    """The women's mailing to everyone who bought in the last six months, nothing to the others."""
    return np.where(covariates["recency"].to_numpy() <= MONTHS_KEPT, 2, 0).astype(np.int64)


def matching_rule(covariates: pd.DataFrame) -> Ints:
    """A stronger rule of thumb, to be fair to hand-made rules: the same people, the mailing of what they bought."""
    mailing = np.where(covariates["mens"].to_numpy() == 1, 1, 2)
    return np.where(covariates["recency"].to_numpy() <= MONTHS_KEPT, mailing, 0).astype(np.int64)


def hillstrom(data: Path) -> Campaign:
    """The campaign read from the folder `data`. Raises Refused when the file is not the known one."""
    frame = pd.read_parquet(io.BytesIO(read_known(data / FILE, SHA256)))
    treatment = frame["segment"].map({segment: arm for arm, segment in enumerate(SEGMENTS)}).to_numpy(dtype=np.int64)
    arm_costs = (0.0, MAILING_COST, MAILING_COST)
    # "Surburban" is spelled so in the source.
    sites = frame["zip_code"].replace({"Surburban": "Suburban"})
    return Campaign(
        name="hillstrom",
        title=_("E-mail campaign of a shop, 2008"),
        origin=_("Kevin Hillstrom, MineThatData e-mail analytics challenge, 20 March 2008"),
        licence=_("No formal licence: published by its author for a public challenge."),
        arms=("none", "mens", "womens"),
        arm_titles=(_("No e-mail"), _("Men's mailing"), _("Women's mailing")),
        treatment=treatment,
        covariates=frame[COVARIATES].reset_index(drop=True),
        outcome=frame["visit"].to_numpy(dtype=np.float64),
        outcome_title=_("Visit to the shop's site within two weeks"),
        money=frame["spend"].to_numpy(dtype=np.float64),
        cost=np.asarray(arm_costs)[treatment],
        unit_value=VISIT_VALUE,
        arm_costs=arm_costs,
        cost_on_outcome=False,
        money_words=_(
            "Money is what each customer really spent in the two weeks. A visit is worth 6.15 USD, the average "
            "spending per visit of customers who got no e-mail. A mailing is charged 0.05 USD: our assumption, the "
            "data gives none."
        ),
        present_rule=present_rule,
        present_rule_words=_(
            "Stands in for the manual system, which the data does not record: the women's mailing goes to every "
            "customer who bought in the last six months, nothing to the others."
        ),
        sites=sites.to_numpy(dtype=np.str_),
        sites_words=_("Markets are a stand-in: the data is of one country, its three kinds of area play their part."),
        currency="USD",
        caveats=(
            _("One shop in one country, in 2008, two weeks of outcomes: a method is shown here, not a forecast."),
            _("Spending is rare (9 customers in 1,000): even with 64,000 of them, differences in money are uncertain."),
            _(
                "The rule that stands in was chosen by us, after trying several on this data, because it leaves "
                "something to gain. Most of the gain comes from sending the better mailing: a rule that matches the "
                "mailing to what the customer bought does about as well as the models."
            ),
            _("Weeks are dealt at random from people the models never saw: the data itself has no dates."),
        ),
    )
