"""A season of forty nights: who ends with a place under which rules, when people answer as people do.

Everything here is assumption, said in `ASSUMPTIONS`; figures compare policies with each other and predict nothing. The
engine never sees the network; only the organisations' answers lean on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import mean

import numpy as np

from matchmaking.bench import peers
from matchmaking.bench.peers import Work
from matchmaking.engine import allocate, candidates, instances, order
from matchmaking.engine.geo import F64, I64
from matchmaking.engine.types import POLICY_V2, Exclusions, Pairs, Policy, Students

NIGHTS = 40
ASSUMPTIONS = (
    "10,000 students, 4,000 vacancies, about 5,200 supervised places of the synthetic generator; nobody was refused before.",
    "Every student has a network, a number from 0 to 1 that nothing else depends on; quarters of it are compared.",
    "A proposal stays open 3 to 6 nights. The student says yes with chance 0.20 + 0.50 x score / 1000.",
    "The organisation says yes with chance 0.05 + 0.45 x score / 1000 + 0.20 x (network - 0.5): it leans towards who it knows.",
    "What a student and an organisation would say about each other is the same under every policy (common random numbers).",
    "A 'no' of the student uses a turn; a 'no' of the organisation is a refusal; the pair is not proposed again.",
    "Own search: every fifth night a student applies to the next on his list that has room, at most 5 open at once.",
    "There an organisation answers after 3 to 6 nights, looks at the best network first (9 parts, 1 part luck), and leans four times as much.",
)
YES_STUDENT, YES_STUDENT_SCORE = 0.20, 0.50
YES_HOST, YES_HOST_SCORE, LEAN = 0.05, 0.45, 0.20
NETWORK_PART, OWN_LEAN = 0.9, 4.0


@dataclass(frozen=True)
class Rules:
    """A policy in the simulation: how a night divides."""

    name: str
    policy: Policy = field(default_factory=Policy)
    method: str = "division"
    """division (deferred acceptance), flow (most, then points) or own (no platform: everybody searches)."""
    whole_score: bool = False
    """Fit band from the whole score, wishes included, instead of from facts."""
    one_band: bool = False
    """No fit bands at all: only the order of the students counts."""
    lean: float = 1.0
    """How much of the organisations' leaning is left, e.g. when they answer without seeing a name."""


@dataclass(frozen=True)
class Season:
    """How a season ended. Percentages of all students; `never` had no proposal and no place."""

    placed: float
    weakest: float
    strongest: float
    refused_p95: int
    refused_most: int
    refused_over_four: int
    never: int
    handed_over: int
    proposals_per_place: float

    @property
    def gap(self) -> float:
        """Points between the strongest and the weakest quarter."""
        return self.strongest - self.weakest

    @property
    def goals(self) -> tuple[bool, bool, bool, bool]:
        """Placed at least 42 %, a gap of at most 8 points, at most 700 without a proposal, nobody over 4 refusals."""
        return self.placed >= 42, self.gap <= 8, self.never <= 700, self.refused_most <= 4


@dataclass(frozen=True, eq=False)
class Town:
    """The people and places of one seed, with what each pair would say."""

    x: instances.Instance
    pairs: Pairs
    student: I64
    network: F64
    yes_student: np.ndarray
    luck_host: F64
    order_luck: F64
    answer_after: I64
    other_bands: dict[tuple[int, int], np.ndarray] = field(default_factory=dict)


def town(seed: int, students: int = 10_000, vacancies: int = 4_000) -> Town:
    """Make the people and places of a seed."""
    x = instances.generate(students, vacancies, seed)
    rng = np.random.default_rng(seed + 1_000)
    nothing = np.zeros(students, np.int64)
    columns = dict(x.students.columns()) | {
        "rejections": nothing,
        "turns": nothing,
        "weeks": rng.integers(0, 8, students),
    }
    x = replace(x, students=Students.of(**columns), exclusions=Exclusions.none(students))
    pairs = candidates.find(x.students, x.vacancies, None, x.policy, x.today)
    score = pairs.score / 1000
    return Town(
        x=x,
        pairs=pairs,
        student=pairs.student(),
        network=rng.permutation(students) / max(1, students - 1),
        yes_student=rng.random(len(pairs)) < YES_STUDENT + YES_STUDENT_SCORE * score,
        luck_host=rng.random(len(pairs)),
        order_luck=rng.random(len(pairs)),
        answer_after=rng.integers(3, 7, len(pairs)),
    )


