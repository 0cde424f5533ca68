"""Vibration signals of eleven pumps: the real ESPset when given, else a generator that says it is one."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from django.utils.translation import gettext_lazy as _

from portal.demo.datasets.files import read_known
from portal.errors import Sentence

FILE = "espset_features.parquet"
SHA256 = "1db44922da24ca7cf0aa077cddc9f829281758b00c5f77d1af04663834090452"
NORMAL = "Normal"
FEATURES = ["median(8,13)", "rms(98,102)", "median(98,102)", "peak1x", "peak2x", "a", "b"]
COLUMNS = ["id", "esp_id", "label", *FEATURES]
PUMPS = 11
# Of the generator: typical level of the five amplitudes in in/s, then of a and b, for each state of a pump.
LEVELS: dict[str, tuple[float, ...]] = {
    "Normal": (0.0016, 0.09, 0.0010, 0.06, 0.005, -0.0005, -6.3),
    "Unbalance": (0.0014, 0.32, 0.0027, 0.20, 0.009, -0.0005, -6.3),
    "Faulty sensor": (0.0062, 0.01, 0.0004, 0.004, 0.001, -0.0031, -4.4),
    "Rubbing": (0.0080, 0.09, 0.0011, 0.04, 0.003, -0.0018, -4.4),
    "Misalignment": (0.0020, 0.19, 0.0024, 0.12, 0.035, -0.0008, -6.1),
}
SHARES = (0.80, 0.09, 0.05, 0.05, 0.01)
SIGNALS = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class Pumps:
    """One row of `frame` per vibration signal, with COLUMNS; amplitudes in in/s, `esp_id` 0..10."""

    name: str
    title: Sentence
    origin: Sentence
    licence: Sentence
    simulated: bool
    words: Sentence
    frame: pd.DataFrame
    caveats: tuple[Sentence, ...]


def choose_pumps(data: Path | None, seed: int = 2026) -> Pumps:
    """ESPset when the folder `data` holds it, else simulated pumps. Raises Refused when the file is another."""
    if data is not None and (data / FILE).exists():
        return espset(data)
    return simulated_pumps(seed)


def espset(data: Path) -> Pumps:
    """The real set: 6,032 signals of 11 pumps. Raises Refused when the file is not the known one."""
    frame = pd.read_parquet(io.BytesIO(read_known(data / FILE, SHA256)))[COLUMNS]
    return Pumps(
        name="espset",
        title=_("Vibration tests of submersible pumps"),
        origin=_("Varejão et al. (2024), ESPset, Knowledge-Based Systems 288:111452"),
        licence=_("MIT, © 2021 Lucas Henrique Sousa Mello."),
        simulated=False,
        words=_("Real: 6,032 vibration signals of 11 electrical submersible pumps under test, labelled by experts."),
        frame=frame,
        caveats=(
            _("Only pumps 4 and 9 ever show misalignment: the other pumps teach little of it."),
            _("Models were set up by comparing them on these same pumps: new pumps may do a little worse."),
            _("The data has no dates: weeks are dealt at random within each pump."),
            _("Tests before installation: a diagnosis is shown here, not the remaining life of a pump in its well."),
        ),
    )


def simulated_pumps(seed: int) -> Pumps:
    """Eleven invented pumps of 250 signals, the same for the same seed: log-normal amplitudes around typical levels."""
    draw = np.random.default_rng(seed)
    labels = list(LEVELS)
    frames = []
    for pump in range(PUMPS):
        state = draw.choice(len(labels), size=SIGNALS, p=SHARES)
        levels = np.array([LEVELS[labels[s]] for s in state])
        own = draw.normal(0, 0.25, size=5)
        amplitudes = levels[:, :5] * np.exp(own + draw.normal(0, 0.45, size=(SIGNALS, 5)))
        slopes = levels[:, 5] + draw.normal(0, 0.0005, size=SIGNALS)
        heights = levels[:, 6] + draw.normal(0, 0.6, size=SIGNALS)
        columns = dict(zip(FEATURES, [*amplitudes.T, slopes, heights], strict=True))
        frames.append(pd.DataFrame({"esp_id": pump, "label": [labels[s] for s in state], **columns}))
    frame = pd.concat(frames, ignore_index=True)
    frame.insert(0, "id", np.arange(len(frame)))
    return Pumps(
        name="simulated_pumps",
        title=_("Simulated vibration tests of submersible pumps"),
        origin=_("Drawn by this demo, seed %(seed)d") % {"seed": seed},
        licence=_("None needed: invented."),
        simulated=True,
        words=_("Simulated: no real pump is behind these signals. Give the demo ESPset to see real ones."),
        frame=frame[COLUMNS],
        caveats=(_("Simulated: how well a model does here says nothing of real pumps."),),
    )
