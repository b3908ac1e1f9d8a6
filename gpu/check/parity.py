"""The parts devices and pack: compare a device with the processor and with packed answers."""

import torch

from program import Program, random_tensors, tensor_of, unit_rows
from users import Block, History, extend_arguments, on_device, row_width, score_arguments

TOLERANCE = 1e-4


def kernels(pack, device):
    """Returns the kernel that serving chooses for float32, and PADDED."""
    return [pack.kernels[torch.device(device).type]["float32"], "PADDED"]


def difference(actual, expected):
    """Returns the largest difference. An element must be NaN in both arrays or in neither."""
    actual = actual.detach().to("cpu", torch.float64)
    expected = expected.detach().to("cpu", torch.float64)
    if list(actual.shape) != list(expected.shape):
        raise AssertionError(f"shape {list(expected.shape)} expected, got {list(actual.shape)}")
    if not torch.equal(torch.isnan(actual), torch.isnan(expected)):
        raise AssertionError("NaN in other places than expected")
    apart = torch.nan_to_num((actual - expected).abs(), nan=0.0)
    return apart.max().item() if apart.numel() else 0.0


def argument(described, arrays, device):
    """Returns the value of an argument that the schema describes."""
    if "whole" in described:
        return described["whole"]
    if "tensors" in described:
        return [tensor_of(arrays[name]).to(device) for name in described["tensors"]]
    return tensor_of(arrays[described["tensor"]]).to(device)


def packed(results, pack, device):
    """Runs each packed call, and compares its results with the processor's results in the pack."""
    kind = torch.device(device).type
    for kernel in kernels(pack, device):
        worst = {}
        failed = []
        for model in pack.models:
            program = Program(pack, model, "serving", device).prepare("PLAIN", kernel)
            run_calls(pack, model, "serving", program, device, worst, failed)
            trained = Program(pack, model, "training", device)
            run_calls(pack, model, "training", trained, device, worst, failed)
        for method, apart in worst.items():
            results.row(
                f"{method} on {kind} ({kernel}), against the pack", apart, "", ("<=", TOLERANCE)
            )
        if failed:
            raise AssertionError("; ".join(failed))


def run_calls(pack, model, archive, program, device, worst, failed):
    """Runs the calls of an archive. Notes the largest difference of each method."""
    arrays = pack.arrays(model)
    for call in pack.models[model]["archives"][archive]["calls"]:
        if torch.device(device).type == "cuda" and not call["cards"]:
            continue
        try:
            arguments = {a["name"]: argument(a, arrays, device) for a in call["arguments"]}
            result = program.call(call["method"], **arguments)
            results = list(result) if isinstance(result, (tuple, list)) else [result]
            apart = 0.0
            for actual, name in zip(results, call["results"], strict=True):
                apart = max(apart, difference(actual, tensor_of(arrays[name])))
            for parameter, name in call["changed"].items():
                apart = max(apart, difference(arguments[parameter], tensor_of(arrays[name])))
            worst[call["method"]] = max(worst.get(call["method"], 0.0), apart)
        except Exception as failure:  # the other calls still tell something
            failed.append(f"{model} {call['name']}: {type(failure).__name__}: {failure}"[:600])


def between_devices(results, pack, device, shrink):
    """Compares calls of several users on the device with the same calls on the processor."""
    shape = pack.shapes["middle"]
    config = shape["config"]
    generator = torch.Generator().manual_seed(1)
    tensors = random_tensors(shape["tensors"], config["layers"], generator, "cpu")
    table = unit_rows(config["items"] + 1, config["item_dim"], generator, "cpu")
    users = 3 if shrink else 8
    most = 24 if shrink else 160
    histories = [
        History(config, int(torch.randint(most // 2, most, [1], generator=generator)), generator)
        for _ in range(users)
    ]
    candidates = [
        torch.randint(config["items"], [20 + b], generator=generator) for b in range(users)
    ]
    kind = torch.device(device).type
    answers = {}
    tried = [(device, kernel) for kernel in kernels(pack, device)]
    for place, kernel in [("cpu", "EACH"), *tried]:
        program = Program(pack, "plain", "serving", place).replace(config, tensors)
        program.prepare("PLAIN", kernel)
        own = table.to(place)
        answers[(str(place), kernel)] = middle(program, config, own, histories, candidates)
    expected = answers[("cpu", "EACH")]
    for place, kernel in tried:
        names = ("state after a prefill", "state after an append", "probabilities")
        for i, name in enumerate(names):
            apart = difference(answers[(str(place), kernel)][i], expected[i])
            results.row(
                f"{name}, {kind} ({kernel}) against cpu, d = 256", apart, "", ("<=", TOLERANCE)
            )


def middle(program, config, table, histories, candidates):
    """Prefills, appends 8 actions and scores. Returns the three results."""
    device = program.device
    blocks = []
    start = 5
    for history in reversed(histories):
        blocks.insert(0, Block(start, len(history) + 9))
        start += config["layers"] * (len(history) + 9)
    pool = torch.full([start * row_width(config)], float("nan"), device=device)
    shorter = [history.first(len(history) - 8) for history in histories]
    zeros = [0] * len(histories)
    first = extend_arguments(shorter, zeros, blocks)
    prefilled = program.call("extend_ragged", table=table, pool=pool, **on_device(first, device))
    more = extend_arguments(histories, [len(h) + 1 for h in shorter], blocks)
    appended = program.call("extend_ragged", table=table, pool=pool, **on_device(more, device))
    scored = score_arguments(
        candidates, [torch.zeros_like(own) for own in candidates], zeros, zeros,
        [len(history) + 1 for history in histories], blocks,
    )
    probabilities = program.call(
        "score_ragged", table=table, paths=torch.zeros([0], device=device), pool=pool,
        **on_device(scored, device),
    )
    return prefilled, appended, probabilities
