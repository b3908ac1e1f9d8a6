"""The parts steps and training: take training steps on the device and on the processor."""

import time

import torch

from measure import wait
from parity import argument, difference
from program import Program, random_tensors, tensor_of

BETA1, BETA2 = 0.9, 0.98
WITHOUT_DECAY = (
    "_norm", "_bias", "_scale", "_first", "_mask", "_gap", "_surface", "_position", "_offset",
)
# Arguments that the program reads as numbers. On the processor, such a read waits for no card.
ON_PROCESSOR = ("score_reg", "mixup", "dropout")
LOSS_TOLERANCE = 1e-4


class Trainer:
    """Takes steps of AdamW as io.unipin.model.TrainingModel does, with a full softmax."""

    def __init__(self, program, rate, decay, clip):
        self.program = program
        self.rate, self.decay, self.clip = rate, decay, clip
        self.parameters = program.parameters()
        for tensor in self.parameters.values():
            tensor.requires_grad_(True)
        self.first = [torch.zeros_like(x) for x in self.parameters.values()]
        self.second = [torch.zeros_like(x) for x in self.parameters.values()]
        self.steps = 0

    def step(self, batch):
        """Takes a step. Returns the loss's parts (4) and the gradient's norm (1), on the device."""
        self.steps += 1
        for tensor in self.parameters.values():
            tensor.grad = None
        parts = self.program.call("loss", **{**batch, "ids": self.parameters["item_id"]})
        parts[0].backward()
        with torch.no_grad():
            norm = self.program.call("adamw", **self.adamw_arguments())
        return parts.detach(), norm

    def adamw_arguments(self):
        names = list(self.parameters)
        tensors = list(self.parameters.values())
        device = self.program.device
        decayed = [not name.endswith(WITHOUT_DECAY) for name in names]
        known = {
            "parameters": [x.detach() for x in tensors],
            "gradients": [torch.zeros_like(x) if x.grad is None else x.grad for x in tensors],
            "first": self.first,
            "second": self.second,
            "rows": torch.zeros([0], dtype=torch.int64, device=device),
            "decayed": decayed,
            "decays": [self.decay if own else 0.0 for own in decayed],
            "rate": self.rate,
            "decay": self.decay,
            "beta1": BETA1,
            "beta2": BETA2,
            "step": self.steps,
            "clip": self.clip,
            "together": device.type == "cuda",
        }
        declared = self.program.pack.methods["training"]["adamw"]
        return {name: known[name] for name in declared}


def packed_batch(pack, model, device):
    """Returns the packed arguments of the loss."""
    for call in pack.models[model]["archives"]["training"]["calls"]:
        if call["name"] == "loss":
            arrays = pack.arrays(model)
            return {
                a["name"]: argument(a, arrays, "cpu" if a["name"] in ON_PROCESSOR else device)
                for a in call["arguments"]
            }
    raise KeyError("a call named loss expected in the pack")


def five_steps(results, pack, device):
    """Takes the packed steps on the device, and compares losses and norms with the pack."""
    kind = torch.device(device).type
    for model in pack.models:
        listed = pack.models[model]["archives"]["training"]["steps"]
        program = Program(pack, model, "training", device)
        trainer = Trainer(program, listed["rate"], listed["decay"], listed["clip"])
        batch = packed_batch(pack, model, device)
        taken = []
        expected = tensor_of(pack.arrays(model)[listed["losses"]])
        for _ in range(len(expected)):
            parts, norm = trainer.step(batch)
            taken.append([parts[0].item(), norm.item()])
        scale = expected.clip(1.0)
        apart = difference(torch.tensor(taken) / scale, expected / scale)
        results.row(
            f"five steps on {kind}, {model}: losses and norms", apart, "", ("<=", LOSS_TOLERANCE),
            "relative, against the pack",
        )


