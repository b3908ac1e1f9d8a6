
  # ---- serving: several users in one call, for devices that need large calls ----
  #
  # Computes what extend and score compute, for B users in one call. The blocks of these users have
  # the same capacity. They are stacked into blocks (B, L, 2, G, T, D) and steps (B, L, 2, G, T, 1).
  # Actions and candidates are padded to equal numbers per user. Results of the padding are dropped.

  # Reads keys (which = 0) or values (which = 1) of layer l of all users. Rows of user b from
  # rows[b] on become zeros.
  def stacked(
    self,
    blocks: Tensor,  # (B, L, 2, G, T, D) float32, float16 or int8
    steps: Tensor,  # (B, L, 2, G, T, 1) float16, read only if the blocks are int8
    l: int,
    which: int,
    rows: Tensor  # (B)
  ) -> Tensor:  # (B, G, T, D)
    x = blocks.select(1, l).select(1, which).to($float32)
    if blocks.dtype == $int8:
      x = x * steps.select(1, l).select(1, which)
    at = torch.arange(x.size(2), device=x.device).view([1, 1, -1, 1])
    return torch.masked_fill(x, at >= rows.view([-1, 1, 1, 1]), 0.)

  # Encodes new actions as extend does, for B users. Returns the state of each user's last row.
  def extend_batch(
    self,
    table: Tensor,  # (N + 1 + V, E)
    items: Tensor,  # (B, m) rows of the table
    actions: Tensor,  # (B, m, C) multi-hot
    surfaces: Tensor,  # (B, m)
    gaps: Tensor,  # (B, m)
    first: Tensor,  # (B, m, 1), 1 where a row is the learned first token, else 0
    blocks: Tensor,  # (B, L, 2, G, T, D) float32, float16 or int8
    steps: Tensor,  # (B, L, 2, G, T, 1) float16, read only if the blocks are int8
    starts: Tensor,  # (B) number of rows that a user's block holds
    counts: Tensor  # (B) number of new rows of a user; the rest of the m rows is padding
  ) -> Tensor:  # (B, d)
    # rows
    users = items.size(0)
    m = items.size(1)
    x = self.tokens(torch.embedding(table, items), actions, surfaces, gaps)
    x = torch.where(first > 0.5, self.token_first, x).reshape([users * m, -1])
    ends = starts + counts
    positions = starts.unsqueeze(1) + torch.arange(m, device=items.device).unsqueeze(0)
    turns = self.turns(positions.reshape([-1]))
    at = torch.arange(blocks.size(4), device=items.device).view([1, 1, 1, -1])
    hidden = at > positions.view([users, 1, m, 1])
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(self.attention_in.size(0)):
      # attention: queries, keys and values
      qkv = self.product(self.norm(x, None), 4 * l)
      self.turn(qkv, turns)
      # attention: write the blocks
      for b in range(users):
        start = int(starts.select(0, b))
        count = int(counts.select(0, b))
        kv = qkv.narrow(0, b * m, count).narrow(1, q_width, 2 * kv_width)
        new_rows = blocks.select(0, b).select(0, l).narrow(2, start, count)
        new_steps = steps.select(0, b).select(0, l).narrow(2, start, count)
        self.store(new_rows, new_steps, kv)
      # attention: read the blocks
      keys = self.widen(self.stacked(blocks, steps, l, 0, ends))
      values = self.widen(self.stacked(blocks, steps, l, 1, ends))
      q = qkv.narrow(1, 0, q_width).reshape([users, m, self.heads, self.head_dim]).transpose(1, 2)
      mixed = torch.matmul(torch.softmax(self.scores(q, keys, hidden), -1), values)
      # feed-forward
      x = self.finish(x, mixed.transpose(1, 2).reshape([users * m, q_width]), l)
    last = torch.arange(users, device=items.device) * m + counts - 1
    return x.index_select(0, last)

  # Copies rows [start, start + count) of one user from the stacked blocks to the user's own block.
  # Returns a tensor without meaning, as prepare does.
  def put_back(
    self,
    blocks: Tensor,  # (B, L, 2, G, T, D) float32, float16 or int8
    steps: Tensor,  # (B, L, 2, G, T, 1) float16, read only if the blocks are int8
    user: int,
    block: Tensor,  # (L, 2, G, T, D) of the type of blocks
    block_steps: Tensor,  # (L, 2, G, T, 1) float16, written only if the block is int8
    start: int,
    count: int
  ) -> Tensor:
    block.narrow(3, start, count).copy_(blocks.select(0, user).narrow(3, start, count))
    if block.dtype == $int8:
      block_steps.narrow(3, start, count).copy_(steps.select(0, user).narrow(3, start, count))
    return torch.zeros([1])

  # Repeats keys or values of candidates for the query heads that share them.
  def spread(
    self,
    x: Tensor,  # (B k, G D)
    users: int
  ) -> Tensor:  # (B, k, H, D)
    k = x.size(0) // users
    each = x.reshape([users, k, self.kv_heads, 1, self.head_dim])
    each = each.expand([-1, -1, -1, self.heads // self.kv_heads, -1])
    return each.reshape([users, k, self.heads, self.head_dim])

  # Scores candidates as score does, for B users. Returns calibrated probabilities.
  def score_batch(
    self,
    table: Tensor,  # (N + 1 + V, E)
    paths: Tensor,  # (N + 1 + V, X), any tensor in a model without a path for content
    candidates: Tensor,  # (B, k) rows of the table
    surfaces: Tensor,  # (B)
    gaps: Tensor,  # (B)
    positions: Tensor,  # (B, k) positions on the page
    blocks: Tensor,  # (B, L, 2, G, T, D) float32, float16 or int8
    steps: Tensor,  # (B, L, 2, G, T, 1) float16, read only if the blocks are int8
    rows: Tensor  # (B) number of rows of the block that a user's candidates attend to
  ) -> Tensor:  # (B, k, C)
    # rows
    users = candidates.size(0)
    k = candidates.size(1)
    group = self.heads // self.kv_heads
    items = torch.embedding(table, candidates)
    x = self.candidates(items, surfaces.unsqueeze(1), gaps.unsqueeze(1), positions)
    x = x.reshape([users * k, -1])
    turns = self.turns(rows.unsqueeze(1).expand([-1, k]).reshape([-1]))
    at = torch.arange(blocks.size(4), device=candidates.device).view([1, 1, 1, -1])
    hidden = at >= rows.view([users, 1, 1, 1])
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(self.attention_in.size(0)):
      # attention: queries, keys and values
      qkv = self.product(self.norm(x, None), 4 * l)
      self.turn(qkv, turns)
      q = qkv.narrow(1, 0, q_width).reshape([users, k, self.heads, self.head_dim])
      # attention to the histories: all queries that share keys become rows of one head
      heads = q.transpose(1, 2).reshape([users, self.kv_heads, group * k, self.head_dim])
      scores = self.scores(heads, self.stacked(blocks, steps, l, 0, rows), hidden)
      others = torch.logsumexp(scores, [-1], True)
      mixed = torch.matmul(torch.softmax(scores, -1), self.stacked(blocks, steps, l, 1, rows))
      mixed = mixed.reshape([users, self.heads, k, self.head_dim]).transpose(1, 2)
      others = others.reshape([users, self.heads, k, 1]).transpose(1, 2)
      # attention to the candidates themselves
      own_key = self.spread(qkv.narrow(1, q_width, kv_width), users)
      own_value = self.spread(qkv.narrow(1, q_width + kv_width, kv_width), users)
      attended = self.with_own(mixed, others, q, own_key, own_value)
      # feed-forward
      x = self.finish(x, attended.reshape([users * k, q_width]), l)
    past = self.picked(paths, candidates.reshape([-1]))
    return self.calibrated(self.candidate_logits(x, past)).view([users, k, -1])
