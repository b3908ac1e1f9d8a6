"""The model in plain torch and float64, on the processor: one dense pass for one user.

Shares no code with the TorchScript program, so that it does not repeat a fault of the program.
Letters in shapes: n actions of a history, k candidates, C types of actions, d width of the model, H
heads of queries, D width of a head, m rows of any kind.
"""

import math

import torch
import torch.nn.functional as F


class Reference:
    def __init__(self, config, weights, table, paths):
        self.config = config
        self.w = {name: x.to("cpu", torch.float64) for name, x in weights.items()}
        self.table = table.to("cpu", torch.float64)
        self.paths = paths.to("cpu", torch.float64)

    def norm(self, x, weight):
        return F.layer_norm(x, [x.size(-1)], weight, None, 1e-5)

    def rows(self, history):
        """Returns the rows (n + 1, d) of the first token and the actions, before the layers."""
        w = self.w
        x = self.table[history.items] @ w["token_item"].T
        x = x + history.actions.to(torch.float64) @ w["token_action"]
        x = x + w["token_surface"][history.surfaces] + w["token_gap"][history.gaps]
        return torch.cat([w["token_first"].unsqueeze(0), x])

    def candidates(self, items, surface, gap, positions):
        """Returns the rows (k, d) of candidates, before the layers."""
        w = self.w
        x = self.table[items] @ w["token_item"].T + w["token_mask"]
        x = x + w["token_surface"][surface] + w["candidate_gap"][gap]
        return x + w["candidate_position"][positions]

    def rotate(self, x, positions):
        """Rotates heads x (m, heads, D) by their positions (m)."""
        half = self.config["head_dim"] // 2
        index = torch.arange(half, dtype=torch.float64)
        angle = positions.to(torch.float64).view(-1, 1, 1) * torch.exp(
            index * (-math.log(10000.0) / half)
        )
        a, b = x[..., :half], x[..., half:]
        cosine, sine = torch.cos(angle), torch.sin(angle)
        return torch.cat([a * cosine - b * sine, b * cosine + a * sine], -1)

    def attention(self, h, layer, positions, seen):
        """Returns (m, H D). `seen` (m, m) tells for each row to which rows it attends."""
        c = self.config
        heads, kv_heads, dim = c["heads"], c["kv_heads"], c["head_dim"]
        qkv = (h @ self.w["attention_in"][layer].T).view(h.size(0), -1, dim)
        q = self.rotate(qkv[:, :heads], positions)
        keys = self.rotate(qkv[:, heads:heads + kv_heads], positions)
        values = qkv[:, heads + kv_heads:]
        group = heads // kv_heads
        keys = keys.repeat_interleave(group, 1)
        values = values.repeat_interleave(group, 1)
        scores = torch.einsum("qhd,khd->hqk", q, keys) * dim ** -0.5
        shares = torch.softmax(scores.masked_fill(~seen, float("-inf")), -1)
        return torch.einsum("hqk,khd->qhd", shares, values).reshape(h.size(0), -1)

    def layers(self, x, positions, seen):
        w = self.w
        for layer in range(self.config["layers"]):
            h = self.norm(x, w["attention_norm"][layer])
            x = x + self.attention(h, layer, positions, seen) @ w["attention_out"][layer].T
            h = self.norm(x, w["forward_norm"][layer]) @ w["forward_in"][layer].T
            if self.config["gated"]:
                half = h.size(-1) // 2
                h = F.silu(h[:, :half]) * h[:, half:]
            else:
                h = F.gelu(h)
            x = x + h @ w["forward_out"][layer].T
        return x

    def state(self, history):
        """Returns the state (d) of a history's last row."""
        x = self.rows(history)
        at = torch.arange(x.size(0))
        return self.layers(x, at, at.unsqueeze(0) <= at.unsqueeze(1))[-1]

    def score(self, history, items, surface, gap, positions):
        """Returns the calibrated probabilities (k, C) of candidates."""
        x = self.rows(history)
        rows = x.size(0)
        x = torch.cat([x, self.candidates(items, surface, gap, positions)])
        at = torch.arange(x.size(0))
        row, column = at.unsqueeze(1), at.unsqueeze(0)
        seen = ((column <= row) & (column < rows)) | (column == row)
        x = self.layers(x, torch.clamp(at, max=rows), seen)[rows:]
        w = self.w
        h = self.norm(x, w["head_norm"]) @ w["head_in"].T
        if self.config["content_path"] > 0:
            h = h + self.paths[items] @ w["path_out"].T
        logits = F.gelu(h) @ w["head_out"].T + w["head_bias"]
        return torch.sigmoid(logits * w["calibration"][0] + w["calibration"][1])
