"""The parts paper, small and wide: time serving, and count launches and operations."""

import torch

from measure import launches, slowest, times
from parity import difference
from rival import Dense
from workload import TYPES, Workload

# Users, actions and candidates of each size, first on a card and then in a rehearsal
SIZES = {
    "paper": ((8, 992, 656), (2, 40, 24)),
    "small": ((32, 512, 200), (3, 32, 10)),
    "wide": ((8, 4096, 256), (2, 48, 12)),
}
WIDE_NEW = 128


class Timings:
    def __init__(self, results, pack, device, ceilings, shrink):
        self.results, self.pack, self.device = results, pack, device
        self.ceilings, self.shrink = ceilings, shrink

    def workload(self, shape, kind):
        users, actions, candidates = SIZES[shape][1 if self.shrink else 0]
        return Workload(self.pack, shape, self.device, kind, users, actions, candidates)

    def time(self, name, call, flops, kind, bar=None, seconds=1.5):
        """Times a call. Adds a row with its launches and its share of the measured ceiling."""
        bar = None if self.shrink else bar
        measured = times(call, self.device, seconds)
        rate = flops / (measured.median() / 1000)
        share = rate / self.ceilings.get(kind, float("nan"))
        note = f"{measured.text()}, {flops / 1e12:.3f} TFLOP, "
        note += f"{100 * share:.0f} % of the product ceiling"
        try:
            note += f", {launches(call, self.device)} launches"
        except Exception as failure:  # the profiler may be missing
            note += f", launches unknown ({type(failure).__name__})"
        self.results.row(f"{name}, {kind}", measured.median(), "ms", bar, note)
        return measured.median()

    def ratio(self, name, value, bar, size):
        self.results.row(name, value, "x", None if self.shrink else (">=", bar), size)

    def paper(self):
        """Times the passes of a page at the paper's size, and a dense pass for comparison."""
        half = self.workload("paper", "float16")
        size = f"B={half.users} n={half.actions} k={half.k} {half.size()}"
        prefill = self.time(
            f"prefill, {size}", half.prefill, half.flops_prefill(), "float16", ("<=", 7.0)
        )
        append = self.time(f"append 8, {size}", half.appending(8), half.flops_append(8), "float16")
        score = self.time(f"score, {size}", half.score, half.flops_score(), "float16", ("<=", 5.0))
        self.ratio("cold ÷ warm page", (prefill + score) / (append + score), 1.9, size)
        probabilities = half.score()
        if torch.device(self.device).type == "cuda":
            self.results.fact("slowest kernels of score", slowest(half.score, self.device))
            self.results.fact("slowest kernels of prefill", slowest(half.prefill, self.device))
        dense = Dense(half, TYPES["float16"])
        apart = difference(dense().view(-1, dense().size(-1)), probabilities)
        name = "dense pass against score, float16: probabilities"
        self.results.row(name, apart, "", ("<=", 1e-2))
        pairs = (half.actions + 1 + half.k) ** 2
        flops = half.users * (
            half.flops_of_rows(half.actions + 1 + half.k) + half.flops_of_attention(pairs)
        )
        passed = self.time(f"dense pass in torch, {size}", dense, flops, "float16")
        self.ratio("dense pass ÷ score, float16", passed / score, 2.0, size)
        del dense, half
        self.float32(size, probabilities)

    def float32(self, size, halves):
        full = self.workload("paper", "float32")
        self.time(f"prefill, {size}", full.prefill, full.flops_prefill(), "float32")
        self.time(f"score, {size}", full.score, full.flops_score(), "float32")
        apart = difference(halves, full.score())
        self.results.row(
            "float16 against float32 at this size: probabilities", apart, "", ("<=", 3e-3),
            "random weights",
        )

    def small(self):
        """Times the size for which figures of processors are published.

        Launches take much of the time.
        """
        for kind in ("float16", "float32"):
            work = self.workload("small", kind)
            bars = [("<=", 6.0), ("<=", 2.0), ("<=", 2.0)] if kind == "float16" else [None] * 3
            size = f"B={work.users} n={work.actions} k={work.k} {work.size()}"
            self.time(f"prefill, {size}", work.prefill, work.flops_prefill(), kind, bars[0])
            append = self.time(
                f"append 8, {size}", work.appending(8), work.flops_append(8), kind, bars[1]
            )
            score = self.time(f"score, {size}", work.score, work.flops_score(), kind, bars[2])
            if kind == "float16":
                pages = work.users / ((append + score) / 1000)
                bar = None if self.shrink else (">=", 6000)
                self.results.row("warm pages per second of the card", pages, "1/s", bar, size)

    def wide(self):
        """Times long histories of a wide model, for which a cache of keys and values saves most."""
        work = self.workload("wide", "float16")
        new = 8 if self.shrink else WIDE_NEW
        size = f"B={work.users} n={work.actions} k={work.k} {work.size()}"
        cold = self.time(f"prefill, {size}", work.prefill, work.flops_prefill(), "float16")
        append = self.time(
            f"append {new}, {size}", work.appending(new), work.flops_append(new), "float16"
        )
        score = self.time(f"score, {size}", work.score, work.flops_score(), "float16")
        self.ratio("cold ÷ warm page, wide", (cold + score) / (append + score), 4.0, size)
