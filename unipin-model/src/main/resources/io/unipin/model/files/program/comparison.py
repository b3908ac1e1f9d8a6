
  # ---- comparison: a ranking pass that caches no keys and values ----

  # Lets each row attend to the keys that it sees. Used on devices other than the processor.
  # Computes in the type of the matrices.
  def attend_square(
    self,
    q: Tensor,  # (r, H D), scaled
    keys: Tensor,  # (1, G, r, D)
    values: Tensor,  # (1, G, r, D)
    seen: Tensor  # (r, r) whether a row sees a key
  ) -> Tensor:  # (r, H D)
    kind = self.matrices[0].dtype
    rows = self.split(q.unsqueeze(0), self.heads).to(kind)
    mixed = torch.scaled_dot_product_attention(
      rows, self.widen(keys).to(kind), self.widen(values).to(kind), seen, 0., False, scale=1.)
    return mixed.transpose(1, 2).reshape([q.size(0), -1])

  # Scores candidates as score does, by one pass over the rows of history and candidates. The
  # attention scores of all pairs of rows are computed, then masked. Tests and benchmarks compare
  # serving with this method.
  def score_dense(
    self,
    table: Tensor,  # (N + 1 + V, E)
    paths: Tensor,  # (N + 1 + V, X), any tensor in a model without a content path
    items: Tensor,  # (n) rows of the table
    actions: Tensor,  # (n, C) multi-hot
    surfaces: Tensor,  # (n)
    gaps: Tensor,  # (n)
    candidates: Tensor,  # (k) rows of the table
    surface: Tensor,  # (1)
    gap: Tensor  # (1)
  ) -> Tensor:  # (k, C)
    # The rows of x are the learned first token, the history and the candidates, in this order.
    history = self.tokens(torch.embedding(table, items), actions, surfaces, gaps)
    first_position = torch.zeros([1], dtype=$int64, device=surface.device)
    slate = self.candidates(torch.embedding(table, candidates), surface, gap, first_position)
    x = torch.cat([self.token_first.view([1, -1]), history, slate])
    rows = items.size(0) + 1
    count = candidates.size(0)
    at = torch.arange(rows + count, dtype=$int64, device=x.device)
    turns = self.turns(torch.clamp_max(at, rows))
    # A row attends to the rows of the history up to its own position, and to itself.
    row = at.view([-1, 1])
    column = at.view([1, -1])
    earlier = torch.logical_and(column <= row, column < rows)
    seen = torch.logical_or(earlier, column == row)
    square = torch.zeros([rows + count, rows + count], dtype=$float32, device=x.device)
    mask = torch.masked_fill(square, torch.logical_not(seen), float("-inf"))
    local_seen = seen
    local_mask = mask
    if self.window > 0:
      beyond = torch.logical_and(self.beyond(row, column), row < rows)
      local_seen = torch.logical_and(seen, torch.logical_not(beyond))
      local_mask = torch.masked_fill(mask, beyond, float("-inf"))
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(self.attention_in.size(0)):
      # attention
      qkv = self.product(self.norm(x, None), 4 * l)
      self.turn(qkv, turns)
      keys = self.split(qkv.narrow(1, q_width, kv_width).unsqueeze(0), self.kv_heads)
      values = self.split(qkv.narrow(1, q_width + kv_width, kv_width).unsqueeze(0), self.kv_heads)
      q = qkv.narrow(1, 0, q_width)
      l_mask = mask
      l_seen = seen
      if self.local(l):
        l_mask = local_mask
        l_seen = local_seen
      if self.kernel == $EACH:
        attended = self.attend(q, keys, values, l_mask, False)
      else:
        attended = self.attend_square(q, keys, values, l_seen)
      # feed-forward
      x = self.finish(x, attended, l)
    past = self.picked(paths, candidates)
    return self.calibrated(self.candidate_logits(x.narrow(0, rows, count), past))
