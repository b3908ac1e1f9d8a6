
  # ---- serving: one user ----
  #
  # A block (L, 2, G, T, D) holds the keys (0) and values (1) of a history's rows in float32,
  # float16 or int8. An int8 block has steps (L, 2, G, T, 1) in float16: a key or value is the
  # stored integer times the step of its row. For other types callers pass the block again as
  # `steps`, which is then not read. A row of x (m, H D + 2 G D) holds queries, keys and values side
  # by side.

  # Returns the rotations of queries and keys at positions (m) in a history. They are one complex
  # number for each pair of columns: (m, (H + G) D / 2).
  def turns(self, positions: Tensor) -> Tensor:
    cosine, sine = self.rotation(positions)
    both = self.heads + self.kv_heads
    wide = torch.complex(cosine, sine).unsqueeze(1).expand([-1, both, -1])
    return wide.reshape([-1, both * (self.head_dim // 2)])

  # Rotates the first 2 p columns of x (m, ...) in place by the rotations turns (m, p). Rotations
  # (1, p) apply to all rows.
  def turn(self, x: Tensor, turns: Tensor) -> None:
    pairs = turns.size(1)
    z = torch.view_as_complex(x.narrow(1, 0, 2 * pairs).view([x.size(0), pairs, 2]))
    z.mul_(turns)
    return None

  # Lets each row attend to all keys except hidden keys. If `causal` is true, lets each row attend
  # to the keys up to its own key. Query heads that share keys become a batch, so that the keys are
  # not copied. Computes in the type of the keys.
  def attend(
    self,
    q: Tensor,  # (r, H D), scaled
    keys: Tensor,  # (1, G, n, D)
    values: Tensor,  # (1, G, n, D)
    hidden: Optional[Tensor],  # (r, n), -inf where a key is hidden, else 0
    causal: bool  # needs r = n
  ) -> Tensor:  # (r, H D)
    r = q.size(0)
    group = self.heads // self.kv_heads
    rows = q.to(keys.dtype).view([r, self.kv_heads, group, self.head_dim]).transpose(0, 2)
    if group > 1:
      keys = keys.expand([group, -1, -1, -1])
      values = values.expand([group, -1, -1, -1])
    mixed, lse = torch._scaled_dot_product_flash_attention_for_cpu(
      rows, keys, values, 0., causal, attn_mask=hidden, scale=1.)
    return mixed.transpose(0, 2).reshape([r, self.heads * self.head_dim]).to($float32)

  # Returns the type in which many rows attend to a history: $float32, or, for $INT8, $bfloat16 if
  # the processor has units for products of bfloat16. The engine tells only whether a processor
  # computes in float16, but every processor that computes in float16 also has units for bfloat16.
  def attention_type(self) -> int:
    if self.arithmetic == $INT8 and ops.mkldnn._is_mkldnn_fp16_supported():
      kind = $bfloat16
    else:
      kind = $float32
    return kind

  # Lets each row also attend to its own key: mixes its own value into the result of its attention
  # to other keys. The share of the own value is the sigmoid of (score of the own key - log-sum-exp
  # of the scores of the other keys). Serving needs this form, because its attention to other keys
  # returns no scores, so no softmax over all keys can be computed. training.py has all scores and
  # computes one softmax; comparison.py computes the scores of own keys together with all other
  # scores.
  def with_own(
    self,
    mixed: Tensor,  # (..., D) result of the attention to other keys
    others: Tensor,  # (..., 1) log-sum-exp of the scores for other keys
    q: Tensor,  # (..., D), scaled
    own_key: Tensor,  # (..., D)
    own_value: Tensor  # (..., D)
  ) -> Tensor:  # (..., D)
    own = torch.sum(q * own_key, [-1], True)
    return torch.lerp(mixed, own_value, torch.sigmoid(own - others))

  # Adds each candidate's own key and value to its attention to the history, see with_own.
  def with_self(
    self,
    qkv: Tensor,  # (k, H D + 2 G D), queries scaled
    mixed: Tensor,  # (k, G, H / G, D) result of the attention to the history
    others: Tensor  # (k, G, H / G, 1) log-sum-exp of the scores for the history
  ) -> Tensor:  # (k, H D)
    k = qkv.size(0)
    group = self.heads // self.kv_heads
    parts = qkv.view([k, self.heads + 2 * self.kv_heads, self.head_dim])
    # The shape of own keys and values, (k, G, 1, D), is broadcast to (k, G, H / G, D).
    own_key = parts.narrow(1, self.heads, self.kv_heads).unsqueeze(2)
    own_value = parts.narrow(1, self.heads + self.kv_heads, self.kv_heads).unsqueeze(2)
    each = parts.narrow(1, 0, self.heads).view([k, self.kv_heads, group, self.head_dim])
    return self.with_own(mixed, others, each, own_key, own_value).reshape([k, -1])

  # Lets each candidate attend to all rows of a history and to itself, but to no other candidate.
  def attend_slate(
    self,
    qkv: Tensor,  # (k, H D + 2 G D), queries scaled
    keys: Tensor,  # (1, G, n, D) of any type
    values: Tensor  # (1, G, n, D)
  ) -> Tensor:  # (k, H D)
    k = qkv.size(0)
    group = self.heads // self.kv_heads
    # All queries that share keys become rows of one head.
    q = qkv.narrow(1, 0, self.heads * self.head_dim).view([k, self.heads, self.head_dim])
    rows = q.transpose(0, 1).reshape([1, self.kv_heads, group * k, self.head_dim])
    mixed, lse = torch._scaled_dot_product_flash_attention_for_cpu(
      rows.to(keys.dtype), keys, values, 0., False, attn_mask=None, scale=1.)
    mixed = mixed.to($float32).view([self.kv_heads, group, k, self.head_dim]).permute([2, 0, 1, 3])
    others = lse.view([self.kv_heads, group, k, 1]).permute([2, 0, 1, 3])
    return self.with_self(qkv, mixed, others)

  # Computes the rest of layer l for rows x (m, d) from their attention (m, H D). Returns (m, d).
  def finish(self, x: Tensor, attended: Tensor, l: int) -> Tensor:
    # attention: the result is mapped to the width of a row and added to the row
    x = self.product_add(attended, 4 * l + 1, x)
    # feed-forward
    h = self.norm(x, None)
    if self.gated():
      wide = self.product_gate(h, 4 * l + 2)
    else:
      wide = self.product_gelu(h, 4 * l + 2)
    return self.product_add(wide, 4 * l + 3, x)

  # Returns rows [start, end) of every layer of a block (L, 2, G, T, D) as L views
  # (2, G, end - start, D). For the steps (L, 2, G, T, 1) of a block, D is 1.
  def by_layer(self, block: Tensor, start: int, end: int) -> List[Tensor]:
    return block.narrow(3, start, end - start).unbind()

  # Writes keys and values into rows of a layer, rounded to the type of the rows. For int8 the step
  # of a row is rounded to float16 before the row is divided by the step.
  def store(
    self,
    rows: Tensor,  # (2, G, m, D) float32, float16 or int8
    steps: Tensor,  # (2, G, m, 1) float16, read only if the rows are int8
    kv: Tensor  # (m, 2 G D)
  ) -> None:
    x = kv.view([kv.size(0), 2, self.kv_heads, self.head_dim]).permute([1, 2, 0, 3])
    if rows.dtype == $int8:
      largest = torch.amax(torch.abs(x), [-1], True)
      steps.copy_(torch.clamp_min(torch.div(largest, 127.), 6.2e-5))
      rows.copy_(torch.clamp(torch.round_(torch.div(x, steps)), -127., 127.))
    else:
      rows.copy_(x)
    return None

  # Reads keys and values, (1, G, n, D) each, as numbers of the type `kind`. Rows that already have
  # this type are not copied.
  def stored(
    self,
    rows: Tensor,  # (2, G, n, D) float32, float16 or int8
    steps: Tensor,  # (2, G, n, 1) float16, read only if the rows are int8
    kind: int  # $float32 or $bfloat16
  ) -> Tuple[Tensor, Tensor]:
    x = rows.to(kind)
    if rows.dtype == $int8:
      x = x.mul_(steps)
    halves = torch.split(x, 1)
    return (halves[0], halves[1])

  # Lets new rows of a history, or only the last row, attend to the rows up to their own.
  def attend_rows(
    self,
    q: Tensor,  # (m, H D) or (1, H D), scaled
    rows: Tensor,  # (2, G, n, D) float32, float16 or int8: all rows
    steps: Tensor,  # (2, G, n, 1) float16, read only if the rows are int8
    hidden: Tensor  # (m, n), or (m, 0) if all rows are new, see unseen
  ) -> Tensor:  # (m, H D) or (1, H D)
    # For a whole history, converting all keys and values to a faster type saves time. For few new
    # rows, the conversion takes longer than it saves.
    causal = hidden.size(1) == 0 and q.size(0) > 1
    kind = $float32
    if causal:
      kind = self.attention_type()
    keys, values = self.stored(rows, steps, kind)
    if causal or q.size(0) == 1:
      attended = self.attend(q, keys, values, None, causal)
    else:
      attended = self.attend(q, keys, values, hidden, False)
    return attended

  # Lets new rows of a history attend to their windows, see local.
  def attend_window(
    self,
    q: Tensor,  # (m, H D), scaled
    rows: Tensor,  # (2, G, n, D) float32, float16 or int8: all rows
    steps: Tensor  # (2, G, n, 1) float16, read only if the rows are int8
  ) -> Tensor:  # (m, H D)
    n = rows.size(2)
    half = self.window // 2
    start = n - q.size(0)
    at = start
    parts = annotate(List[Tensor], [])
    while at < n:
      if at < self.window:
        # the first two blocks: all rows up to the own
        to = min(n, self.window)
        hidden = self.unseen(at, to - at, q.device)
        part = self.attend_rows(
          q.narrow(0, at - start, to - at), rows.narrow(2, 0, to), steps.narrow(2, 0, to), hidden)
      else:
        # as many whole blocks as there are, or a part of one block
        size = min(n, (at // half + 1) * half) - at
        to = at + size
        if size == half:
          to = at + (n - at) // half * half
        part = self.attend_blocks(q.narrow(0, at - start, to - at), rows, steps, at, size)
      parts.append(part)
      at = to
    return torch.cat(parts)

  # Lets rows of blocks attend to their windows. The blocks follow the first two blocks of a
  # history. Either all blocks are whole, or it is a part of one block.
  def attend_blocks(
    self,
    q: Tensor,  # (c s, H D), scaled: s rows of each of c blocks
    rows: Tensor,  # (2, G, n, D) float32, float16 or int8: all rows
    steps: Tensor,  # (2, G, n, 1) float16, read only if the rows are int8
    at: int,  # position of the first row of q
    s: int
  ) -> Tensor:  # (c s, H D)
    group = self.heads // self.kv_heads
    half = self.window // 2
    begin = (at // half - 1) * half
    before = at - begin
    count = before + q.size(0)
    kind = $float32
    if s == half:
      kind = self.attention_type()
    keys, values = self.stored(rows.narrow(2, begin, count), steps.narrow(2, begin, count), kind)
    # All queries of a block that share keys become rows of one head.
    x = q.view([-1, s, self.kv_heads, group, self.head_dim]).permute([0, 2, 3, 1, 4])
    x = x.reshape([-1, self.kv_heads, group * s, self.head_dim]).to(kind)
    hidden = self.unseen(before, s, q.device).repeat([group, 1])
    mixed, lse = torch._scaled_dot_product_flash_attention_for_cpu(
      x, self.strips(keys, before + s, half), self.strips(values, before + s, half),
      0., False, attn_mask=hidden, scale=1.)
    mixed = mixed.to($float32)
    if self.global_rows > 0:
      # The softmax over both kinds of keys is a mix of two, see with_own.
      first = self.global_rows
      keys, values = self.stored(rows.narrow(2, 0, first), steps.narrow(2, 0, first), kind)
      shape = [x.size(0), -1, -1, -1]
      others, other_lse = torch._scaled_dot_product_flash_attention_for_cpu(
        x, keys.expand(shape), values.expand(shape), 0., False, attn_mask=None, scale=1.)
      share = torch.sigmoid(other_lse - lse).unsqueeze(-1)
      mixed = torch.lerp(mixed, others.to($float32), share)
    mixed = mixed.view([-1, self.kv_heads, group, s, self.head_dim]).permute([0, 3, 1, 2, 4])
    return mixed.reshape([q.size(0), self.heads * self.head_dim])

  # Adds rows of zeros to x (m, w), so that their number is a multiple of 16; does nothing if m is
  # less than 16. oneDNN compiles a product for each number of rows and keeps all compiled products
  # in memory, so there should be few different numbers of rows. Other devices need no zeros.
  def filled(self, x: Tensor) -> Tensor:
    m = x.size(0)
    more = (16 - m % 16) % 16
    if m < 16 or more == 0 or self.arithmetic == $OBSERVING or self.kernel != $EACH:
      y = x
    else:
      y = torch.cat([x, torch.zeros([more, x.size(1)], dtype=$float32, device=x.device)])
    return y

  # Encodes new actions after the first `start` rows of a block, and writes their keys and values
  # into the block. If start = 0, the learned first token precedes the actions, so m = a + 1 rows
  # are new; otherwise m = a. Returns the state of the last row.
  def extend(
    self,
    table: Tensor,  # (N + 1 + V, E)
    items: Tensor,  # (a) rows of the table
    actions: Tensor,  # (a, C) multi-hot
    surfaces: Tensor,  # (a)
    gaps: Tensor,  # (a)
    block: Tensor,  # (L, 2, G, T, D) float32, float16 or int8
    steps: Tensor,  # (L, 2, G, T, 1) float16, read only if the block is int8
    start: int
  ) -> Tensor:  # (d)
    # rows
    x = self.tokens(torch.embedding(table, items), actions, surfaces, gaps)
    if start == 0:
      x = torch.cat([self.token_first.view([1, -1]), x])
    m = x.size(0)
    x = self.filled(x)
    turns = self.turns(torch.arange(start, start + m, dtype=$int64, device=x.device))
    hidden = self.unseen(start, m, x.device)
    new_rows = self.by_layer(block, start, start + m)
    new_steps = self.by_layer(steps, start, start + m)
    all_rows = self.by_layer(block, 0, start + m)
    all_steps = self.by_layer(steps, 0, start + m)
    layers = self.attention_in.size(0)
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(layers):
      # attention: queries, keys and values. In the last layer only the output of the last row is
      # needed. One product therefore makes the keys and values of all rows, and another product
      # makes the query of the last row. If there are few rows, two products take longer than one.
      h = self.norm(x, None)
      last = l + 1 == layers
      if last and m >= 16:
        kv = self.product(h, 4 * layers).narrow(0, 0, m)
        self.turn(kv, turns.narrow(1, q_width // 2, kv_width // 2))
        q = self.product(h.narrow(0, m - 1, 1), 4 * l).narrow(1, 0, q_width)
        self.turn(q, turns.narrow(0, m - 1, 1).narrow(1, 0, q_width // 2))
      else:
        qkv = self.product(h, 4 * l).narrow(0, 0, m)
        self.turn(qkv, turns)
        q = qkv.narrow(1, 0, q_width)
        kv = qkv.narrow(1, q_width, 2 * kv_width)
      if last:
        x = x.narrow(0, m - 1, 1)
        q = q.narrow(0, q.size(0) - 1, 1)
      # attention: write the block
      self.store(new_rows[l], new_steps[l], kv)
      # attention: read the block
      if self.local(l):
        attended = self.attend_window(q, all_rows[l], all_steps[l])
      else:
        attended = self.attend_rows(q, all_rows[l], all_steps[l], hidden)
      # feed-forward
      x = self.finish(x, self.filled(attended), l)
    return x.view([-1])

  # Scores candidates against the first `rows` rows of a block. A candidate attends to the history
  # and to itself, but to no other candidate. Returns calibrated probabilities.
  def score(
    self,
    table: Tensor,  # (N + 1 + V, E)
    paths: Tensor,  # (N + 1 + V, X), any tensor in a model without a content path
    candidates: Tensor,  # (k) rows of the table
    surface: Tensor,  # (1)
    gap: Tensor,  # (1)
    positions: Tensor,  # (k) or (1) positions on the page
    block: Tensor,  # (L, 2, G, T, D) float32, float16 or int8
    steps: Tensor,  # (L, 2, G, T, 1) float16, read only if the block is int8
    rows: int
  ) -> Tensor:  # (k, C)
    # rows
    x = self.candidates(torch.embedding(table, candidates), surface, gap, positions)
    turns = self.turns(torch.full([1], rows, dtype=$int64, device=x.device))
    all_rows = self.by_layer(block, 0, rows)
    all_steps = self.by_layer(steps, 0, rows)
    kind = self.attention_type()
    for l in range(self.attention_in.size(0)):
      # attention
      qkv = self.product(self.norm(x, None), 4 * l)
      self.turn(qkv, turns)
      keys, values = self.stored(all_rows[l], all_steps[l], kind)
      attended = self.attend_slate(qkv, keys, values)
      # feed-forward
      x = self.finish(x, attended, l)
    return self.calibrated(self.candidate_logits(x, self.picked(paths, candidates)))