def yes_host(t: Town, pair: I64, lean: float) -> np.ndarray:
    """Whether the organisation would say yes to each pair."""
    chance = YES_HOST + YES_HOST_SCORE * t.pairs.score[pair] / 1000 + lean * LEAN * (t.network[t.student[pair]] - 0.5)
    said: np.ndarray = t.luck_host[pair] < chance
    return said


@dataclass(eq=False)
class State:
    """What changes in a season; who is `away` gets no proposal that night."""

    placed: I64
    rejections: I64
    turns: I64
    out: np.ndarray
    cap: I64
    pool_cap: I64
    open_pair: I64
    open_until: I64
    away: np.ndarray
    proposals: int = 0

    @classmethod
    def start(cls, t: Town) -> State:
        n = t.x.students.n
        nothing = np.zeros(n, np.int64)
        return cls(
            placed=np.full(n, -1), rejections=nothing.copy(), turns=nothing.copy(), out=np.zeros(len(t.pairs), np.bool_),
            cap=t.x.vacancies.cap.astype(np.int64), pool_cap=t.x.pools.cap.astype(np.int64),
            open_pair=np.full(n, -1), open_until=nothing.copy(), away=np.zeros(n, np.bool_),
        )  # fmt: skip

    def take(self, t: Town, pair: I64, change: int) -> None:
        """Use (-1) or give back (1) the place and supervision of these pairs."""
        vacancy = t.pairs.vacancy[pair].astype(np.int64)
        np.add.at(self.cap, vacancy, change)
        np.add.at(self.pool_cap, t.x.vacancies.pool[vacancy], change)


def play(t: Town, rules: Rules, nights: int = NIGHTS) -> Season:
    """Play a season; the same town and rules give the same season."""
    state = State.start(t)
    if rules.method == "own":
        _own_search(t, state, nights)
    else:
        for night in range(nights):
            _answers(t, state, rules, night)
            _propose(t, state, rules, night)
        for night in range(nights, nights + 7):
            _answers(t, state, rules, night)
    return _end(t, state, rules)


def live(t: Town, rules: Rules, nights: int, prepare: Callable[[State, int], None]) -> Iterator[State]:
    """Play night by night, for whoever wants to change something on the way; the same state each time.

    `prepare` gets the state before every night: who is away, which places were added.
    """
    state = State.start(t)
    for night in range(nights):
        prepare(state, night)
        _answers(t, state, rules, night)
        _propose(t, state, rules, night)
        yield state


def _answers(t: Town, state: State, rules: Rules, night: int) -> None:
    due = np.flatnonzero((state.open_pair >= 0) & (state.open_until <= night))
    pair = state.open_pair[due]
    wanted, taken = t.yes_student[pair], yes_host(t, pair, rules.lean)
    both = wanted & taken
    state.placed[due[both]] = t.pairs.vacancy[pair[both]]
    refused = wanted & ~taken
    state.rejections[due[refused]] += 1
    state.take(t, pair[~both], 1)
    state.out[pair[~both]] = True
    state.open_pair[due] = -1


