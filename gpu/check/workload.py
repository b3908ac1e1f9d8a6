"""A timed workload: a large random model, users with blocks in one pool, and their calls."""

import torch

from program import Program, random_tensors, unit_rows
from users import Block, History, extend_arguments, on_device, row_width, score_arguments

TYPES = {"float16": torch.float16, "float32": torch.float32}
ARITHMETIC = {"float16": "HALF", "float32": "PLAIN"}


def kernel_of(pack, kind, device):
    """Returns the kernel that serving chooses, or PADDED for float16 on the processor."""
    return pack.kernels[torch.device(device).type].get(kind, "PADDED")


class Workload:
    """B users with n actions and k candidates each. Later users have earlier blocks in the pool."""

    def __init__(self, pack, shape, device, kind, users, actions, candidates, kernel=None):
        listed = pack.shapes[shape]
        self.config = dict(listed["config"])
        shapes = listed["tensors"]
        if self.is_rehearsal(device):
            shapes = self.with_layers(shapes, 2)
        self.device = torch.device(device)
        self.kind = kind
        self.users, self.actions, self.k = users, actions, candidates
        generator = torch.Generator(device=device).manual_seed(7)
        host = torch.Generator().manual_seed(7)
        self.tensors = random_tensors(shapes, self.config["layers"], generator, device)
        items = self.config["items"] + 1
        self.table = unit_rows(items, self.config["item_dim"], generator, device)
        self.paths = torch.zeros([0], device=device)
        self.program = Program(pack, "plain", "serving", device).replace(self.config, self.tensors)
        self.program.prepare(ARITHMETIC[kind], kernel or kernel_of(pack, kind, device))
        self.histories = [History(self.config, actions, host) for _ in range(users)]
        capacity = actions + 1
        layers = self.config["layers"]
        self.blocks = [Block((users - 1 - b) * layers * capacity, capacity) for b in range(users)]
        elements = users * layers * capacity * row_width(self.config)
        self.pool = torch.zeros([elements], dtype=TYPES[kind], device=device)
        self.slates = [torch.randint(items, [candidates], generator=host) for _ in range(users)]
        self.prefill_arguments = self.extend_from(0)
        zeros = [0] * users
        self.score_arguments = on_device(
            score_arguments(
                self.slates, [torch.zeros_like(s) for s in self.slates], zeros, zeros,
                [actions + 1] * users, self.blocks,
            ),
            device,
        )

    @staticmethod
    def is_rehearsal(device):
        """Whether this run has no card. A rehearsal takes only two layers."""
        return torch.device(device).type != "cuda"

    def with_layers(self, shapes, layers):
        """Returns the shapes of a model of the same width with another number of layers."""
        of_layers = ("attention_", "forward_", "activation_range")
        self.config["layers"] = layers
        return {
            name: [layers, *shape[1:]] if name.startswith(of_layers) else shape
            for name, shape in shapes.items()
        }

    def extend_from(self, row):
        """Returns arguments that encode the rows from `row` on."""
        froms = [row] * self.users
        return on_device(extend_arguments(self.histories, froms, self.blocks), self.device)

    def extend(self, arguments):
        return self.program.call("extend_ragged", table=self.table, pool=self.pool, **arguments)

    def prefill(self):
        return self.extend(self.prefill_arguments)

    def appending(self, count):
        """Returns a call that encodes the last actions again. Earlier rows must be in the pool."""
        arguments = self.extend_from(self.actions + 1 - count)
        return lambda: self.extend(arguments)

    def score(self):
        return self.program.call(
            "score_ragged", table=self.table, paths=self.paths, pool=self.pool,
            **self.score_arguments,
        )

    def size(self):
        return f"L={self.config['layers']} d={self.config['width']}"

    # ---- floating-point operations ----

    def flops_of_rows(self, rows):
        """Returns the operations of the layers' products for this many rows."""
        c = self.config
        d, kv = c["width"], c["kv_heads"] * c["head_dim"]
        matrices = d * (d + 2 * kv) + d * d + (3 if c["gated"] else 2) * d * c["feed_forward"]
        return 2 * c["layers"] * matrices * rows

    def flops_of_attention(self, pairs):
        """Returns the operations of attention for this many pairs of a query and a key."""
        return 4 * self.config["layers"] * self.config["width"] * pairs

    def flops_prefill(self):
        n = self.actions + 1
        return self.users * (self.flops_of_rows(n) + self.flops_of_attention(n * (n + 1) / 2))

    def flops_append(self, count):
        pairs = count * (self.actions + 1)
        return self.users * (self.flops_of_rows(count) + self.flops_of_attention(pairs))

    def flops_score(self):
        pairs = self.k * (self.actions + 2)
        return self.users * (self.flops_of_rows(self.k) + self.flops_of_attention(pairs))
