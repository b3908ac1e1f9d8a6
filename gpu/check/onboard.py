"""The part onboard: times copying users' rows from host memory, and encoding these rows again."""

import torch

from measure import times
from timings import SIZES
from workload import Workload


def run(results, pack, device, shrink):
    users, actions, candidates = SIZES["paper"][1 if shrink else 0]
    work = Workload(pack, "paper", device, "float16", users, actions, candidates)
    recompute = times(work.prefill, device).median()
    megabytes = work.pool.numel() * work.pool.element_size() / 1e6
    size = f"{users} users of {actions} actions, {megabytes:.0f} MB"
    results.row("recompute, float16", recompute, "ms", note=size)
    pageable = torch.empty(work.pool.shape, dtype=work.pool.dtype)
    pageable.copy_(work.pool)
    ways = [("pageable", pageable)]
    if torch.device(device).type == "cuda":
        ways.append(("pinned", pageable.pin_memory()))
    for name, host in ways:
        there = times(lambda: work.pool.copy_(host, non_blocking=True), device).median()
        rate = megabytes / there
        results.row(f"onboard from {name} memory", there, "ms", note=f"{rate:.1f} GB/s")
        results.row(
            f"onboard ÷ recompute, {name}", there / recompute, "x",
            note="a tier of host memory pays below 0.5",
        )
        back = times(lambda: host.copy_(work.pool, non_blocking=True), device).median()
        results.row(f"copy to {name} memory", back, "ms", note=f"{megabytes / back:.1f} GB/s")