def _propose(t: Town, state: State, rules: Rules, night: int) -> None:
    policy = rules.policy
    free = (state.placed < 0) & (state.open_pair < 0) & ~state.away
    if policy.hand_over:
        free &= state.rejections < policy.hand_over  # as the engine does by `order.handed_over`
    use = free[t.student] & ~state.out & (state.cap[t.pairs.vacancy] > 0)
    kept = np.flatnonzero(use)
    counts = np.bincount(t.student[kept], minlength=t.x.students.n)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    band = _bands(t, policy)[kept]
    if rules.one_band:
        band = np.zeros(len(kept), np.uint8)
    elif rules.whole_score:
        score = t.pairs.score[kept]
        band = ((score < 750).astype(np.uint8) + (score < 600)).astype(np.uint8)
    pairs = Pairs(offsets, t.pairs.vacancy[kept], band, t.pairs.score[kept])
    columns = dict(t.x.students.columns())
    weeks = columns["weeks"] + night // 7
    students = Students.of(**(columns | {"rejections": state.rejections, "turns": state.turns, "weeks": weeks}))
    room = (state.cap, t.x.vacancies.pool, state.pool_cap)
    if rules.method == "flow":
        match = peers.min_cost_flow(
            Work(pairs, np.zeros(len(pairs), np.int64), state.cap, t.x.vacancies.pool.astype(np.int64), state.pool_cap)
        )
    else:
        rank = order.rank(students, policy, "season")
        match = allocate.deferred_acceptance(pairs, rank, order.hard_cases(students, policy), *room).pair
    got = np.flatnonzero(match >= 0)
    chosen = kept[match[got]]
    state.open_pair[got] = chosen
    state.open_until[got] = night + t.answer_after[chosen]
    state.turns[got] += 1
    state.proposals += len(got)
    state.take(t, chosen, -1)


def _bands(t: Town, policy: Policy) -> np.ndarray:
    """The fit band of every pair under this policy; the order of the lists does not depend on it."""
    if (policy.band_good, policy.band_fair) == (t.x.policy.band_good, t.x.policy.band_fair):
        return t.pairs.band
    key = (policy.band_good, policy.band_fair)
    if key not in t.other_bands:
        t.other_bands[key] = candidates.find(t.x.students, t.x.vacancies, None, policy, t.x.today).band
    return t.other_bands[key]


def _own_search(t: Town, state: State, nights: int) -> None:
    """Everybody applies by himself and organisations take who they know best."""
    n = t.x.students.n
    at = t.pairs.offsets[:-1].copy()
    end = t.pairs.offsets[1:]
    waiting = np.zeros(0, np.int64)
    until = np.zeros(0, np.int64)
    pool = t.x.vacancies.pool
    for night in range(nights + 7):
        if night < nights and night % 5 == 0:
            busy = np.bincount(t.student[waiting], minlength=n)
            asking = np.flatnonzero((state.placed < 0) & (busy < 5) & (at < end))
            # The next on the list that still has room, looking at most ten places ahead.
            for _ in range(10):
                full = np.zeros(len(asking), np.bool_)
                vacancy = t.pairs.vacancy[at[asking]]
                full = (state.cap[vacancy] <= 0) | (state.pool_cap[pool[vacancy]] <= 0)
                at[asking[full]] += 1
                asking = asking[at[asking] < end[asking]]
                if not full.any():
                    break
            sent = at[asking]
            at[asking] += 1
            waiting = np.concatenate((waiting, sent))
            until = np.concatenate((until, night + t.answer_after[sent]))
            state.turns[t.student[sent]] += 1
            state.proposals += len(sent)
        due = waiting[until <= night]
        waiting, until = waiting[until > night], until[until > night]
        known = NETWORK_PART * t.network[t.student[due]] + (1 - NETWORK_PART) * t.order_luck[due]
        for e in due[np.argsort(-known, kind="stable")].tolist():
            i, j = int(t.student[e]), int(t.pairs.vacancy[e])
            if state.placed[i] >= 0:
                continue
            if state.cap[j] > 0 and state.pool_cap[pool[j]] > 0 and bool(yes_host(t, np.array([e]), OWN_LEAN)[0]):
                state.placed[i] = j
                state.cap[j] -= 1
                state.pool_cap[pool[j]] -= 1
            else:
                state.rejections[i] += 1


