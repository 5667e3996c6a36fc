"""Make the README's picture: who paid when the county council raised its threshold for social care.

Run it from anywhere: ``python docs/pictures/make.py``. It takes about two minutes and writes who-paid.png beside
itself; the same version always draws the same picture.
"""

from __future__ import annotations

from pathlib import Path

import demandsim as ds
from demandsim.analysis.charts import who_paid
from demandsim.analysis.drawing import png
from demandsim.analysis.words import who

RESIDENTS, YEARS, SEEDS = 20_000, 5, 3
NOTE = (
    f"Essex County Council raises its threshold for adult social care; {RESIDENTS:,} simulated residents stand for "
    f"1.5 million, {YEARS} years, {SEEDS} pairs. Indicative only: too few residents and pairs for sums to be quoted."
)


def main() -> None:
    """Compare, draw and write."""
    essex = ds.read_scenario("essex").replace(residents=RESIDENTS, weeks=52 * YEARS)
    pair = ds.compare(essex, ds.read_policy("council-raises-threshold"), seeds=SEEDS)
    frame = pair.shunt(view="cash", by="sector")
    names = {name: who(name, essex) for name in frame["sector"]}
    figure = who_paid(frame, names, pounds=False, note=NOTE)
    Path(__file__).with_name("who-paid.png").write_bytes(png(figure, dpi=144))


if __name__ == "__main__":
    main()
