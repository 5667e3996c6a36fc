"""Pairs over seeds: which seeds, on how many threads, what Ctrl-C leaves, and one baseline for all arms."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from tests.unit.simulation.scenes import policy

from demandsim.analysis.comparison import Comparison
from demandsim.errors import PolicyError, RunError
from demandsim.experiment import compare as module
from demandsim.experiment.compare import compare, compare_each, seed_list
from demandsim.experiment.run import run
from demandsim.scenario.policy import Policy
from demandsim.scenario.schema import Scenario

HIGHER = policy({"set": {"services.general_practice.threshold": 3}}, name="higher")
SHUT = policy({"from_week": 2, "close": "housing_options"}, name="shut")
BOTH = HIGHER.model_copy(
    update={
        "name": "both",
        "includes": ("higher", "shut"),
        "change": HIGHER.change + SHUT.change,
        "parts": (HIGHER, SHUT),
    }
)


@pytest.fixture(scope="module")
def town(small_town: Scenario) -> Scenario:
    """Five hundred people of the small town, for eight weeks."""
    return small_town.replace(residents=500, weeks=8)


def digests(comparison: Comparison) -> list[tuple[int, str, str]]:
    """Seed and both arms' digests of each pair, in order."""
    return [(p.baseline.seed, p.baseline.digest, p.policy.digest) for p in comparison.pairs]


def test_a_number_of_seeds_is_that_many_from_one() -> None:
    assert seed_list(3) == (1, 2, 3)
    assert seed_list([7, 0, 12]) == (7, 0, 12)
    assert seed_list(range(4, 6)) == (4, 5)


@pytest.mark.parametrize(
    "seeds", [0, -1, 100_001, True, "12", b"12", 2.0, None, {1, 2}, [], [1, 1], [1.0], [True], ["1"], [-1]]
)
def test_seeds_that_are_none_twice_or_not_whole_are_refused(seeds: Any) -> None:
    with pytest.raises(RunError, match="seed"):
        seed_list(seeds)


def test_names_of_files_and_one_policy_twice_are_refused(town: Scenario) -> None:
    with pytest.raises(RunError, match=r"^scenario: given 'small-town'; a Scenario"):
        compare("small-town", HIGHER, seeds=1)  # type: ignore[arg-type]
    with pytest.raises(
        RunError, match=r"^policy: given 'shut'; a Policy from read_policy, or a list of them"
    ):
        compare(town, "shut", seeds=1)  # type: ignore[arg-type]
    with pytest.raises(RunError, match=r"^policy: given 'shut'"):
        compare_each(town, (("shut",),), seeds=1)  # type: ignore[arg-type]
    for twice in ([HIGHER, HIGHER], [BOTH, SHUT]):
        with pytest.raises(PolicyError, match=f"^{twice[1].name}: is given twice; give it once$"):
            compare(town, twice, seeds=1)


def test_pairs_are_the_two_runs_of_each_seed_in_the_order_asked(town: Scenario) -> None:
    pairs = digests(compare(town, HIGHER, seeds=[4, 2], threads=1))
    expected = [(s, run(town, seed=s).digest, run(town, seed=s, policies=[HIGHER]).digest) for s in (4, 2)]
    assert pairs == expected


def test_threads_give_equal_digests(town: Scenario) -> None:
    one, two, three = (digests(compare(town, HIGHER, seeds=3, threads=n)) for n in (1, 2, 3))
    assert one == two == three
    assert all(base != arm for _, base, arm in one)


