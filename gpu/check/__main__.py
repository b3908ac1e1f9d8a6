"""Checks a machine with a card against a pack of models, inputs and answers.

    python3 gpu/check --pack DIR [--out DIR] [--budget SECONDS] [--device cuda] [--only PART,...]

Needs Python 3.10 or newer and torch 2.7 or newer. Each part runs on its own: its failure is noted
and the next parts still run. Writes gpu.json after each part, and prints a table at the end. Exits
with 1 if a part failed or was skipped, or if a value missed its bar (see results.py).
"""

import argparse
import os
import sys

import torch

import graphs
import kernels
import machine
import onboard
import parity
import schedules
import training
from pack import Pack
from results import Results
from timings import Timings


def arguments():
    parser = argparse.ArgumentParser(prog="gpu/check", description=__doc__.splitlines()[0])
    parser.add_argument("--pack", required=True, help="folder that ./unipin bench gpu-pack wrote")
    parser.add_argument("--out", default=os.environ.get("OUT", "."), help="folder for gpu.json")
    parser.add_argument("--budget", type=float, default=540, help="seconds for all parts")
    parser.add_argument("--device", default="cuda", help="cuda, cuda:1, or cpu for a rehearsal")
    parser.add_argument("--only", default="", help="parts to run, separated by commas")
    return parser.parse_args()


def serving(function):
    """Returns a part that runs in inference mode, as serving does."""

    def run():
        with torch.inference_mode():
            function()

    return run


def parts(results, pack, device, shrink):
    """Returns the parts in order, by name.

    A rehearsal, which is a run without a card, lacks the parts kernels and graphs.
    """
    ceilings = {}
    timed = Timings(results, pack, device, ceilings, shrink)
    steps = 60 if shrink else 500
    all_parts = {
        "ceilings": serving(lambda: ceilings.update(machine.ceilings(results, device, shrink))),
        "devices": serving(lambda: parity.between_devices(results, pack, device, shrink)),
        "pack": serving(lambda: parity.packed(results, pack, device)),
        "kernels": serving(lambda: kernels.run(results, device)),
        "schedules": serving(lambda: schedules.run(results, pack, device, steps, 60)),
        "paper": serving(timed.paper),
        "small": serving(timed.small),
        "wide": serving(timed.wide),
        "onboard": serving(lambda: onboard.run(results, pack, device, shrink)),
        "graphs": serving(lambda: graphs.run(results, pack, device, shrink)),
        "steps": lambda: training.five_steps(results, pack, device),
        "training": lambda: training.speeds(results, pack, device, shrink),
    }
    if shrink:
        del all_parts["graphs"], all_parts["kernels"]
    return all_parts


def main():
    options = arguments()
    os.makedirs(options.out, exist_ok=True)
    results = Results(os.path.join(options.out, "gpu.json"), options.budget)
    shrink = torch.device(options.device).type != "cuda"
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    try:
        # The programs run without the optimising executor, as they do in the Java service.
        torch._C._set_graph_executor_optimize(False)
    except AttributeError:
        results.fact("executor", "optimising: this torch has no switch for it")
    loaded = []
    results.run("machine", lambda: machine.describe(results, options.device))
    results.run("schema", lambda: loaded.append(Pack(options.pack)))
    chosen = [name for name in options.only.split(",") if name]
    if loaded:
        all_parts = parts(results, loaded[0], options.device, shrink)
        for name in chosen:
            if name not in all_parts:
                sys.exit(f"--only: some of {', '.join(all_parts)} expected, got {name}")
        for name, part in all_parts.items():
            if not chosen or name in chosen:
                results.run(name, part)
                if not shrink:
                    torch.cuda.empty_cache()
    print(results.table(), flush=True)
    return 0 if results.is_sound() else 1


if __name__ == "__main__":
    sys.exit(main())
