"""Make the README's picture: who paid when the police narrowed their remit, in a small comparison of Essex.

``python docs/pictures/make.py`` writes who-paid.png beside itself. It takes about a minute once the kernels are
compiled, and the same version always draws the same picture.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import demandsim as ds
from demandsim.analysis.charts import who_paid
from demandsim.analysis.drawing import INK, SOFT, png
from demandsim.analysis.findings import LAST, clear
from demandsim.analysis.words import ROW_TITLES

POLICY = "police-narrows-remit"
RESIDENTS, YEARS, PAIRS = 20_000, 5, 20
LEAST = 30_000
"""Pounds a year: payers whose whole interval is nearer to zero than this are left out; the note says so."""

TITLE = "The police pay less; district councils and the mental-health trust pay more"
MORE, LESS = ("district_councils", "mental_health_trust"), ("police",)
NAMES = {
    "county_council": "County council",
    "district_councils": "District councils",
    "mental_health_trust": "Mental-health trust",
    "acute_trusts": "Acute hospitals",
    "police": "Police",
    "courts_and_prison": "Courts, prison, probation",
    "dwp": "Benefits and jobcentres",
    **ROW_TITLES,
}
MARK = f"Indicative only, at {RESIDENTS:,} simulated residents"
NOTE = (
    f"Essex, {YEARS} years, {PAIRS} pairs: the police pass on about half of the calls about somebody's welfare that "
    f"officers went to. Payers whose interval lies within £{LEAST:,} of zero are left out. The model is not "
    "calibrated yet, and where this demand really lands has not been measured anywhere."
)


def main() -> None:
    """Compare, draw and write."""
    essex = ds.read_scenario("essex").replace(residents=RESIDENTS, weeks=52 * YEARS)
    frame = ds.compare(essex, ds.read_policy(POLICY), seeds=PAIRS).shunt(view="cash", by="payer")
    check(frame)
    far = frame[["low", "high"]].abs().max(axis=1) >= LEAST
    shown = frame[far | frame["payer"].isin(LAST)]
    figure = who_paid(shown, NAMES, pounds=False, note=NOTE)
    figure.suptitle(TITLE, x=0.012, ha="left", fontsize=13.5, fontweight="bold", color=INK)
    figure.axes[0].set_title(MARK, loc="left", fontsize=10.5, color=SOFT)
    Path(__file__).with_name("who-paid.png").write_bytes(png(figure, dpi=144))


def check(frame: pd.DataFrame) -> None:
    """Refuse to draw what the title does not say."""
    rows = frame.set_index("payer")
    for names, way in ((MORE, 1), (LESS, -1)):
        for name in names:
            if not clear(rows.loc[name]) or rows.loc[name, "mean"] * way < 0:
                raise SystemExit(f"{name} moves otherwise than the title says: {rows.loc[name].to_dict()}")


if __name__ == "__main__":
    main()
