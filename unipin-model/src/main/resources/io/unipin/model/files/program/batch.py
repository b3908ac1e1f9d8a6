  # ---- serving: several users in one call, for devices that want large ones ----
  #
  # The same rows as extend and score give, of B users whose blocks have one capacity, stacked: blocks (B, L, 2, G, capacity, D),
  # steps (B, L, 2, G, capacity, 1). Tokens and candidates are padded to equal numbers; what comes of the padding is dropped.

  # Plane `which` (0 keys, 1 values) of layer l for all users, rows from `rows` (B) on zero. -> (B, G, capacity, D)
  def stacked(self: __torch__.UniPin, blocks: Tensor, steps: Tensor, l: int, which: int, rows: Tensor) -> Tensor:
    x = torch.to(torch.select(torch.select(blocks, 1, l), 1, which), 6)
    if blocks.dtype == 1:
      x = torch.mul(x, torch.select(torch.select(steps, 1, l), 1, which))
    at = torch.view(torch.arange(torch.size(x, 2), device=x.device), [1, 1, -1, 1])
    return torch.masked_fill(x, torch.ge(at, torch.view(rows, [-1, 1, 1, 1])), 0.)

  # items, surfaces, gaps (B, m), actions (B, m, C), first (B, m, 1): whether a token is the learned first one; starts, counts (B):
  # rows in the block, and new ones. Returns the states (B, d) of the last rows.
  def extend_batch(self: __torch__.UniPin, table: Tensor, items: Tensor, actions: Tensor, surfaces: Tensor, gaps: Tensor, first: Tensor, blocks: Tensor, steps: Tensor, starts: Tensor, counts: Tensor) -> Tensor:
    users = torch.size(items, 0)
    m = torch.size(items, 1)
    x = (self).tokens(torch.embedding(table, items), actions, surfaces, gaps)
    x = torch.reshape(torch.where(torch.gt(first, 0.5), self.token_first, x), [users * m, -1])
    ends = torch.add(starts, counts)
    positions = torch.add(torch.unsqueeze(starts, 1), torch.unsqueeze(torch.arange(m, device=items.device), 0))
    turns = (self).turns(torch.reshape(positions, [-1]))
    at = torch.view(torch.arange(torch.size(blocks, 4), device=items.device), [1, 1, 1, -1])
    hidden = torch.gt(at, torch.view(positions, [users, 1, m, 1]))
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(torch.size(self.attention_in, 0)):
      qkv = (self).product((self).norm(x, None), 4 * l)
      (self).turn(qkv, turns)
      for b in range(users):
        start = int(torch.select(starts, 0, b))
        count = int(torch.select(counts, 0, b))
        kv = torch.narrow(torch.narrow(qkv, 0, b * m, count), 1, q_width, 2 * kv_width)
        new_rows = torch.narrow(torch.select(torch.select(blocks, 0, b), 0, l), 2, start, count)
        new_steps = torch.narrow(torch.select(torch.select(steps, 0, b), 0, l), 2, start, count)
        (self).store(new_rows, new_steps, kv)
      keys = (self).widen((self).stacked(blocks, steps, l, 0, ends))
      values = (self).widen((self).stacked(blocks, steps, l, 1, ends))
      q = torch.transpose(torch.reshape(torch.narrow(qkv, 1, 0, q_width), [users, m, self.heads, self.head_dim]), 1, 2)
      scores = torch.masked_fill(torch.matmul(q, torch.transpose(keys, 2, 3)), hidden, float("-inf"))
      mixed = torch.matmul(torch.softmax(scores, -1), values)
      x = (self).finish(x, torch.reshape(torch.transpose(mixed, 1, 2), [users * m, q_width]), l)
    last = torch.sub(torch.add(torch.mul(torch.arange(users, device=items.device), m), counts), 1)
    return torch.index_select(x, 0, last)

  # Puts rows [start, start + count) of a stacked block back where they belong.
  def put_back(self: __torch__.UniPin, blocks: Tensor, steps: Tensor, user: int, block: Tensor, block_steps: Tensor, start: int, count: int) -> Tensor:
    _0 = torch.copy_(torch.narrow(block, 3, start, count), torch.narrow(torch.select(blocks, 0, user), 3, start, count))
    if block.dtype == 1:
      _1 = torch.copy_(torch.narrow(block_steps, 3, start, count), torch.narrow(torch.select(steps, 0, user), 3, start, count))
    return torch.zeros([1])

  # candidates, positions (B, k); surfaces, gaps, rows (B). Returns calibrated probabilities (B, k, C).
  def score_batch(self: __torch__.UniPin, table: Tensor, candidates: Tensor, surfaces: Tensor, gaps: Tensor, positions: Tensor, blocks: Tensor, steps: Tensor, rows: Tensor) -> Tensor:
    users = torch.size(candidates, 0)
    k = torch.size(candidates, 1)
    group = self.heads // self.kv_heads
    x = (self).candidates(torch.embedding(table, candidates), torch.unsqueeze(surfaces, 1), torch.unsqueeze(gaps, 1), positions)
    x = torch.reshape(x, [users * k, -1])
    turns = (self).turns(torch.reshape(torch.expand(torch.unsqueeze(rows, 1), [-1, k]), [-1]))
    at = torch.view(torch.arange(torch.size(blocks, 4), device=candidates.device), [1, 1, 1, -1])
    hidden = torch.ge(at, torch.view(rows, [users, 1, 1, 1]))
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(torch.size(self.attention_in, 0)):
      qkv = (self).product((self).norm(x, None), 4 * l)
      (self).turn(qkv, turns)
      heads = torch.reshape(torch.narrow(qkv, 1, 0, q_width), [users, k, self.heads, self.head_dim])
      q = torch.reshape(torch.transpose(heads, 1, 2), [users, self.kv_heads, group * k, self.head_dim])
      keys = (self).stacked(blocks, steps, l, 0, rows)
      scores = torch.masked_fill(torch.matmul(q, torch.transpose(keys, 2, 3)), hidden, float("-inf"))
      others = torch.logsumexp(scores, [-1], True)
      mixed = torch.matmul(torch.softmax(scores, -1), (self).stacked(blocks, steps, l, 1, rows))
      mixed = torch.transpose(torch.reshape(mixed, [users, self.heads, k, self.head_dim]), 1, 2)
      others = torch.transpose(torch.reshape(others, [users, self.heads, k, 1]), 1, 2)
      own_k = torch.reshape(torch.narrow(qkv, 1, q_width, kv_width), [users, k, self.kv_heads, 1, self.head_dim])
      own_k = torch.reshape(torch.expand(own_k, [-1, -1, -1, group, -1]), [users, k, self.heads, self.head_dim])
      own_v = torch.reshape(torch.narrow(qkv, 1, q_width + kv_width, kv_width), [users, k, self.kv_heads, 1, self.head_dim])
      own_v = torch.reshape(torch.expand(own_v, [-1, -1, -1, group, -1]), [users, k, self.heads, self.head_dim])
      own = torch.sum(torch.mul(heads, own_k), [-1], True)
      attended = torch.lerp(mixed, own_v, torch.sigmoid(torch.sub(own, others)))
      x = (self).finish(x, torch.reshape(attended, [users * k, q_width]), l)
    return torch.view((self).calibrated((self).action_logits(x)), [users, k, -1])