def random_batch(config, histories, length, candidates, device):
    """Returns random arguments of the loss. Every action is a target, as in the recipe."""
    g = torch.Generator().manual_seed(3)
    classes = config["items"] + 1
    types = config["actions"]

    def longs(bound, *shape):
        return torch.randint(bound, list(shape), generator=g)

    def bits(*shape):
        return torch.randint(2, list(shape), generator=g).to(torch.float32)

    cells = histories * (length + 1)
    slate = histories * candidates
    targets = histories * length
    bias = torch.zeros([classes])
    bias[-1] = float("-inf")
    none = torch.zeros([0])
    nothing = torch.zeros([0], dtype=torch.int64)
    batch = {
        "ids": none,
        "content": torch.randn([classes, config["content_dim"]], generator=g),
        "buckets": nothing,
        "starts": torch.zeros([classes], dtype=torch.int64),
        "class_bias": bias,
        "kept": none,
        "bare": nothing,
        "index": longs(classes, histories, length),
        "actions": bits(histories, length, types),
        "masked": torch.zeros([histories, length, 1]),
        "surfaces": longs(config["surfaces"], histories, length),
        "gaps": longs(config["gaps"], histories, length),
        "slate": longs(classes, histories, candidates),
        "slate_surfaces": longs(config["surfaces"], histories, candidates),
        "slate_gaps": longs(config["gaps"], histories, candidates),
        "slate_positions": torch.zeros([histories, candidates], dtype=torch.int64),
        "cuts": longs(length, histories, candidates) + 1,
        "target_at": longs(cells, targets),
        "target": longs(config["items"], targets),
        "outcomes": bits(targets, types),
        "target_surfaces": longs(config["surfaces"], targets),
        "target_gaps": longs(config["gaps"], targets),
        "target_offsets": longs(config["offsets"], targets),
        "hidden_at": nothing,
        "hidden_labels": torch.zeros([0, types]),
        "slate_at": torch.arange(slate),
        "slate_labels": bits(slate, types),
        "slate_cold": none,
        "partners": nothing,
        "shares": none,
        "hidden_weights": torch.full([types], 0.3),
        "slate_weights": torch.full([types], 0.3),
        "score_reg": torch.zeros([1]),
        "mixup": torch.zeros([1]),
        "dropout": torch.full([1], 0.3),
    }
    return {name: x if name in ON_PROCESSOR else x.to(device) for name, x in batch.items()}


def speed(pack, device, seconds, shrink, histories=15):
    """Returns steps per second at the size of the MovieLens-1M recipe."""
    shape = pack.shapes["ml-1m"]
    config = shape["config"]
    generator = torch.Generator(device=device).manual_seed(5)
    tensors = random_tensors(shape["tensors"], config["layers"], generator, device)
    program = Program(pack, "gated", "training", device).replace(config, tensors)
    trainer = Trainer(program, 0.0015, 0.01, 1.0)
    length, candidates = (20, 4) if shrink else (200, 16)
    batch = random_batch(config, histories, length, candidates, device)
    for _ in range(3):
        trainer.step(batch)
    wait(device)
    begin = time.monotonic()
    count = 0
    while time.monotonic() - begin < seconds or count < 3:
        trainer.step(batch)
        count += 1
        if count % 5 == 0:
            wait(device)
    wait(device)
    return count / (time.monotonic() - begin), histories * length


def speeds(results, pack, device, shrink):
    """Compares steps per second of the device with those of one core of the processor."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        core, rows = speed(pack, "cpu", 3 if shrink else 8, shrink)
    finally:
        torch.set_num_threads(threads)
    results.row("training on one core", core, "steps/s", note=f"{core * rows:,.0f} actions/s")
    if torch.device(device).type != "cuda":
        return
    for name, tf32 in (("float32", False), ("tf32", True)):
        torch.backends.cuda.matmul.allow_tf32 = tf32
        try:
            steps, rows = speed(pack, device, 5, shrink)
            larger, many = speed(pack, device, 5, shrink, histories=120)
        finally:
            torch.backends.cuda.matmul.allow_tf32 = False
        results.row(
            f"training, {name}", steps, "steps/s", note=f"{steps * rows:,.0f} actions/s"
        )
        results.row(
            f"training, {name}, batches of 8 x the actions", larger, "steps/s",
            note=f"{larger * many:,.0f} actions/s, {larger * many / core / rows:.0f} x one core",
        )
        results.row(f"training ÷ one core, {name}", steps / core, "x", (">=", 20))