def _end(t: Town, state: State, rules: Rules) -> Season:
    n = t.x.students.n
    got = state.placed >= 0
    quarter = np.minimum((t.network * 4).astype(np.int64), 3)
    share = [100 * float(got[quarter == q].mean()) for q in range(4)]
    handed = (state.rejections >= rules.policy.hand_over) & ~got if rules.policy.hand_over else np.zeros(n, np.bool_)
    return Season(
        placed=100 * float(got.mean()),
        weakest=share[0],
        strongest=share[3],
        refused_p95=int(np.percentile(state.rejections, 95)),
        refused_most=int(state.rejections.max()),
        refused_over_four=int((state.rejections > 4).sum()),
        never=int((~got & (state.turns == 0)).sum()),
        handed_over=int(handed.sum()),
        proposals_per_place=state.proposals / max(1, int(got.sum())),
    )


def compare(
    rules: Sequence[Rules], seeds: Sequence[int] = (1, 2, 3), say: Callable[[str], None] = lambda _: None
) -> dict[str, list[Season]]:
    """Play every set of rules on every seed."""
    found: dict[str, list[Season]] = {each.name: [] for each in rules}
    for seed in seeds:
        place = town(seed)
        for each in rules:
            found[each.name].append(play(place, each))
            say(f"seed {seed}: {each.name}")
    return found


def table(found: dict[str, list[Season]]) -> str:
    """Markdown: means over the seeds, and the most refusals of any seed."""
    lines = [
        "| policy | placed % | weakest / strongest quarter % | gap | refusals p95 / most | never a proposal, unplaced | handed over | proposals per place | goals met |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for name, seasons in found.items():
        met = sum(all(kept) for kept in zip(*(each.goals for each in seasons), strict=True))
        lines.append(
            f"| {name} | {mean(s.placed for s in seasons):.1f} | {mean(s.weakest for s in seasons):.1f} / "
            f"{mean(s.strongest for s in seasons):.1f} | {mean(s.gap for s in seasons):.1f} | "
            f"{max(s.refused_p95 for s in seasons)} / {max(s.refused_most for s in seasons)} | "
            f"{mean(s.never for s in seasons):,.0f} | {mean(s.handed_over for s in seasons):,.0f} | "
            f"{mean(s.proposals_per_place for s in seasons):.1f} | {met} of 4 |"
        )
    return "\n".join(lines) + "\n"


_STRICT = Policy(order="equity", tier_size=1, hard_case=1, hand_over=4)
_CAPPED = Policy(max_turns=1, tier_size=1)
POLICIES = (
    Rules("everybody finds his own", method="own"),
    Rules("min-cost flow: most, then points", method="flow"),
    Rules("equity only, no fit bands", Policy(order="equity"), one_band=True),
    Rules("v1: fit bands, turn, equity"),
    Rules("fit bands, equity before turn", Policy(order="equity")),
    Rules("v1, band from the whole score", whole_score=True),
    Rules("turn capped at 1, a tier per refusal", _CAPPED),
    Rules("the same, band from the whole score", _CAPPED, whole_score=True),
    Rules("the same, hard case at 3 (bands from facts)", replace(_CAPPED, hard_case=3)),
    Rules("the same, a person takes over at 4", replace(_CAPPED, hard_case=3, hand_over=4)),
    Rules("refused first, hard case at 1, a person at 4", _STRICT),
    Rules("v1, a person takes over at 4", Policy(hand_over=4)),
    Rules("**v2**: the same, finer bands (600, 450)", POLICY_V2),
    Rules("v1, organisations answer without a name", lean=0.5),
    Rules("v1 with a person at 4, without a name", Policy(hand_over=4), lean=0.5),
    Rules("turn capped at 1, a person at 4, without a name", replace(_CAPPED, hand_over=4), lean=0.5),
    Rules("**v2, organisations answer without a name**", POLICY_V2, lean=0.5),
)
"""What is compared. Without a name: half of the organisations' leaning is left, an assumption."""


def report(seeds: Sequence[int] = (1, 2, 3), say: Callable[[str], None] = lambda _: None) -> str:
    """The table of `POLICIES` with the assumptions; without OR-tools the min-cost flow is left out."""
    rules = [each for each in POLICIES if each.method != "flow" or peers.installed("ortools")]
    lines = [table(compare(rules, seeds, say)), "Assumptions:", "", *[f"- {text}" for text in ASSUMPTIONS]]
    return "\n".join(lines) + "\n"
