"""The rival of serving: one dense pass over history and candidates that caches nothing.

It computes everything in one type of numbers, with torch's fused attention under a mask. It is
therefore at least as fast as a service without a cache of keys and values. It has the weights of
the workload and must give the same probabilities as serving.
"""

import torch
import torch.nn.functional as F


class Dense:
    """Scores the candidates of a workload's users in one pass of shape (B, n + 1 + k, d)."""

    def __init__(self, workload, kind):
        c = self.config = workload.config
        self.kind = kind
        device = workload.device
        w = {name: x.to(kind) for name, x in workload.tensors.items()}
        self.w = w
        stack = {
            name: torch.stack([getattr(h, name) for h in workload.histories]).to(device)
            for name in ("items", "surfaces", "gaps", "actions")
        }
        self.stack = stack
        self.table = workload.table.to(kind)
        self.slates = torch.stack(workload.slates).to(device)
        self.rows = workload.actions + 1
        n, k = self.rows, workload.k
        at = torch.arange(n + k, device=device)
        row, column = at.unsqueeze(1), at.unsqueeze(0)
        seen = ((column <= row) & (column < n)) | (column == row)
        # The mask is added to attention scores. Its rows are padded, because kernels need aligned
        # rows.
        wide = -(-(n + k) // 16) * 16
        mask = torch.full([n + k, wide], float("-inf"), dtype=kind, device=device)
        mask[:, : n + k].masked_fill_(seen, 0.0)
        self.mask = mask[:, : n + k].expand(workload.users, c["heads"], -1, -1)
        half = c["head_dim"] // 2
        index = torch.arange(half, dtype=torch.float32, device=device)
        frequency = torch.exp(index * (-9.210340371976184 / half))
        angle = torch.clamp(at, max=n).to(torch.float32).unsqueeze(-1) * frequency
        self.cosine, self.sine = torch.cos(angle).to(kind), torch.sin(angle).to(kind)

    def rotate(self, x):
        half = self.config["head_dim"] // 2
        a, b = x[..., :half], x[..., half:]
        return torch.cat([a * self.cosine - b * self.sine, b * self.cosine + a * self.sine], -1)

    def __call__(self):
        c, w, s = self.config, self.w, self.stack
        heads, kv_heads, dim = c["heads"], c["kv_heads"], c["head_dim"]
        history = F.linear(self.table[s["items"]], w["token_item"])
        history = history + s["actions"].to(self.kind) @ w["token_action"]
        history = history + w["token_surface"][s["surfaces"]] + w["token_gap"][s["gaps"]]
        users = history.size(0)
        slate = F.linear(self.table[self.slates], w["token_item"]) + w["token_mask"]
        slate = slate + w["token_surface"][0] + w["candidate_gap"][0] + w["candidate_position"][0]
        x = torch.cat([w["token_first"].expand(users, 1, -1), history, slate], 1)
        size = x.size(1)
        for layer in range(c["layers"]):
            h = F.layer_norm(x, [x.size(-1)], w["attention_norm"][layer])
            qkv = F.linear(h, w["attention_in"][layer]).view(users, size, -1, dim).transpose(1, 2)
            turned = self.rotate(qkv[:, : heads + kv_heads])
            q, keys = turned[:, :heads], turned[:, heads:]
            values = qkv[:, heads + kv_heads:]
            if heads != kv_heads:
                keys = keys.repeat_interleave(heads // kv_heads, 1)
                values = values.repeat_interleave(heads // kv_heads, 1)
            o = F.scaled_dot_product_attention(q, keys, values, attn_mask=self.mask)
            x = x + F.linear(o.transpose(1, 2).reshape(users, size, -1), w["attention_out"][layer])
            h = F.layer_norm(x, [x.size(-1)], w["forward_norm"][layer])
            h = F.linear(h, w["forward_in"][layer])
            if c["gated"]:
                h = F.silu(h[..., : h.size(-1) // 2]) * h[..., h.size(-1) // 2:]
            else:
                h = F.gelu(h)
            x = x + F.linear(h, w["forward_out"][layer])
        x = F.layer_norm(x[:, self.rows:], [x.size(-1)], w["head_norm"])
        logits = F.linear(F.gelu(F.linear(x, w["head_in"])), w["head_out"], w["head_bias"])
        return torch.sigmoid(logits * w["calibration"][0] + w["calibration"][1])
