"""The part schedules: random calls of several users over one pool that is poisoned with NaN.

Each step prefills, appends, cuts, moves, erases or scores. Results are compared with a dense pass
in float64. Rows that no user needs are NaN, so a result becomes NaN if it depends on such a row.
"""

import random
import time
import traceback

import torch

from program import Program, pool_methods, tensor_of
from reference import Reference
from users import Block, History, extend_arguments, on_device, row_width, score_arguments

MOST_ACTIONS = 60
STEPS = ["extend", "extend", "extend", "score", "score", "cut", "move", "erase"]
STATE_TOLERANCE = {"float32": 1e-4, "float16": 2e-2}
SCORE_TOLERANCE = {"float32": 1e-4, "float16": 3e-3}


class User:
    def __init__(self):
        self.history = None
        self.block = None


class Schedule:
    """Users of one pool, and the largest differences of their results from the reference."""

    def __init__(self, pack, model, device, arithmetic, kernel, kv_type, seed):
        self.random = random.Random(seed)
        self.generator = torch.Generator().manual_seed(seed)
        self.device = torch.device(device)
        self.program = Program(pack, model, "serving", device).prepare(arithmetic, kernel)
        self.config = self.program.config
        arrays = pack.arrays(model)
        table, paths = tensor_of(arrays["table"]), tensor_of(arrays["paths"])
        weights = {name: tensor_of(array) for name, array in pack.weights(model).items()}
        self.reference = Reference(self.config, weights, table, paths)
        self.table, self.paths = table.to(device), paths.to(device)
        self.users = [User() for _ in range(8)]
        self.mover = pool_methods(pack, device)
        # The pool has twelve slots for blocks, in random order. Each slot has room for the largest
        # block, and some slots are always free.
        self.stride = self.config["layers"] * (MOST_ACTIONS + 9) + 3
        self.free = list(range(12))
        self.random.shuffle(self.free)
        rows = 12 * self.stride + 1
        width = row_width(self.config)
        self.pool = torch.full([rows * width + 7], float("nan"), dtype=kv_type, device=device)
        self.state_apart = 0.0
        self.score_apart = 0.0
        self.steps = 0
        self.counts = {}

    # ---- places ----

    def take(self, needed):
        """Returns a block with room for at least this many rows, in a random slot."""
        place = self.free.pop(self.random.randrange(len(self.free)))
        capacity = self.random.randint(needed, MOST_ACTIONS + 9)
        block = Block(place * self.stride + self.random.randint(0, 3), capacity)
        block.place = place
        return block

    def give_back(self, block):
        self.poison(block, 0)
        self.free.append(block.place)

    def poison(self, block, first):
        """Fills the rows of a block with NaN, from row `first` of each layer on."""
        width = row_width(self.config)
        for layer in range(self.config["layers"]):
            row = block.start + layer * block.capacity + first
            self.mover.call(
                "fill", pool=self.pool, start=row * width,
                count=(block.capacity - first) * width, value=float("nan"),
            )

    # ---- steps ----

    def step(self):
        kind = self.random.choice(STEPS)
        getattr(self, kind)()
        self.counts[kind] = self.counts.get(kind, 0) + 1
        self.steps += 1

    def some(self, users):
        return self.random.sample(users, self.random.randint(1, len(users))) if users else []

    def known(self):
        return [user for user in self.users if user.block is not None]

    def extend(self):
        """Prefills users without a block and appends to the other users, in one call."""
        chosen, froms = [], []
        for user in self.some(self.users):
            old = 0 if user.block is None else len(user.history)
            count = self.random.choice([0 if user.block is None else 1, 1, 3, 8, 25])
            count = min(count, MOST_ACTIONS - old)
            if user.block is not None and count == 0:
                continue
            fresh = History(self.config, count, self.generator)
            froms.append(0 if user.block is None else old + 1)
            user.history = fresh if user.block is None else user.history + fresh
            if user.block is None:
                user.block = self.take(len(user.history) + 1)
            elif user.block.capacity < len(user.history) + 1:
                self.move_user(user, old + 1, len(user.history) + 1)
            chosen.append(user)
        if not chosen:
            return
        arguments = extend_arguments(
            [user.history for user in chosen], froms, [user.block for user in chosen]
        )
        states = self.program.call(
            "extend_ragged", table=self.table, pool=self.pool, **on_device(arguments, self.device)
        )
        b = self.random.randrange(len(chosen))
        expected = self.reference.state(chosen[b].history)
        apart = (states[b].to("cpu", torch.float64) - expected).abs().max().item()
        self.state_apart = worse(self.state_apart, apart / max(1.0, expected.abs().max().item()))

    def score(self):
        chosen = self.some(self.known())
        if not chosen:
            return
        config = self.config
        candidates, positions, surfaces, gaps = [], [], [], []
        for _ in chosen:
            k = self.random.choice([1, 2, 7, 20])
            candidates.append(torch.randint(config["items"] + 1, [k], generator=self.generator))
            positions.append(torch.randint(config["positions"], [k], generator=self.generator))
            surfaces.append(self.random.randrange(config["surfaces"]))
            gaps.append(self.random.randrange(config["gaps"]))
        used = [len(user.history) + 1 for user in chosen]
        arguments = score_arguments(
            candidates, positions, surfaces, gaps, used, [user.block for user in chosen]
        )
        scores = self.program.call(
            "score_ragged", table=self.table, paths=self.paths, pool=self.pool,
            **on_device(arguments, self.device),
        ).to("cpu", torch.float64)
        b = self.random.randrange(len(chosen))
        begin = sum(own.size(0) for own in candidates[:b])
        expected = self.reference.score(
            chosen[b].history, candidates[b], surfaces[b], gaps[b], positions[b]
        )
        apart = (scores[begin:begin + candidates[b].size(0)] - expected).abs().max().item()
        self.score_apart = worse(self.score_apart, apart)

    def cut(self):
        """Cuts a user's history to its first actions. The rows after them become NaN."""
        for user in self.some(self.known())[:2]:
            user.history = user.history.first(self.random.randint(0, len(user.history)))
            self.poison(user.block, len(user.history) + 1)

    def move(self):
        for user in self.some(self.known())[:2]:
            self.move_user(user, len(user.history) + 1, len(user.history) + 1)

    def move_user(self, user, rows, needed):
        """Copies the first rows of each layer into another block."""
        if not self.free:
            return
        old, user.block = user.block, self.take(needed)
        width = row_width(self.config)
        self.mover.call(
            "copy_rows", pool=self.pool, start=old.start * width, stride=old.capacity * width,
            to=user.block.start * width, to_stride=user.block.capacity * width,
            layers=self.config["layers"], count=rows * width,
        )
        self.give_back(old)

    def erase(self):
        known = self.known()
        if len(known) > 3:
            user = self.random.choice(known)
            self.give_back(user.block)
            user.block = user.history = None


