"""The rules the kernels run by: whole-number tables worked out from a scenario, one array a column."""

from __future__ import annotations

from typing import Any, NamedTuple

from numpy.typing import NDArray

Array = NDArray[Any]

MOST_FACTOR = 8
"""Pushes, household and community support together multiply a hazard by at most this."""

MOST_DEATH = 16_384
"""All needs together multiply the death rate by at most this."""

CONTACT, EPISODE, STAY, EMERGENCY, OUTREACH = range(5)
MODES = ("contact", "episode", "stay", "emergency", "outreach")


class NeedRules(NamedTuple):
    """How needs start, change, seek help and do harm. Axes: need, cell (age band, sex, decile), status, level."""

    start: Array  # int64 [cell, need], weekly chance in 2^-32; 0 outside the need's ages
    block_most: Array  # int64 [block of four needs, 2, cell], bound on any start without needs of one's own, with some
    start_most: Array  # int64 [cell, need], bound on a start whatever pushes
    worsen_most: Array  # int64 [need, 5], bound on worsening, by severity; 0 where there is no such step
    ease_most: Array  # int64 [need, 5], bound on easing
    change_most: Array  # int64 [need, 5], bound on any change, whoever it is
    first_week: Array  # int32 [need], least age in weeks at which the need can be held
    last_week: Array  # int32 [need], age in weeks from which it can no longer be held
    worsen: Array  # int64 [need, 3], 2^-32
    ease: Array  # int64 [need, 4], 2^-32
    served_worsen: Array  # int64 [need], 65,536ths
    served_ease: Array  # int64 [need]
    helped_start: Array  # int64 [need]
    helped_worsen: Array  # int64 [need]
    support_cut: Array  # int64 [need], cut at full support, 65,536ths
    push: Array  # int64 [need pushed, need pushing], slope a severity, 65,536ths
    held: Array  # int8 [need], column of Homes.push for needs pushed by the household, -1 none
    home_push: Array  # int64 [held, need pushing], slope a severity
    approach: Array  # int64 [need, status, 3], 2^-32
    approach_most: (
        Array  # int64 [need, status, 5], own approaches and others' referrals by severity; 0 at 0 and 4
    )
    emergency: Array  # int64 [need, status, 2]
    emergency_most: Array  # int64 [need, status, 5], the same by severity, 0 below 3
    ordinary_first: Array  # int64 [need + 1], first row of ordinary use of each need
    ordinary_service: Array  # int8 [row]
    ordinary_rate: Array  # int64 [row, 4]
    ordinary_most: Array  # int64 [need, 5], over all services, by severity
    ordinary_open: Array  # int64 [need], factor while open, 65,536ths
    refer_first: Array  # int64 [need + 1], first row of other agencies' referrals
    refer_group: Array  # int16 [row]
    refer_to: Array  # int8 [row]
    refer_rate: Array  # int64 [row, 3]
    driver_first: Array  # int64 [need + 1], first row of what moved drivers add
    driver_group: Array  # int16 [row], the step's group
    driver_for: Array  # int16 [row], the group the driver was moved for
    driver_adds: Array  # int64 [row], added to the weekly chance of starting, 2^-32, may be below zero
    death: Array  # int64 [need, 5], factor on the death rate
    death_most: Array  # int64 [65], the most that factors come to whose severities add up to so much
    health: Array  # int64 [need, 5], share of health kept, 65,536ths
    unpaid_from: Array  # uint8 [need], severity from which families care unpaid at home; 5 never


class Routes(NamedTuple):
    """Where approaches and emergencies go. Kind 0 approach, 1 emergency."""

    first: Array  # int64 [2, need + 1], first route
    group: Array  # int16 [route]
    share_first: Array  # int64 [route + 1]
    service: Array  # int8 [share]
    upto: Array  # int64 [share], cumulated shares in 2^-32


