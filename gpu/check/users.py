"""Users of a pool: their histories, their blocks, and the arguments of calls of several users."""

import torch


class History:
    """Random actions of one user, on the processor.

    items, surfaces and gaps are (n). actions are (n, C): 0 or 1 for each of C types of actions.
    """

    def __init__(self, config, n, generator):
        self.config = config
        self.items = torch.randint(config["items"] + 1, [n], generator=generator)
        self.surfaces = torch.randint(config["surfaces"], [n], generator=generator)
        self.gaps = torch.randint(config["gaps"], [n], generator=generator)
        bits = torch.randint(2, [n, config["actions"]], generator=generator)
        self.actions = bits.to(torch.float32)

    def __len__(self):
        return self.items.size(0)

    def __add__(self, other):
        joined = History.__new__(History)
        joined.config = self.config
        for name in ("items", "surfaces", "gaps", "actions"):
            setattr(joined, name, torch.cat([getattr(self, name), getattr(other, name)]))
        return joined

    def first(self, n):
        """Returns the first n actions."""
        part = History.__new__(History)
        part.config = self.config
        for name in ("items", "surfaces", "gaps", "actions"):
            setattr(part, name, getattr(self, name)[:n])
        return part


class Block:
    """A user's place in the pool: the rows from `start` to `start + layers * capacity - 1`."""

    def __init__(self, start, capacity):
        self.start = start
        self.capacity = capacity


def row_width(config):
    """Returns the number of elements of a pool row: keys and values of all heads."""
    return 2 * config["kv_heads"] * config["head_dim"]


def _after_first(x):
    """Returns x (n, ...) with a row of zeros before it, in the place of the learned first token."""
    return torch.cat([x.new_zeros([1, *x.shape[1:]]), x])


def _ints(parts, ends, used, blocks):
    starts = [block.start for block in blocks] + [0]
    capacities = [block.capacity for block in blocks] + [0]
    rest = [torch.tensor(x, dtype=torch.int64) for x in (ends, used, starts, capacities)]
    return torch.cat([torch.cat(part) for part in parts] + rest)


def extend_arguments(histories, froms, blocks):
    """Returns the arguments of extend_ragged that encode the rows from froms[b] on.

    The arguments are on the processor. Row 0 of a history is the learned first token, so a history
    of n actions has n + 1 rows. The arguments `table` and `pool` are not included.
    """
    parts = [[], [], [], [], []]
    actions = []
    ends = [0]
    used = []
    for b, (history, start) in enumerate(zip(histories, froms)):
        rows = torch.arange(start, len(history) + 1)
        parts[0].append(_after_first(history.items)[rows])
        parts[1].append(_after_first(history.surfaces)[rows])
        parts[2].append(_after_first(history.gaps)[rows])
        parts[3].append(rows)
        parts[4].append(torch.full_like(rows, b))
        actions.append(_after_first(history.actions)[rows])
        ends.append(ends[-1] + rows.size(0))
        used.append(len(history) + 1)
    return {
        "ints": _ints(parts, ends, used, blocks),
        "actions": torch.cat(actions),
        "users": len(histories),
        "most_new": max(b - a for a, b in zip(ends, ends[1:])),
        "most_rows": max(used),
        "blocks": [],
        "steps": [],
    }


def score_arguments(candidates, positions, surfaces, gaps, used, blocks):
    """Returns the arguments of score_ragged, on the processor.

    candidates and positions have one array (k_b) per user; surfaces, gaps and used have one number
    per user. The arguments `table`, `paths` and `pool` are not included.
    """
    parts = [[], [], [], [], []]
    ends = [0]
    for b, own in enumerate(candidates):
        parts[0].append(own)
        parts[1].append(torch.full_like(own, surfaces[b]))
        parts[2].append(torch.full_like(own, gaps[b]))
        parts[3].append(positions[b])
        parts[4].append(torch.full_like(own, b))
        ends.append(ends[-1] + own.size(0))
    return {
        "ints": _ints(parts, ends, list(used), blocks),
        "users": len(candidates),
        "most_new": max(b - a for a, b in zip(ends, ends[1:])),
        "most_rows": max(used),
        "blocks": [],
        "steps": [],
    }


def on_device(arguments, device):
    """Returns the arguments with their tensors on a device."""
    return {
        name: value.to(device) if isinstance(value, torch.Tensor) else value
        for name, value in arguments.items()
    }
