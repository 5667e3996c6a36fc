"""The columns of residents and homes: each declared once, with its type, axes and meaning."""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple, get_type_hints

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Column(NamedTuple):
    """What a column holds: its type, its axes in words, what it means, and the value it starts with."""

    dtype: Any
    axes: str
    meaning: str
    start: int = 0


NEVER = -30_000
"""A week long before any run: never yet."""
NOT_YET, HERE, DEAD, LEFT = 0, 1, 2, 3
UNSERVED, WAITING, OPEN = 0, 1, 2


class Residents(NamedTuple):
    """Everyone who is, was or will be in the place: one row each, one array a column."""

    identity: Annotated[
        Array, Column(np.int32, "resident", "number for life, the address of all this resident's luck")
    ]
    arrives_week: Annotated[
        Array,
        Column(np.int16, "resident", "week of birth here or moving in; residents of week 0: never", NEVER),
    ]
    presence: Annotated[Array, Column(np.uint8, "resident", "0 not yet here, 1 here, 2 dead, 3 left")]
    born_week: Annotated[Array, Column(np.int16, "resident", "week of birth, week 0 is the first recorded")]
    sex: Annotated[Array, Column(np.uint8, "resident", "0 female, 1 male")]
    decile: Annotated[Array, Column(np.uint8, "resident", "1 most deprived to 10 least, IMD 2019")]
    district: Annotated[
        Array, Column(np.uint8, "resident", "number of the district in the place file, from 0")
    ]
    cell: Annotated[
        Array, Column(np.uint8, "resident", "(age band x 2 + sex) x 10 + decile - 1, kept up by live")
    ]
    household: Annotated[Array, Column(np.int32, "resident", "number of the home lived in")]
    next_in_home: Annotated[
        Array,
        Column(
            np.int32,
            "resident",
            "row of the next member of the same home, -1 last; of the resident a newcomer is like, until it moves in",
            -1,
        ),
    ]
    role: Annotated[
        Array, Column(np.uint8, "resident", "0 adult (the home's reference person), 1 partner, 2 child")
    ]
    tenure: Annotated[Array, Column(np.uint8, "resident", "0 owned, 1 social rented, 2 private rented")]
    benefit: Annotated[Array, Column(np.uint8, "resident", "1 where the household claims housing benefit")]
    grade: Annotated[
        Array, Column(np.uint8, "resident", "vulnerability grade, 0 to 63; its multiplier is in the rules")
    ]
    support: Annotated[Array, Column(np.uint16, "resident", "community support, 65,536ths")]
    bad_spell: Annotated[Array, Column(np.uint8, "resident", "1 in a bad spell")]
    place: Annotated[
        Array, Column(np.uint8, "resident", "place of stay this week, 0 home; numbered as PLACES")
    ]
    stay_service: Annotated[
        Array, Column(np.int8, "resident", "service that pays for the stay, -1 at home", -1)
    ]
    stay_need: Annotated[
        Array, Column(np.int8, "resident", "need the stay is for, -1 background or none", -1)
    ]
    stay_since: Annotated[Array, Column(np.int16, "resident", "week the stay began", NEVER)]
    ready_since: Annotated[
        Array, Column(np.int16, "resident", "week the resident was ready to leave, never if not", NEVER)
    ]
    wants_stay: Annotated[
        Array, Column(np.int8, "resident", "stay an emergency asked for this week, -1 none", -1)
    ]
    wants_need: Annotated[Array, Column(np.int8, "resident", "need it asked for, -1 background", -1)]
    wants_cause: Annotated[Array, Column(np.uint8, "resident", "1 + agency the emergency is due to, 0 none")]
    stay_cause: Annotated[Array, Column(np.uint8, "resident", "1 + agency the stay is due to, 0 none")]
    back_to: Annotated[
        Array, Column(np.int8, "resident", "stay to return to after hospital or ward, -1 home", -1)
    ]
    back_need: Annotated[Array, Column(np.int8, "resident", "need of the stay to return to, -1 none", -1)]
    back_cause: Annotated[Array, Column(np.uint8, "resident", "1 + agency that stay is due to, 0 none")]
    awaits: Annotated[
        Array, Column(np.int8, "resident", "service the resident is ready for and waits for, -1 none", -1)
    ]
    member: Annotated[
        Array, Column(np.int64, "resident", "a bit for each fixed group the resident was frozen into")
    ]
    severity: Annotated[Array, Column(np.uint8, "resident need", "0 none to 4 crisis")]
    status: Annotated[Array, Column(np.uint8, "resident need", "0 unserved, 1 waiting, 2 open")]
    service: Annotated[Array, Column(np.int8, "resident need", "service waited for or open, -1 none", -1)]
    since: Annotated[Array, Column(np.int16, "resident need", "week it joined the queue or opened", NEVER)]
    opened_at: Annotated[Array, Column(np.uint8, "resident need", "severity when the episode opened")]
    unmet: Annotated[Array, Column(np.int16, "resident need", "weeks unmet in a row")]
    cause: Annotated[
        Array, Column(np.uint8, "resident need", "1 + agency that first turned the need away, 0 none")
    ]
    worse_cause: Annotated[
        Array, Column(np.uint8, "resident need", "1 + agency a worsening is due to, 0 none")
    ]
    seen: Annotated[Array, Column(np.uint8, "resident need", "a bit for each sector that has seen the need")]
    hand_off: Annotated[
        Array,
        Column(np.int8, "resident need", "service the need was handed to, arriving next week, -1 none", -1),
    ]
    told: Annotated[
        Array, Column(np.uint8, "resident need", "1 where the hand-off under way carries the history")
    ]
    helped_until: Annotated[Array, Column(np.int16, "resident need", "last week of lowered hazards", NEVER)]
    last_contact: Annotated[
        Array,
        Column(np.int16, "resident remembered", "last week of contact with a remembered service", NEVER),
    ]
    offered: Annotated[Array, Column(np.int16, "resident programme", "last week an offer was made", NEVER)]
    reached: Annotated[
        Array, Column(np.int16, "resident programme", "last week the programme reached the resident", NEVER)
    ]


class Homes(NamedTuple):
    """Homes: one row each; a grown child who leaves takes the home numbered ``reserved + row``."""

    first: Annotated[Array, Column(np.int32, "home", "row of the first member, -1 empty", -1)]
    district: Annotated[Array, Column(np.uint8, "home", "district of the home")]


def declared(table: type[Any]) -> dict[str, Column]:
    """Return the declaration of each column of ``Residents`` or ``Homes``, in order."""
    hints = get_type_hints(table, include_extras=True)
    return {name: hints[name].__metadata__[0] for name in table._fields}


def empty(table: type[Any], **lengths: int) -> Any:
    """Make every array of a table, C-ordered and writable, each filled with its starting value.

    Parameters
    ----------
    table
        ``Residents`` or ``Homes``.
    lengths
        How long each axis named in the declarations is, such as ``resident=1000, need=8``.
    """
    return table(
        *(
            np.full(tuple(lengths[axis] for axis in column.axes.split()), column.start, dtype=column.dtype)
            for column in declared(table).values()
        )
    )
