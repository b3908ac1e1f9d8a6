
  # ---- serving: several users in one call, for devices that need large calls ----
  #
  # Computes what extend and score compute, for B users in one call. The new rows of all users, or
  # all their candidates, form one list of rows, user by user and without padding. The integers of a
  # call are one tensor `ints`, because the processor waits for every tensor that it copies to a
  # device. `ints` holds these parts, one after another:
  #   0  (r) rows of the table
  #   1  (r) surfaces
  #   2  (r) gaps
  #   3  (r) positions: of a new row in the history, or of a candidate on the page
  #   4  (r) users, from 0 to B - 1
  #   5  (B + 1) ends: rows ends[b] to ends[b + 1] - 1 of the list belong to user b
  #   6  (B) used: number of rows of a user's block to attend to, including the new rows
  #   7  (B + 1) starts: row of the pool at which a user's block begins; the last number is not read
  #   8  (B + 1) capacities: number of rows that a block has room for; the last number is not read
  #
  # Keys and values are in one of two kinds of memory:
  #   pool    one tensor on the device. It is read as (R, 2, G, D): row t of layer l of user b's
  #           block is row starts[b] + l capacities[b] + t. Other rows may hold anything, even NaN.
  #   blocks  B blocks in host memory, as extend takes them, if there is no pool. Then starts and
  #           capacities are not read.
  # The argument `kernel` of prepare chooses one of these attention kernels:
  #   $EACH       the engine's kernel for processors, user after user, over either kind of memory
  #   $PADDED     plain products of rows that are gathered from the pool into rectangles
  #   $EFFICIENT  CUDA's kernel for float32, over rows that are gathered from the pool
  #   $FLASH      CUDA's kernel for float16, which finds the rows of all users in the pool by itself
  # Methods that are called for $EACH alone may use operators that only the processor has.

  # Cuts the integers of a call into their nine parts.
  def cut(self, ints: Tensor, users: int) -> List[Tensor]:
    r = (ints.size(0) - 4 * users - 3) // 5
    return torch.split_with_sizes(ints, [r, r, r, r, r, users + 1, users, users + 1, users + 1])

  # Returns the pool as rows (R, 2 G D). The pool may end with a part of a row.
  def pool_rows(self, pool: Tensor) -> Tensor:
    width = 2 * self.kv_heads * self.head_dim
    rows = torch.numel(pool) // width
    return pool.narrow(0, 0, rows * width).view([rows, width])

  # Returns where each layer's part of each block begins in the pool: (L, B + 1).
  def layer_starts(self, parts: List[Tensor]) -> Tensor:
    layers = torch.arange(self.attention_in.size(0), dtype=$int64, device=parts[7].device)
    return parts[7] + layers.unsqueeze(1) * parts[8]

  # Returns a tensor per layer: the rows of the pool that the layer's attention reads. For $FLASH it
  # holds the first row of each user (B + 1), in int32. For other kernels it holds all rows of all
  # users (B most_rows), and repeats the last row of each history that is shorter than most_rows.
  def reads(self, parts: List[Tensor], most_rows: int) -> List[Tensor]:
    starts = self.layer_starts(parts)
    users = parts[6].size(0)
    if self.kernel == $FLASH:
      reads = starts.to($int32)
    else:
      at = torch.arange(most_rows, dtype=$int64, device=starts.device)
      at = torch.minimum(at, (parts[6] - 1).unsqueeze(1))
      reads = (starts.narrow(1, 0, users).unsqueeze(2) + at).reshape([-1, users * most_rows])
    return reads.unbind()

  # Returns the tensors that describe the rows of queries to the attention of all layers:
  #   0  (B + 1) ends, in int32
  #   1  (B) used, in int32
  #   2  (r) the place of each row of queries in a rectangle (B most_new). For $EFFICIENT the width
  #      of the rectangle, most_new, is rounded up to a multiple of 32.
  # for $EFFICIENT also
  #   3  (B + 1) where the gathered rows of each user begin, in int32
  # and for $PADDED also
  #   3  (B most_new) the row of queries in each place of the rectangle
  #   4  (B, 1, 1, most_new, most_rows) whether a key is hidden from a place
  # If `local` is true, each row of queries attends to its window. Only $PADDED supports windows.
  def rectangle(
    self,
    users: Tensor,  # (r)
    ends: Tensor,  # (B + 1)
    used: Tensor,  # (B)
    seen: Tensor,  # (r) number of rows of the history that each row of queries attends to
    most_new: int,
    most_rows: int,
    local: bool
  ) -> List[Tensor]:
    firsts = ends.narrow(0, 0, used.size(0))
    rows = torch.arange(users.size(0), dtype=$int64, device=ends.device)
    wide = most_new
    if self.kernel == $EFFICIENT:
      wide = (most_new + 31) // 32 * 32
    places = rows - firsts.index_select(0, users) + users * wide
    rectangle = annotate(List[Tensor], [])
    rectangle.append(ends.to($int32))
    rectangle.append(used.to($int32))
    rectangle.append(places)
    if self.kernel == $EFFICIENT:
      numbers = torch.arange(ends.size(0), dtype=$int32, device=ends.device)
      rectangle.append(numbers * most_rows)
    if self.kernel == $PADDED:
      counts = ends.narrow(0, 1, used.size(0)) - firsts
      at = torch.arange(most_new, dtype=$int64, device=ends.device)
      at = torch.minimum(at, (counts - 1).unsqueeze(1)) + firsts.unsqueeze(1)
      at = at.reshape([-1])
      keys = torch.arange(most_rows, dtype=$int64, device=ends.device)
      limits = seen.index_select(0, at).view([used.size(0), 1, 1, most_new, 1])
      hidden = keys >= limits
      if local:
        hidden = torch.logical_or(hidden, self.beyond(limits - 1, keys))
      rectangle.append(at)
      rectangle.append(hidden)
    return rectangle

  # Returns whether a key lies before the window of a row and is no global row. Positions of rows
  # and positions of keys are broadcast.
  def beyond(self, row: Tensor, key: Tensor) -> Tensor:
    half = self.window // 2
    begin = (torch.div(row, half, rounding_mode="floor") - 1) * half
    return torch.logical_and(key < begin, key >= self.global_rows)

  # Lets rows of queries attend to rows of the pool. If `causal` is true, a user's queries belong to
  # the last rows of the history, and each query attends to the rows up to its own row. Otherwise
  # each query attends to all rows of the history. Returns (r, H, D) and the log-sum-exp (r, H) of
  # the scores.
  def attend_ragged(
    self,
    q: Tensor,  # (r, H D), scaled
    keys: Tensor,  # (R, G, D)
    values: Tensor,  # (R, G, D)
    reads: Tensor,  # (B + 1) or (B most_rows), see reads
    rectangle: List[Tensor],
    most_new: int,
    most_rows: int,
    causal: bool
  ) -> Tuple[Tensor, Tensor]:
    users = rectangle[1].size(0)
    group = self.heads // self.kv_heads
    if self.kernel == $FLASH:
      # If no user has more than one query, the kernel takes another path. In some versions, this
      # path returns the log-sum-exp in another layout. To avoid this path, `most` is at least 2.
      most = most_new
      if most == 1:
        most = 2
      mixed, lse, a, b, c = torch._flash_attention_forward(
        q.view([-1, self.heads, self.head_dim]), keys, values, rectangle[0], reads,
        most, most_rows, 0., causal, False, scale=1., seqused_k=rectangle[1])
      lse = lse.transpose(0, 1)
    elif self.kernel == $EFFICIENT:
      k = self.widen(keys.index_select(0, reads)).to($float32)
      v = self.widen(values.index_select(0, reads)).to($float32)
      mask = 0
      if causal:
        mask = 2  # the user's last query is aligned with the user's last key
      mixed, lse, a, b, c, d = torch._efficient_attention_forward(
        q.to($float32).view([1, -1, self.heads, self.head_dim]), k.unsqueeze(0), v.unsqueeze(0),
        None, rectangle[0], rectangle[3], most_new, most_rows, 0., mask, True, scale=1.,
        seqlen_k=rectangle[1])
      mixed = mixed.squeeze(0)
      lse = lse.transpose(1, 2).reshape([-1, self.heads]).index_select(0, rectangle[2])
    else:
      shape = [users, most_rows, self.kv_heads, self.head_dim]
      k = keys.index_select(0, reads).to($float32).view(shape).permute([0, 2, 3, 1])
      v = values.index_select(0, reads).to($float32).view(shape).transpose(1, 2)
      # All queries that share keys become rows of one head.
      rows = q.index_select(0, rectangle[3]).to($float32)
      rows = rows.view([users, most_new, self.kv_heads, group, self.head_dim])
      rows = rows.permute([0, 2, 3, 1, 4]).reshape([users, self.kv_heads, -1, self.head_dim])
      scores = torch.matmul(rows, k).view([users, self.kv_heads, group, most_new, most_rows])
      scores = torch.masked_fill(scores, rectangle[4], float("-inf"))
      lse = torch.logsumexp(scores, [-1]).view([users, self.heads, most_new])
      lse = lse.transpose(1, 2).reshape([-1, self.heads]).index_select(0, rectangle[2])
      shares = torch.softmax(scores, -1).view([users, self.kv_heads, -1, most_rows])
      mixed = torch.matmul(shares, v).view([users, self.heads, most_new, self.head_dim])
      mixed = mixed.transpose(1, 2).reshape([-1, self.heads, self.head_dim])
      mixed = mixed.index_select(0, rectangle[2])
    return (mixed, lse)

  # Returns the numbers in x (m). Only for tensors on the processor: reading a number from a device
  # waits for the device.
  def numbers(self, x: Tensor) -> List[int]:
    numbers = annotate(List[int], [])
    for i in range(x.size(0)):
      numbers.append(int(x.select(0, i)))
    return numbers

  # Returns the used rows of all blocks as L B views (2, G, used, D). They are ordered by layer, and
  # within a layer by user. If `blocks` are blocks of steps, D is 1.
  def views(
    self,
    pool: Tensor,  # (elements), not read if there are blocks
    blocks: List[Tensor],
    parts: List[Tensor]
  ) -> List[Tensor]:
    used = self.numbers(parts[6])
    starts = self.numbers(parts[7])
    capacities = self.numbers(parts[8])
    rows = pool
    if len(blocks) == 0:
      rows = self.pool_rows(pool).view([-1, 2, self.kv_heads, self.head_dim])
    views = annotate(List[Tensor], [])
    for l in range(self.attention_in.size(0)):
      for b in range(len(used)):
        if len(blocks) == 0:
          own = rows.narrow(0, starts[b] + l * capacities[b], used[b])
          views.append(own.permute([1, 2, 0, 3]))
        else:
          views.append(blocks[b].select(0, l).narrow(2, 0, used[b]))
    return views

  # Writes the new rows of one layer into the blocks, then lets these rows attend to the blocks.
  # Used for $EACH only. If `last` is true, only the last row of each user attends. If `local`
  # is true, rows attend to their windows. Returns (r, H D) or, if `last`, (B, H D).
  def extend_each(
    self,
    qkv: Tensor,  # (r, H D + 2 G D)
    rows: List[Tensor],  # B views (2, G, used, D) of any type
    steps: List[Tensor],  # B views (2, G, used, 1), read only if the blocks are int8
    masks: List[Tensor],  # B masks of unseen
    ends: List[int],
    last: bool,
    local: bool
  ) -> Tensor:
    q_width = self.heads * self.head_dim
    attended = annotate(List[Tensor], [])
    for b in range(len(rows)):
      m = ends[b + 1] - ends[b]
      start = rows[b].size(2) - m
      own = qkv.narrow(0, ends[b], m)
      kv = own.narrow(1, q_width, 2 * self.kv_heads * self.head_dim)
      self.store(rows[b].narrow(2, start, m), steps[b].narrow(2, start, m), kv)
      q = own.narrow(1, 0, q_width)
      if last:
        q = q.narrow(0, m - 1, 1)
      if local:
        attended.append(self.attend_window(q, rows[b], steps[b]))
      else:
        attended.append(self.attend_rows(q, rows[b], steps[b], masks[b]))
    return torch.cat(attended)

  # Lets each candidate attend to its user's history and to itself. Used for $EACH only.
  def score_each(
    self,
    qkv: Tensor,  # (r, H D + 2 G D)
    rows: List[Tensor],  # B views (2, G, used, D) of any type
    steps: List[Tensor],  # B views (2, G, used, 1), read only if the blocks are int8
    ends: List[int]
  ) -> Tensor:  # (r, H D)
    kind = self.attention_type()
    attended = annotate(List[Tensor], [])
    for b in range(len(rows)):
      keys, values = self.stored(rows[b], steps[b], kind)
      own = qkv.narrow(0, ends[b], ends[b + 1] - ends[b])
      attended.append(self.attend_slate(own, keys, values))
    return torch.cat(attended)

  # Encodes new rows as extend does, for B users. Row 0 of a history is the learned first token. Its
  # item, actions, surface and gap have no effect. Returns the state of each user's last row.
  def extend_ragged(
    self,
    table: Tensor,  # (N + 1 + V, E)
    ints: Tensor,  # (5 r + 4 B + 3)
    actions: Tensor,  # (r, C) multi-hot
    users: int,  # B
    most_new: int,  # largest number of new rows of a user
    most_rows: int,  # largest number of rows in `used`
    pool: Tensor,  # (elements) float32 or float16; any tensor if there are blocks
    blocks: List[Tensor],  # none, or B blocks (L, 2, G, T, D)
    steps: List[Tensor]  # none, or B blocks of steps (L, 2, G, T, 1), read only if blocks are int8
  ) -> Tensor:  # (B, d)
    # rows
    parts = self.cut(ints, users)
    positions = parts[3]
    ends = parts[5]
    x = self.tokens(torch.embedding(table, parts[0]), actions, parts[1], parts[2])
    x = self.filled(torch.where(positions.unsqueeze(1) == 0, self.token_first, x))
    turns = self.turns(positions)
    lasts = ends.narrow(0, 1, users) - 1
    layers = self.attention_in.size(0)
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    # what attention needs
    each_ends = annotate(List[int], [])
    each_rows = annotate(List[Tensor], [])
    each_steps = annotate(List[Tensor], [])
    each_masks = annotate(List[Tensor], [])
    reads = annotate(List[Tensor], [])
    writes = annotate(List[Tensor], [])
    rectangle = annotate(List[Tensor], [])
    local_rectangle = annotate(List[Tensor], [])
    corner = annotate(List[Tensor], [])
    pool_rows = pool
    keys = pool
    values = pool
    if self.kernel == $EACH:
      each_ends = self.numbers(ends)
      each_rows = self.views(pool, blocks, parts)
      each_steps = self.views(pool, steps, parts)
      for b in range(users):
        m = each_ends[b + 1] - each_ends[b]
        each_masks.append(self.unseen(each_rows[b].size(2) - m, m, x.device))
    else:
      pool_rows = self.pool_rows(pool)
      keys, values = pool_rows.view([-1, 2, self.kv_heads, self.head_dim]).unbind(1)
      reads = self.reads(parts, most_rows)
      starts = self.layer_starts(parts)
      writes = (starts.index_select(1, parts[4]) + positions).unbind()
      used = parts[6]
      seen = positions + 1
      rectangle = self.rectangle(parts[4], ends, used, seen, most_new, most_rows, False)
      if self.window > 0:
        local_rectangle = self.rectangle(parts[4], ends, used, seen, most_new, most_rows, True)
      # The rectangle of the last layer, in which only the last row of each user attends
      numbers = torch.arange(users + 1, dtype=$int64, device=ends.device)
      corner = self.rectangle(numbers.narrow(0, 0, users), numbers, used, used, 1, most_rows, False)
    for l in range(layers):
      last = l + 1 == layers
      # attention: queries, keys and values
      qkv = self.product(self.norm(x, None), 4 * l).narrow(0, 0, positions.size(0))
      self.turn(qkv, turns)
      if last:
        x = self.filled(x.index_select(0, lasts))
      # attention: write and read the blocks
      if self.kernel == $EACH:
        own_rows = each_rows[l * users:(l + 1) * users]
        own_steps = each_steps[l * users:(l + 1) * users]
        attended = self.extend_each(
          qkv, own_rows, own_steps, each_masks, each_ends, last, self.local(l))
      else:
        rounded = qkv.to(pool.dtype)
        pool_rows.index_copy_(0, writes[l], rounded.narrow(1, q_width, 2 * kv_width))
        q = rounded.narrow(1, 0, q_width)
        if last:
          q = q.index_select(0, lasts)
          mixed, lse = self.attend_ragged(q, keys, values, reads[l], corner, 1, most_rows, True)
        elif self.local(l):
          mixed, lse = self.attend_ragged(
            q, keys, values, reads[l], local_rectangle, most_new, most_rows, True)
        else:
          mixed, lse = self.attend_ragged(
            q, keys, values, reads[l], rectangle, most_new, most_rows, True)
        attended = self.accepted(mixed.reshape([-1, q_width]))
      # feed-forward
      x = self.finish(x, self.filled(attended), l)
    return x.narrow(0, 0, users)

  # Scores candidates as score does, for B users. Returns calibrated probabilities.
  def score_ragged(
    self,
    table: Tensor,  # (N + 1 + V, E)
    paths: Tensor,  # (N + 1 + V, X), any tensor in a model without a content path
    ints: Tensor,  # (5 r + 4 B + 3)
    users: int,  # B
    most_new: int,  # largest number of candidates of a user
    most_rows: int,  # largest number of rows in `used`
    pool: Tensor,  # (elements) float32 or float16; any tensor if there are blocks
    blocks: List[Tensor],  # none, or B blocks (L, 2, G, T, D)
    steps: List[Tensor]  # none, or B blocks of steps (L, 2, G, T, 1), read only if blocks are int8
  ) -> Tensor:  # (r, C)
    # rows
    parts = self.cut(ints, users)
    k = parts[0].size(0)
    x = self.candidates(torch.embedding(table, parts[0]), parts[1], parts[2], parts[3])
    x = self.filled(x)
    seen = parts[6].index_select(0, parts[4])
    turns = self.turns(seen)
    q_width = self.heads * self.head_dim
    group = self.heads // self.kv_heads
    # what attention needs
    each_ends = annotate(List[int], [])
    each_rows = annotate(List[Tensor], [])
    each_steps = annotate(List[Tensor], [])
    reads = annotate(List[Tensor], [])
    rectangle = annotate(List[Tensor], [])
    keys = pool
    values = pool
    if self.kernel == $EACH:
      each_ends = self.numbers(parts[5])
      each_rows = self.views(pool, blocks, parts)
      each_steps = self.views(pool, steps, parts)
    else:
      keys, values = self.pool_rows(pool).view([-1, 2, self.kv_heads, self.head_dim]).unbind(1)
      reads = self.reads(parts, most_rows)
      rectangle = self.rectangle(parts[4], parts[5], parts[6], seen, most_new, most_rows, False)
    for l in range(self.attention_in.size(0)):
      # attention: queries, keys and values
      qkv = self.product(self.norm(x, None), 4 * l).narrow(0, 0, k)
      self.turn(qkv, turns)
      # attention: read the blocks
      if self.kernel == $EACH:
        own_rows = each_rows[l * users:(l + 1) * users]
        own_steps = each_steps[l * users:(l + 1) * users]
        attended = self.score_each(qkv, own_rows, own_steps, each_ends)
      else:
        q = qkv.narrow(1, 0, q_width).to(pool.dtype)
        mixed, lse = self.attend_ragged(
          q, keys, values, reads[l], rectangle, most_new, most_rows, False)
        mixed = mixed.to($float32).view([k, self.kv_heads, group, self.head_dim])
        attended = self.with_self(qkv, mixed, lse.view([k, self.kv_heads, group, 1]))
      # feed-forward
      x = self.finish(x, self.filled(attended), l)
    past = self.picked(paths, parts[0])
    return self.calibrated(self.candidate_logits(x.narrow(0, 0, k), past))