class Doors(NamedTuple):
    """Services as doors. Axes: service, kind (of contact, over all services), need."""

    agency: Array  # int8 [service]
    sector_bit: Array  # uint8 [service]
    mode: Array  # int8 [service]
    place: Array  # uint8 [service], of a stay
    closed: Array  # uint8 [service]
    known_to: (
        Array  # int16 [service], group to whom it has ever been opened, -1 nobody: nobody else is sent there
    )
    open_to: Array  # int16 [service], group
    closed_to: Array  # int16 [service], group or -1
    remit: Array  # int16 [service], group
    takes: Array  # uint8 [service, need], 1 where the need is within the remit
    threshold: Array  # uint8 [service]
    main_kind: Array  # int16 [service], kind posted at a contact, week of episode or week of stay
    assessment: Array  # int16 [service], -1 none
    admission: Array  # int16 [service], -1 none
    kind_service: Array  # int8 [kind]
    kind_minutes: Array  # int64 [kind]
    largest: Array  # int64 [service], minutes of its longest kind
    capacity: Array  # int64 [service], thousandths of a minute (or of a bed) for 1,000 residents, -1 no limit
    grows: Array  # uint8 [service]
    helps: Array  # int64 [service, need], strength, 65,536ths
    weeks: Array  # int16 [service]
    ends_below: Array  # uint8 [service]
    package: Array  # int64 [service], 65,536ths
    helped_weeks: Array  # int16 [service]
    standard: Array  # int16 [service]
    gives_up: Array  # int64 [service], 2^-32
    hand_on: Array  # int8 [service, need], -1 none
    loss: Array  # int64 [service], 2^-32
    tells: Array  # int64 [service], chance that a hand-off carries the history
    finds: Array  # int64 [service], chance that an opening finds another need
    settles: Array  # int64 [service], chance that discretion settles what is outside the remit
    settled_weeks: Array  # int16 [service]
    ready: Array  # int64 [service], weekly chance of being ready to leave a stay
    whole: Array  # uint8 [service], 1 where the whole household comes along
    refer_first: Array  # int64 [service + 1]
    refer_need: Array  # int8 [row]
    refer_low: Array  # uint8 [row]
    refer_high: Array  # uint8 [row]
    refer_to: Array  # int8 [row]
    refer_share: Array  # int64 [row]
    refer_group: Array  # int16 [row]
    await_first: Array  # int64 [service + 1]
    await_need: Array  # int8 [row]
    await_low: Array  # uint8 [row]
    await_high: Array  # uint8 [row]
    await_service: Array  # int8 [row]
    await_share: Array  # int64 [row]
    outcome_first: Array  # int64 [service, need + 2], column 0 background, then each need; last closes
    outcome_last: Array  # int64 [service, need + 1]
    outcome_kind: Array  # int16 [row]
    outcome_upto: Array  # int64 [row, severity], cumulated shares
    outcome_next: Array  # int8 [row]
    outcome_refer: Array  # int8 [row]
    remembered: Array  # int8 [service], column of last_contact, -1 none


class Background(NamedTuple):
    """Ordinary demand, a row each service that has it."""

    service: Array  # int8 [row]
    rate: Array  # int64 [cell, row]; rows are filled up to a multiple of four with rates of nought
    power: Array  # int64 [grade, row], factor of vulnerability, 65,536ths
    spell: Array  # int64 [2, row], factor out of and in a bad spell
    rate_most: Array  # int64 [block of four rows, 2, cell], bound on their rates out of and in a bad spell
    power_most: Array  # int64 [block of four rows, grade], bound on their factors


class Programmes(NamedTuple):
    """Offers of early help, a row each."""

    service: Array  # int8 [programme]
    group: Array  # int16 [programme]
    take_up: Array  # int64 [programme]
    again: Array  # int16 [programme]
    ease: Array  # int64 [programme, need]
    helped: Array  # int16 [programme, need]
    find: Array  # int64 [programme, need]
    refer_to: Array  # int8 [programme, need]
    steps: Array  # uint8 [programme]
    offer_kind: Array  # int16 [programme]
    reached_kind: Array  # int16 [programme]


class Groups(NamedTuple):
    """Groups, a row each; row 0 is everyone."""

    youngest: Array  # int32 [group], age in weeks
    oldest: Array  # int32 [group], first age in weeks that is too old
    sexes: Array  # uint8 [group], a bit each
    quintiles: Array  # uint8 [group]
    districts: Array  # int64 [group]
    tenures: Array  # uint8 [group]
    roles: Array  # uint8 [group]
    places: Array  # uint16 [group]
    asks_needs: Array  # uint8 [group], 1 where any need is asked about
    need_low: Array  # uint8 [group, need]
    need_high: Array  # uint8 [group, need]
    contact: Array  # int8 [group], column of last_contact, -1 none
    contact_weeks: Array  # int16 [group]
    share: Array  # int64 [group], 2^-32, -1 everyone
    share_item: Array  # int64 [group], 16-bit hash of the name the share is drawn by
    bit: Array  # int8 [group], bit of Residents.member that holds a frozen membership, -1 rolling
    sees: Array  # uint8 [group], sectors whose records count; 0 asks the need itself


class Life(NamedTuple):
    """Birth to death, homes and bad spells."""

    death: Array  # int64 [age in years, sex, decile - 1]
    grade: Array  # int64 [grade], vulnerability, 65,536ths
    together: Array  # uint8 [place], 1 where a whole household is housed together
    numbers: Array  # int64: leave_home, moves_out, spell_start, spell_end, support_added (65,536ths)


class Rules(NamedTuple):
    """Every rule the kernels read."""

    needs: NeedRules
    routes: Routes
    doors: Doors
    background: Background
    programmes: Programmes
    groups: Groups
    life: Life