def test_one_settled_state_and_one_baseline_a_seed_serve_every_arm(
    town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled, ran, starts = [], [], []
    settle, run_ = module.settle, module.run

    def counted_settle(scenario: Scenario, *, seed: int, threads: int) -> Any:
        settled.append(seed)
        return settle(scenario, seed=seed, threads=threads)

    def counted_run(scenario: Scenario, *, policies: Sequence[Policy], **rest: Any) -> Any:
        ran.append((rest["seed"], tuple(p.name for p in policies)))
        starts.append(rest.get("start"))
        return run_(scenario, policies=policies, **rest)

    monkeypatch.setattr(module, "settle", counted_settle)
    monkeypatch.setattr(module, "run", counted_run)
    first, second, again = compare_each(town, [(HIGHER,), (BOTH,), (HIGHER,)], seeds=2, threads=1)
    assert settled == [1, 2]
    arms = [(), ("higher",), ("both",), ("shut",)]
    assert ran == [(seed, arm) for seed in (1, 2) for arm in arms]
    assert starts == [starts[0]] * 4 + [starts[4]] * 4
    assert (starts[0].key, starts[4].key) == (1, 2)
    for pair, other in zip(first.pairs, second.pairs, strict=True):
        assert pair.baseline is other.baseline
        assert pair.policy is not other.policy
    assert digests(first) == digests(again)
    assert [part.policies for part in second.parts] == [(HIGHER,), (SHUT,)]
    assert digests(second.parts[0]) == digests(first)


def test_several_policies_made_together_are_one_arm_without_parts(town: Scenario) -> None:
    together = compare(town, [HIGHER, SHUT], seeds=1, threads=1)
    assert together.policies == (HIGHER, SHUT)
    assert together.parts == ()
    assert digests(together)[0][2] == run(town, seed=1, policies=[HIGHER, SHUT]).digest


def test_progress_is_told_after_every_run(town: Scenario) -> None:
    told: list[tuple[int, int]] = []
    compare(town, HIGHER, seeds=3, threads=2, progress=lambda done, total: told.append((done, total)))
    assert told == [(done, 6) for done in range(1, 7)]


def interrupted_at(run_number: int) -> Callable[[int, int], None]:
    """Ctrl-C as a run finishes."""

    def progress(done: int, total: int) -> None:
        if done == run_number:
            raise KeyboardInterrupt

    return progress


def test_ctrl_c_keeps_the_pairs_that_are_finished(town: Scenario) -> None:
    """On one thread the third run belongs to the second seed: the first seed's pair is whole."""
    kept = compare(town, HIGHER, seeds=4, threads=1, progress=interrupted_at(3))
    assert digests(kept) == digests(compare(town, HIGHER, seeds=1, threads=1))


def test_ctrl_c_in_the_main_thread_stops_what_has_not_begun(
    town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes to whoever waits for the pairs, once one has been given."""
    started: list[int] = []
    settle, as_completed = module.settle, module.as_completed

    def counted_settle(scenario: Scenario, *, seed: int, threads: int) -> Any:
        started.append(seed)
        return settle(scenario, seed=seed, threads=threads)

    def struck(futures: Any) -> Any:
        for number, future in enumerate(as_completed(futures)):
            if number == 1:
                raise KeyboardInterrupt
            yield future

    monkeypatch.setattr(module, "settle", counted_settle)
    monkeypatch.setattr(module, "as_completed", struck)
    kept = compare(town, HIGHER, seeds=40, threads=1)
    assert [seed for seed, _, _ in digests(kept)] == [1]
    assert len(started) < 10


def test_ctrl_c_before_any_pair_is_finished_is_ctrl_c(town: Scenario) -> None:
    with pytest.raises(KeyboardInterrupt):
        compare(town, HIGHER, seeds=3, threads=1, progress=interrupted_at(1))


def test_an_error_in_a_run_is_not_kept_quiet(town: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(scenario: Scenario, **rest: Any) -> Any:
        raise RunError("broken")

    monkeypatch.setattr(module, "run", broken)
    with pytest.raises(RunError, match="broken"):
        compare(town, HIGHER, seeds=3, threads=2)


def test_a_policy_that_cannot_be_run_is_refused_before_anything_runs(
    town: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "settle", None)
    with pytest.raises(PolicyError):
        compare(town, policy({"close": "no_such_service"}), seeds=2)
