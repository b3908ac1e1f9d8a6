"""The part graphs: times score_ragged with and without a CUDA graph. Serving uses no graphs."""

import torch

from measure import times
from parity import difference
from timings import SIZES
from workload import Workload


def run(results, pack, device, shrink):
    for shape in ("small", "paper"):
        users, actions, candidates = SIZES[shape][1 if shrink else 0]
        work = Workload(pack, shape, device, "float16", users, actions, candidates)
        work.prefill()
        expected = work.score().clone()
        plain = times(work.score, device).median()
        side = torch.cuda.Stream(device)
        side.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(side):
            for _ in range(3):
                work.score()
        torch.cuda.current_stream(device).wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            captured = work.score()
        graph.replay()
        torch.cuda.synchronize(device)
        results.row(
            f"graph of score, {shape}: difference", difference(captured, expected), "", ("<=", 1e-3)
        )
        replayed = times(graph.replay, device).median()
        results.row(f"score without a graph, {shape}", plain, "ms")
        gain = f"{plain / replayed:.2f} x faster"
        results.row(f"score as a graph, {shape}", replayed, "ms", note=gain)
        del graph
