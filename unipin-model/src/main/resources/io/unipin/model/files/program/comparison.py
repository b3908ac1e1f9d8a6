  # ---- comparison: the ranking pass of a model without KV ----

  # Probabilities (k, C) as score gives them, by one pass over the rows of history and candidates: the whole square of
  # attention is computed and masked. items, surfaces, gaps (n), actions (n, C): the history; candidates (k); surface, gap (1).
  def score_dense(self: __torch__.UniPin, table: Tensor, items: Tensor, actions: Tensor, surfaces: Tensor, gaps: Tensor, candidates: Tensor, surface: Tensor, gap: Tensor) -> Tensor:
    history = (self).tokens(torch.embedding(table, items), actions, surfaces, gaps)
    slate = (self).candidates(torch.embedding(table, candidates), surface, gap, torch.zeros([1], dtype=4))
    x = torch.cat([torch.view(self.token_first, [1, -1]), history, slate])
    rows = torch.size(items, 0) + 1
    count = torch.size(candidates, 0)
    at = torch.arange(rows + count, dtype=4, device=x.device)
    turns = (self).turns(torch.clamp_max(at, rows))
    row = torch.view(at, [-1, 1])
    column = torch.view(at, [1, -1])
    seen = torch.logical_or(torch.logical_and(torch.le(column, row), torch.lt(column, rows)), torch.eq(column, row))
    mask = torch.masked_fill(torch.zeros([rows + count, rows + count], dtype=6), torch.logical_not(seen), float("-inf"))
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(torch.size(self.attention_in, 0)):
      qkv = (self).product((self).norm(x, None), 4 * l)
      (self).turn(qkv, turns)
      k = (self).split(torch.unsqueeze(torch.narrow(qkv, 1, q_width, kv_width), 0), self.kv_heads)
      v = (self).split(torch.unsqueeze(torch.narrow(qkv, 1, q_width + kv_width, kv_width), 0), self.kv_heads)
      attended = (self).attend(torch.narrow(qkv, 1, 0, q_width), k, v, mask, False)
      x = (self).finish(x, attended, l)
    logits = (self).action_logits(torch.narrow(x, 0, rows, count))
    return (self).calibrated(logits)
