  # ---- serving: one user ----

  # positions (m) -> the turn of every pair of a row of queries and keys, complex (m, (H + G) * D / 2)
  def turns(self: __torch__.UniPin, positions: Tensor) -> Tensor:
    cosine, sine = (self).rotation(positions)
    both = self.heads + self.kv_heads
    wide = torch.expand(torch.unsqueeze(torch.complex(cosine, sine), 1), [-1, both, -1])
    return torch.reshape(wide, [-1, both * (self.head_dim // 2)])

  # Turns the first columns of x (m, ...) in place: as many as `turns` (m or 1, w / 2) has pairs.
  def turn(self: __torch__.UniPin, x: Tensor, turns: Tensor) -> None:
    pairs = torch.size(turns, 1)
    z = torch.view_as_complex(torch.view(torch.narrow(x, 1, 0, 2 * pairs), [torch.size(x, 0), pairs, 2]))
    _0 = torch.mul_(z, turns)
    return None

  # Attention of q (r, H * D), scaled, over keys and values (1, G, n, D): over all of them, in which `hidden` (r, n) hides what is -inf, or, for
  # r = n, each row over those up to itself. Heads that share keys go side by side, so that these are not copied. Computes in the type of the
  # keys. -> (r, H * D)
  def attend(self: __torch__.UniPin, q: Tensor, keys: Tensor, values: Tensor, hidden: Optional[Tensor], causal: bool) -> Tensor:
    r = torch.size(q, 0)
    group = self.heads // self.kv_heads
    rows = torch.transpose(torch.view(torch.to(q, keys.dtype), [r, self.kv_heads, group, self.head_dim]), 0, 2)
    if group > 1:
      keys = torch.expand(keys, [group, -1, -1, -1])
      values = torch.expand(values, [group, -1, -1, -1])
    mixed, lse = torch._scaled_dot_product_flash_attention_for_cpu(rows, keys, values, 0., causal, attn_mask=hidden, scale=1.)
    return torch.to(torch.reshape(torch.transpose(mixed, 0, 2), [r, self.heads * self.head_dim]), 6)

  # What many rows attend to history in: float32, beside int8 bfloat16 where the processor has units for products of it, which those that compute
  # in float16 have.
  def attention_type(self: __torch__.UniPin) -> int:
    if self.arithmetic == 2 and ops.mkldnn._is_mkldnn_fp16_supported():
      kind = 15
    else:
      kind = 6
    return kind

  # Attention of candidates qkv (k, (H + 2 G) * D) over all rows of keys and values (1, G, n, D) of any type and each over itself, whose
  # share of the whole follows from the log-sum-exp of the others. -> (k, H * D)
  def attend_slate(self: __torch__.UniPin, qkv: Tensor, keys: Tensor, values: Tensor) -> Tensor:
    k = torch.size(qkv, 0)
    group = self.heads // self.kv_heads
    parts = torch.view(qkv, [k, self.heads + 2 * self.kv_heads, self.head_dim])
    q = torch.narrow(parts, 1, 0, self.heads)
    own_k = torch.unsqueeze(torch.narrow(parts, 1, self.heads, self.kv_heads), 2)
    own_v = torch.unsqueeze(torch.narrow(parts, 1, self.heads + self.kv_heads, self.kv_heads), 2)
    rows = torch.reshape(torch.transpose(q, 0, 1), [1, self.kv_heads, group * k, self.head_dim])
    mixed, lse = torch._scaled_dot_product_flash_attention_for_cpu(torch.to(rows, keys.dtype), keys, values, 0., False, attn_mask=None, scale=1.)
    mixed = torch.permute(torch.view(torch.to(mixed, 6), [self.kv_heads, group, k, self.head_dim]), [2, 0, 1, 3])
    others = torch.permute(torch.view(lse, [self.kv_heads, group, k, 1]), [2, 0, 1, 3])
    own = torch.sum(torch.mul(torch.view(q, [k, self.kv_heads, group, self.head_dim]), own_k), [-1], True)
    return torch.reshape(torch.lerp(mixed, own_v, torch.sigmoid(torch.sub(own, others))), [k, -1])

  # The rest of layer l: x (m, d) and what attention gave (m, H * D) -> (m, d)
  def finish(self: __torch__.UniPin, x: Tensor, attended: Tensor, l: int) -> Tensor:
    x = (self).product_add(attended, 4 * l + 1, x)
    h = (self).norm(x, None)
    if (self).gated():
      wide = (self).gate((self).product(h, 4 * l + 2))
    else:
      wide = (self).product_gelu(h, 4 * l + 2)
    return (self).product_add(wide, 4 * l + 3, x)

  # Rows [start, end) of every layer of block (L, 2, G, capacity, w). -> L of (2, G, end - start, w)
  def by_layer(self: __torch__.UniPin, block: Tensor, start: int, end: int) -> List[Tensor]:
    return torch.unbind(torch.narrow(block, 3, start, end - start))

  # Writes keys and values kv (m, 2 G * D) into rows of a layer (2, G, m, D), rounded to their type: in int8 as multiples of a
  # step per row and head, steps (2, G, m, 1), itself rounded before it is divided by.
  def store(self: __torch__.UniPin, rows: Tensor, steps: Tensor, kv: Tensor) -> None:
    x = torch.permute(torch.view(kv, [torch.size(kv, 0), 2, self.kv_heads, self.head_dim]), [1, 2, 0, 3])
    if rows.dtype == 1:
      _0 = torch.copy_(steps, torch.clamp_min(torch.div(torch.amax(torch.abs(x), [-1], True), 127.), 6.2e-5))
      _1 = torch.copy_(rows, torch.clamp(torch.round_(torch.div(x, steps)), -127., 127.))
    else:
      _2 = torch.copy_(rows, x)
    return None

  # Rows (2, G, n, D) of a layer as numbers of a kind: float32 ones are not copied. -> keys and values (1, G, n, D) each
  def stored(self: __torch__.UniPin, rows: Tensor, steps: Tensor, kind: int) -> Tuple[Tensor, Tensor]:
    x = torch.to(rows, kind)
    if rows.dtype == 1:
      x = torch.mul_(x, steps)
    halves = torch.split(x, 1)
    return (halves[0], halves[1])

  # x (m, w), from m = 16 on with rows of zeros behind to a multiple of 16: a product is compiled for every number of rows, and what is
  # compiled stays in memory.
  def filled(self: __torch__.UniPin, x: Tensor) -> Tensor:
    m = torch.size(x, 0)
    more = (16 - m % 16) % 16
    if m < 16 or more == 0 or self.arithmetic == 3:
      y = x
    else:
      y = torch.cat([x, torch.zeros([more, torch.size(x, 1)], dtype=6, device=x.device)])
    return y

  # Encodes the tokens behind the first `start` rows of block and writes their keys and values into it.
  # table (N + 1, E); items, surfaces, gaps (m), actions (m, C): the new actions; block (L, 2, G, capacity, D), with
  # steps (L, 2, G, capacity, 1) when it is of int8, else block again, unread.
  # start = 0 writes the learned first token too. Returns the state (d) of the last row.
  def extend(self: __torch__.UniPin, table: Tensor, items: Tensor, actions: Tensor, surfaces: Tensor, gaps: Tensor, block: Tensor, steps: Tensor, start: int) -> Tensor:
    x = (self).tokens(torch.embedding(table, items), actions, surfaces, gaps)
    if start == 0:
      x = torch.cat([torch.view(self.token_first, [1, -1]), x])
    m = torch.size(x, 0)
    x = (self).filled(x)
    turns = (self).turns(torch.arange(start, start + m, dtype=4, device=x.device))
    # What rows behind others see; the first rows of a block need none.
    seen = 0
    if start > 0:
      seen = start + m
    hidden = torch.triu(torch.full([m, seen], float("-inf"), dtype=6), start + 1)
    new_rows = (self).by_layer(block, start, start + m)
    new_steps = (self).by_layer(steps, start, start + m)
    all_rows = (self).by_layer(block, 0, start + m)
    all_steps = (self).by_layer(steps, 0, start + m)
    layers = torch.size(self.attention_in, 0)
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(layers):
      h = (self).norm(x, None)
      # Of the last layer only the last row's output is needed; for few rows two products take longer than one.
      last = l + 1 == layers
      if last and m >= 16:
        kv = torch.narrow((self).product(h, 4 * layers), 0, 0, m)
        (self).turn(kv, torch.narrow(turns, 1, q_width // 2, kv_width // 2))
        q = torch.narrow((self).product(torch.narrow(h, 0, m - 1, 1), 4 * l), 1, 0, q_width)
        (self).turn(q, torch.narrow(torch.narrow(turns, 0, m - 1, 1), 1, 0, q_width // 2))
      else:
        qkv = torch.narrow((self).product(h, 4 * l), 0, 0, m)
        (self).turn(qkv, turns)
        q = torch.narrow(qkv, 1, 0, q_width)
        kv = torch.narrow(qkv, 1, q_width, 2 * kv_width)
      if last:
        x = torch.narrow(x, 0, m - 1, 1)
        q = torch.narrow(q, 0, torch.size(q, 0) - 1, 1)
      (self).store(new_rows[l], new_steps[l], kv)
      # A whole history; for few rows, turning the keys and values of all into another type takes longer than it saves.
      causal = start == 0 and torch.size(q, 0) > 1
      kind = 6
      if causal:
        kind = (self).attention_type()
      keys, values = (self).stored(all_rows[l], all_steps[l], kind)
      if causal or torch.size(q, 0) == 1:
        attended = (self).attend(q, keys, values, None, causal)
      else:
        attended = (self).attend(q, keys, values, hidden, False)
      x = (self).finish(x, (self).filled(attended), l)
    return torch.view(x, [-1])

  # Scores candidates against the first `rows` rows of block, as in extend. candidates (k); surface, gap (1).
  # Returns calibrated probabilities (k, C). A candidate sees the history and itself, nothing of its slate.
  def score(self: __torch__.UniPin, table: Tensor, candidates: Tensor, surface: Tensor, gap: Tensor, positions: Tensor, block: Tensor, steps: Tensor, rows: int) -> Tensor:
    x = (self).candidates(torch.embedding(table, candidates), surface, gap, positions)
    turns = (self).turns(torch.full([1], rows, dtype=4, device=x.device))
    all_rows = (self).by_layer(block, 0, rows)
    all_steps = (self).by_layer(steps, 0, rows)
    kind = (self).attention_type()
    for l in range(torch.size(self.attention_in, 0)):
      qkv = (self).product((self).norm(x, None), 4 * l)
      (self).turn(qkv, turns)
      keys, values = (self).stored(all_rows[l], all_steps[l], kind)
      attended = (self).attend_slate(qkv, keys, values)
      x = (self).finish(x, attended, l)
    return (self).calibrated((self).action_logits(x))