def worse(a, b):
    """Returns the larger number. NaN counts as larger than any number."""
    return b if b != b or b > a else a


def run(results, pack, device, steps, seconds):
    """Runs schedules for three pairs of a type and a kernel, over three kinds of models."""
    chosen = pack.kernels[torch.device(device).type]
    ways = [
        ("float16", "HALF", chosen.get("float16", "PADDED"), torch.float16),
        ("float32", "PLAIN", chosen["float32"], torch.float32),
        ("float32", "PLAIN", "PADDED", torch.float32),
    ]
    models = ["grouped", "gated", "described"]
    failures = []
    for way in ways:
        try:
            run_way(results, pack, device, steps, seconds / len(ways), models, *way)
        except Exception:  # the other kernels still tell something
            failures.append(f"{way[2]} in {way[0]}: {traceback.format_exc()}")
    if failures:
        raise AssertionError("\n".join(failures))


def run_way(results, pack, device, steps, seconds, models, kind, arithmetic, kernel, kv_type):
    """Runs schedules for one pair of a type and a kernel, over some models."""
    done, state, score, counts = 0, 0.0, 0.0, {}
    for seed, model in enumerate(models):
        schedule = Schedule(pack, model, device, arithmetic, kernel, kv_type, seed)
        end = time.monotonic() + seconds / len(models)
        while schedule.steps < -(-steps // len(models)) and time.monotonic() < end:
            schedule.step()
        done += schedule.steps
        state = worse(state, schedule.state_apart)
        score = worse(score, schedule.score_apart)
        for name, count in schedule.counts.items():
            counts[name] = counts.get(name, 0) + count
    text = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    name = f"random schedule, {kind} ({kernel})"
    results.row(f"{name}: steps", done, "", (">=", steps), text)
    results.row(f"{name}: probabilities", score, "", ("<=", SCORE_TOLERANCE[kind]))
    results.row(
        f"{name}: states", state, "", ("<=", STATE_TOLERANCE[kind]),
        "relative to the largest element",
    )
