# The UniPin model: one program for training and serving (TorchScript source).
#
# Shapes: B users, n history tokens, m new tokens, k candidates, P positions with a target, M classes,
# E item embedding, F content, d width, L layers, H heads, G key/value heads, D head width, C action types.
# Row 0 of every history is the learned first token; a history of n actions has n + 1 rows.
class UniPin(Module):
  __parameters__ = ["item_id", "item_content", "item_in", "item_out", "token_item", "token_action", "token_mask", "token_first", "token_surface", "token_gap", "candidate_gap", "candidate_position", "attention_norm", "attention_in", "attention_out", "forward_norm", "forward_in", "forward_out", "query_norm", "query_in", "query_action", "query_surface", "query_gap", "query_offset", "query_direct", "query_out", "head_norm", "head_in", "head_out", "head_bias", "logit_scale", ]
  __buffers__ = ["calibration", "activation_range", ]
  heads : int
  kv_heads : int
  head_dim : int
  arithmetic : int
  matrices : List[Tensor]
  matrix_steps : List[Tensor]
  input_steps : List[float]
  item_id : Tensor
  item_content : Tensor
  item_in : Tensor
  item_out : Tensor
  token_item : Tensor
  token_action : Tensor
  token_mask : Tensor
  token_first : Tensor
  token_surface : Tensor
  token_gap : Tensor
  candidate_gap : Tensor
  candidate_position : Tensor
  attention_norm : Tensor
  attention_in : Tensor
  attention_out : Tensor
  forward_norm : Tensor
  forward_in : Tensor
  forward_out : Tensor
  query_norm : Tensor
  query_in : Tensor
  query_action : Tensor
  query_surface : Tensor
  query_gap : Tensor
  query_offset : Tensor
  query_direct : Tensor
  query_out : Tensor
  head_norm : Tensor
  head_in : Tensor
  head_out : Tensor
  head_bias : Tensor
  logit_scale : Tensor
  calibration : Tensor
  activation_range : Tensor

  # ---- parts ----

  def normalise(self: __torch__.UniPin, x: Tensor) -> Tensor:
    return torch.mul(x, torch.rsqrt(torch.add(torch.sum(torch.mul(x, x), [-1], True), 1e-12)))

  def norm(self: __torch__.UniPin, x: Tensor, weight: Optional[Tensor]) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], weight, None, 1e-5, False)

  # ids (m, E) rows of item_id, content (m, F) -> (m, E), unit length
  def embedded(self: __torch__.UniPin, ids: Tensor, content: Tensor) -> Tensor:
    x = torch.add(ids, torch.matmul(content, self.item_content))
    x = torch.add(x, torch.linear(torch.gelu(torch.linear(x, self.item_in)), self.item_out))
    return (self).normalise(x)

  # rows (m), content (m, F) -> (m, E), unit length
  def item_embedding(self: __torch__.UniPin, rows: Tensor, content: Tensor) -> Tensor:
    return (self).embedded(torch.embedding(self.item_id, rows), content)

  # items (..., E), actions (..., C), surfaces (...), gaps (...) -> (..., d)
  # One linear map of the features side by side, written as the sum of its parts.
  def tokens(self: __torch__.UniPin, items: Tensor, actions: Tensor, surfaces: Tensor, gaps: Tensor) -> Tensor:
    x = torch.add_(torch.linear(items, self.token_item), torch.matmul(actions, self.token_action))
    return torch.add_(torch.add_(x, torch.embedding(self.token_surface, surfaces)), torch.embedding(self.token_gap, gaps))

  # The same where masked (..., 1) in {0, 1} says which tokens do not tell their actions.
  def masked_tokens(self: __torch__.UniPin, items: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor) -> Tensor:
    known = torch.mul(actions, torch.rsub(masked, 1))
    return torch.add((self).tokens(items, known, surfaces, gaps), torch.mul(masked, self.token_mask))

  # items (..., E), surfaces, gaps, positions on the page (...) -> (..., d); a candidate's action is always masked
  def candidates(self: __torch__.UniPin, items: Tensor, surfaces: Tensor, gaps: Tensor, positions: Tensor) -> Tensor:
    x = torch.add(torch.linear(items, self.token_item), self.token_mask)
    x = torch.add(torch.add(x, torch.embedding(self.token_surface, surfaces)), torch.embedding(self.candidate_gap, gaps))
    return torch.add(x, torch.embedding(self.candidate_position, positions))

  # positions (...) -> cosine and sine (..., D / 2) of the rotary position encoding (Su et al., arXiv 2104.09864)
  def rotation(self: __torch__.UniPin, positions: Tensor) -> Tuple[Tensor, Tensor]:
    half = self.head_dim // 2
    index = torch.arange(half, dtype=6, device=positions.device)
    frequency = torch.exp(torch.mul(index, -9.210340371976184 / half))
    angle = torch.mul(torch.unsqueeze(torch.to(positions, 6), -1), frequency)
    return (torch.cos(angle), torch.sin(angle))

  # x (..., D) rotated by cosine and sine (..., D / 2)
  def rotate(self: __torch__.UniPin, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    half = self.head_dim // 2
    a = torch.narrow(x, -1, 0, half)
    b = torch.narrow(x, -1, half, half)
    return torch.cat([torch.sub(torch.mul(a, cosine), torch.mul(b, sine)), torch.add(torch.mul(b, cosine), torch.mul(a, sine))], -1)

  # x (B, m, heads * D) -> (B, heads, m, D)
  def split(self: __torch__.UniPin, x: Tensor, heads: int) -> Tensor:
    return torch.transpose(torch.view(x, [torch.size(x, 0), torch.size(x, 1), heads, self.head_dim]), 1, 2)

  # x (B, H, m, D) -> (B, m, H * D)
  def join(self: __torch__.UniPin, x: Tensor) -> Tensor:
    return torch.reshape(torch.transpose(x, 1, 2), [torch.size(x, 0), torch.size(x, 2), self.heads * self.head_dim])

  # (B, G, m, D) -> (B, H, m, D): query head h reads key/value head h // (H / G)
  def widen(self: __torch__.UniPin, x: Tensor) -> Tensor:
    if self.heads == self.kv_heads:
      y = x
    else:
      y = torch.repeat_interleave(x, self.heads // self.kv_heads, 1)
    return y

  # Whether the feed-forward part is gated: then its first matrix has a row of gates for every hidden one, in front of them.
  def gated(self: __torch__.UniPin) -> bool:
    return torch.size(self.forward_in, 1) != torch.size(self.forward_out, 2)

  # x (..., 2 F) gates and what they let through -> (..., F) (SwiGLU: Shazeer, arXiv 2002.05202)
  def gate(self: __torch__.UniPin, x: Tensor) -> Tensor:
    half = torch.size(x, -1) // 2
    return torch.mul(torch.silu(torch.narrow(x, -1, 0, half)), torch.narrow(x, -1, half, half))

  # x (..., d) after attention -> after the feed-forward part
  def feed_forward(self: __torch__.UniPin, x: Tensor, norm: Tensor, wide: Tensor, narrow: Tensor, dropout: float) -> Tensor:
    h = torch.linear((self).norm(x, norm), wide)
    if (self).gated():
      h = (self).gate(h)
    else:
      h = torch.gelu(h)
    y = torch.linear(h, narrow)
    return torch.add(x, torch.dropout(y, dropout, dropout > 0.))

  # state (P, d), outcomes (P, C), surfaces (P), gaps (P), offsets (P) -> unit queries (P, E)
  def queries(self: __torch__.UniPin, state: Tensor, outcomes: Tensor, surfaces: Tensor, gaps: Tensor, offsets: Tensor) -> Tensor:
    h = (self).norm(state, self.query_norm)
    u = torch.add(torch.linear(h, self.query_in), torch.matmul(outcomes, self.query_action))
    u = torch.add(torch.add(u, torch.embedding(self.query_surface, surfaces)), torch.embedding(self.query_gap, gaps))
    u = torch.add(u, torch.embedding(self.query_offset, offsets))
    return (self).normalise(torch.add(torch.linear(h, self.query_direct), torch.linear(torch.gelu(u), self.query_out)))

  # x (..., d) -> logits (..., C)
  def action_logits(self: __torch__.UniPin, x: Tensor) -> Tensor:
    h = torch.gelu(torch.linear((self).norm(x, self.head_norm), self.head_in))
    return torch.linear(h, self.head_out, self.head_bias)

  # ---- serving: one user ----
  #
  # The layers' matrices are prepared once, after loading (`prepare`). Rows of queries and keys are put in the order in which
  # a rotation is a product of complex numbers: the two halves of a head's width interleaved. Queries are scaled, and what
  # follows a norm is multiplied by the norm's weights, beforehand.

  # Fills `matrices`: of every layer attention_in, attention_out, forward_in, forward_out, and last the keys' and values' part
  # of the last layer's attention_in.
  def prepare(self: __torch__.UniPin, arithmetic: int) -> Tensor:
    self.arithmetic = arithmetic
    half = self.head_dim // 2
    order = torch.reshape(torch.stack([torch.arange(half), torch.arange(half, 2 * half)], 1), [-1])
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    layers = torch.size(self.attention_in, 0)
    for l in range(layers):
      w = torch.mul(torch.select(self.attention_in, 0, l), torch.select(self.attention_norm, 0, l))
      turned = torch.view(torch.narrow(w, 0, 0, q_width + kv_width), [self.heads + self.kv_heads, self.head_dim, -1])
      turned = torch.reshape(torch.index_select(turned, 1, order), [q_width + kv_width, -1])
      q = torch.mul(torch.narrow(turned, 0, 0, q_width), self.head_dim ** -0.5)
      kv = torch.cat([torch.narrow(turned, 0, q_width, kv_width), torch.narrow(w, 0, q_width + kv_width, kv_width)])
      (self).prepared(torch.cat([q, kv]))
      (self).prepared(torch.select(self.attention_out, 0, l))
      (self).prepared(torch.mul(torch.select(self.forward_in, 0, l), torch.select(self.forward_norm, 0, l)))
      (self).prepared(torch.select(self.forward_out, 0, l))
      if l + 1 == layers:
        (self).prepared(kv)
    return torch.zeros([1])

  # Adds a matrix in the form that the kind of arithmetic reads fastest: 0 as it is, 1 in oneDNN's blocks, 2 rounded to
  # int8 with a step per row, its input rounded with the step that the input's range gives; 3 is 0 that notes those ranges.
  # oneDNN 3.7 computes wrong products of blocks on some processors when the matrix's rows are no multiple of 64: a matrix
  # whose product is wrong is kept as it is, rounded for 2.
  def prepared(self: __torch__.UniPin, w: Tensor) -> None:
    plain = torch.contiguous(w)
    fast = plain
    if self.arithmetic == 1:
      fast = ops.mkldnn._reorder_linear_weight(plain, 512)
    if self.arithmetic == 2:
      steps = torch.div(torch.clamp_min(torch.amax(torch.abs(w), [1]), 1e-12), 127.)
      wide_steps = torch.unsqueeze(steps, 1)
      bytes = torch.round(torch.div(w, wide_steps))
      plain = torch.contiguous(torch.mul(bytes, wide_steps))
      fast = ops.onednn.qlinear_prepack(torch.to(bytes, 1), [512, torch.size(w, 1)])
      _0 = torch.append(self.matrix_steps, steps)
      range = torch.select(torch.reshape(self.activation_range, [-1]), 0, (self).input_of(torch.len(self.matrices)))
      _1 = torch.append(self.input_steps, float(range) / 127.)
    i = torch.len(self.matrices)
    _2 = torch.append(self.matrices, fast)
    if fast.is_mkldnn:
      x = torch.view(torch.sin(torch.arange(5 * torch.size(w, 1), dtype=6)), [5, -1])
      if self.arithmetic == 2:
        x = torch.mul(x, self.input_steps[i] * 127.)
      expected = torch.linear((self).restored(x, i), plain)
      wrong = torch.amax(torch.abs(torch.sub((self).product(x, i), expected)))
      if float(wrong) > 0.001 * float(torch.amax(torch.abs(expected))):
        _3 = torch._set_item(self.matrices, i, plain)
    return None

  # The place of matrix i's input in activation_range (L, 4): the last matrix shares that of its layer's first.
  def input_of(self: __torch__.UniPin, i: int) -> int:
    layers = torch.size(self.attention_in, 0)
    at = i
    if i == 4 * layers:
      at = i - 4
    return at

  # Widens the range of matrix i's input.
  def observe(self: __torch__.UniPin, x: Tensor, i: int) -> None:
    range = torch.select(torch.view(self.activation_range, [-1]), 0, (self).input_of(i))
    _0 = torch.copy_(range, torch.maximum(range, torch.amax(torch.abs(x))))
    return None

  # The ranges (L, 4) as they are now.
  def ranges(self: __torch__.UniPin) -> Tensor:
    return torch.clone(self.activation_range)

  # x (m, in), rounded for matrix i: unsigned bytes around 128
  def rounded(self: __torch__.UniPin, x: Tensor, i: int) -> Tensor:
    return torch.int_repr(torch.quantize_per_tensor(x, self.input_steps[i], 128, 13))

  # The numbers that x (m, in), rounded or not, stands for in a product with matrix i.
  def restored(self: __torch__.UniPin, x: Tensor, i: int) -> Tensor:
    if self.arithmetic == 2:
      if torch.is_floating_point(x):
        x = (self).rounded(x, i)
      y = torch.mul(torch.sub(torch.to(x, 6), 128.), self.input_steps[i])
    else:
      y = x
    return y

  # How x is multiplied by matrix i: 1 in float32 and 2 in int8 by oneDNN, 0 by the plain matrix. Notes the range of x where that is wanted.
  def way(self: __torch__.UniPin, x: Tensor, i: int) -> int:
    if self.arithmetic == 3:
      (self).observe(x, i)
    if self.matrices[i].is_mkldnn:
      way = self.arithmetic
    else:
      way = 0
    return way

  # x (m, in) by matrix i -> (m, out)
  def product(self: __torch__.UniPin, x: Tensor, i: int) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = (self).way(x, i)
    if way == 1:
      y = ops.mkldnn._linear_pointwise(x, self.matrices[i], None, "none", scalars, None)
    elif way == 2:
      steps = self.matrix_steps[i]
      zeros = torch.zeros([torch.size(steps, 0)], dtype=3)
      y = ops.onednn.qlinear_pointwise((self).rounded(x, i), self.input_steps[i], 128, self.matrices[i], steps, zeros, None, 1., 0, 6, "none", scalars, "")
    else:
      y = torch.linear((self).restored(x, i), self.matrices[i])
    return y

  # The same, then the activation. In int8 the result is rounded for matrix i + 1.
  def product_gelu(self: __torch__.UniPin, x: Tensor, i: int) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = (self).way(x, i)
    if way == 1:
      y = ops.mkldnn._linear_pointwise(x, self.matrices[i], None, "gelu", scalars, "none")
    elif way == 2:
      steps = self.matrix_steps[i]
      zeros = torch.zeros([torch.size(steps, 0)], dtype=3)
      y = ops.onednn.qlinear_pointwise((self).rounded(x, i), self.input_steps[i], 128, self.matrices[i], steps, zeros, None, self.input_steps[i + 1], 128, 0, "gelu", scalars, "none")
    else:
      y = torch.gelu(torch.linear((self).restored(x, i), self.matrices[i]))
    return y

  # x by matrix i, added to y, which is lost.
  def product_add(self: __torch__.UniPin, x: Tensor, i: int, y: Tensor) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = (self).way(x, i)
    if way == 1:
      z = ops.mkldnn._linear_pointwise(x, y, self.matrices[i], None, "add")
    elif way == 2:
      if torch.is_floating_point(x):
        x = (self).rounded(x, i)
      steps = self.matrix_steps[i]
      zeros = torch.zeros([torch.size(steps, 0)], dtype=3)
      z = ops.onednn.qlinear_pointwise(x, self.input_steps[i], 128, self.matrices[i], steps, zeros, y, None, 1., 0, 6, 1., 0, "sum", 1., "none", scalars, "")
    else:
      z = torch.add_(y, torch.linear((self).restored(x, i), self.matrices[i]))
    return z

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
  # r = n, each row over those up to itself. Heads that share keys go side by side, so that these are not copied. -> (r, H * D)
  def attend(self: __torch__.UniPin, q: Tensor, keys: Tensor, values: Tensor, hidden: Optional[Tensor], causal: bool) -> Tensor:
    r = torch.size(q, 0)
    group = self.heads // self.kv_heads
    rows = torch.transpose(torch.view(q, [r, self.kv_heads, group, self.head_dim]), 0, 2)
    if group > 1:
      keys = torch.expand(keys, [group, -1, -1, -1])
      values = torch.expand(values, [group, -1, -1, -1])
    mixed, lse = torch._scaled_dot_product_flash_attention_for_cpu(rows, keys, values, 0., causal, attn_mask=hidden, scale=1.)
    return torch.reshape(torch.transpose(mixed, 0, 2), [r, self.heads * self.head_dim])

  # What candidates attend to history in: float32, beside int8 float16 where the processor computes in that.
  def slate_type(self: __torch__.UniPin) -> int:
    if self.arithmetic == 2 and ops.mkldnn._is_mkldnn_fp16_supported():
      kind = 5
    else:
      kind = 6
    return kind

  # Attention of candidates qkv (k, (H + 2 G) * D) over all rows of keys and values (1, G, n, D) of the slate's type and each over itself, whose
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
      keys, values = (self).stored(all_rows[l], all_steps[l], 6)
      if torch.size(q, 0) == 1:
        attended = (self).attend(q, keys, values, None, False)
      elif start == 0:
        attended = (self).attend(q, keys, values, None, True)
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
    kind = (self).slate_type()
    for l in range(torch.size(self.attention_in, 0)):
      qkv = (self).product((self).norm(x, None), 4 * l)
      (self).turn(qkv, turns)
      keys, values = (self).stored(all_rows[l], all_steps[l], kind)
      attended = (self).attend_slate(qkv, keys, values)
      x = (self).finish(x, attended, l)
    return (self).calibrated((self).action_logits(x))

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

  # logits (..., C) -> calibrated probabilities
  def calibrated(self: __torch__.UniPin, logits: Tensor) -> Tensor:
    return torch.sigmoid(torch.add(torch.mul(logits, torch.select(self.calibration, 0, 0)), torch.select(self.calibration, 0, 1)))

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

  # ---- training: a batch, dense ----

  # items (M, E) embeddings; index, surfaces, gaps (B, n), actions (B, n, C), masked (B, n, 1): the histories, padded behind;
  # slate, slate_surfaces, slate_gaps, slate_positions, cuts (B, k): candidates and how many rows of the history each sees.
  # Returns states (B, n + 1, d) of the history and (B, k, d) of the candidates.
  def dense(self: __torch__.UniPin, items: Tensor, index: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor, slate: Tensor, slate_surfaces: Tensor, slate_gaps: Tensor, slate_positions: Tensor, cuts: Tensor, dropout: float) -> Tuple[Tensor, Tensor]:
    batch = torch.size(index, 0)
    first = torch.expand(torch.view(self.token_first, [1, 1, -1]), [batch, 1, -1])
    x = torch.cat([first, (self).masked_tokens(torch.embedding(items, index), actions, masked, surfaces, gaps)], 1)
    x = torch.dropout(x, dropout, dropout > 0.)
    rows = torch.size(x, 1)
    c = torch.dropout((self).candidates(torch.embedding(items, slate), slate_surfaces, slate_gaps, slate_positions), dropout, dropout > 0.)
    count = torch.size(slate, 1)
    cosine, sine = (self).rotation(torch.arange(rows, dtype=4, device=x.device))
    slate_cosine, slate_sine = (self).rotation(torch.unsqueeze(cuts, 1))
    hidden = torch.unsqueeze(torch.ge(torch.view(torch.arange(rows, dtype=4, device=x.device), [1, 1, -1]), torch.unsqueeze(cuts, -1)), 1)
    scale = self.head_dim ** -0.5
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    norms = torch.unbind(self.attention_norm)
    ins = torch.unbind(self.attention_in)
    outs = torch.unbind(self.attention_out)
    forward_norms = torch.unbind(self.forward_norm)
    forward_ins = torch.unbind(self.forward_in)
    forward_outs = torch.unbind(self.forward_out)
    for l in range(torch.len(norms)):
      qkv = torch.linear((self).norm(x, norms[l]), ins[l])
      q = (self).rotate((self).split(torch.narrow(qkv, 2, 0, q_width), self.heads), cosine, sine)
      k = (self).widen((self).rotate((self).split(torch.narrow(qkv, 2, q_width, kv_width), self.kv_heads), cosine, sine))
      v = (self).widen((self).split(torch.narrow(qkv, 2, q_width + kv_width, kv_width), self.kv_heads))
      o = torch.scaled_dot_product_attention(q, k, v, None, 0., True)
      x = torch.add(x, torch.dropout(torch.linear((self).join(o), outs[l]), dropout, dropout > 0.))
      x = (self).feed_forward(x, forward_norms[l], forward_ins[l], forward_outs[l], dropout)
      if count > 0:
        own_qkv = torch.linear((self).norm(c, norms[l]), ins[l])
        own_q = (self).rotate((self).split(torch.narrow(own_qkv, 2, 0, q_width), self.heads), slate_cosine, slate_sine)
        own_k = (self).widen((self).rotate((self).split(torch.narrow(own_qkv, 2, q_width, kv_width), self.kv_heads), slate_cosine, slate_sine))
        own_v = (self).widen((self).split(torch.narrow(own_qkv, 2, q_width + kv_width, kv_width), self.kv_heads))
        seen = torch.masked_fill(torch.matmul(own_q, torch.transpose(k, 2, 3)), hidden, float("-inf"))
        own = torch.sum(torch.mul(own_q, own_k), [-1], True)
        weights = torch.softmax(torch.mul(torch.cat([seen, own], -1), scale), -1)
        o = torch.matmul(torch.narrow(weights, -1, 0, rows), v)
        o = torch.add(o, torch.mul(torch.narrow(weights, -1, rows, 1), own_v))
        c = torch.add(c, torch.dropout(torch.linear((self).join(o), outs[l]), dropout, dropout > 0.))
        c = (self).feed_forward(c, forward_norms[l], forward_ins[l], forward_outs[l], dropout)
    return (x, c)

  # x (B, r, d), positions (P) into its B * r rows -> (P, d)
  def pick(self: __torch__.UniPin, x: Tensor, positions: Tensor) -> Tensor:
    return torch.index_select(torch.reshape(x, [-1, torch.size(x, -1)]), 0, positions)

  # Mean over positions of the weighted binary cross-entropies: logits, labels (P, C), weights (C).
  def action_loss(self: __torch__.UniPin, logits: Tensor, labels: Tensor, weights: Tensor) -> Tensor:
    if torch.size(logits, 0) == 0:
      loss = torch.sum(logits)
    else:
      each = torch.binary_cross_entropy_with_logits(logits, labels, None, None, 0)
      loss = torch.sum(torch.mul(torch.mean(each, [0]), weights))
    return loss

  # One-stage loss L_item + L_action and its parts (4): total, item, masked history actions, slate.
  # ids (M, E) the classes' rows of item_id, content (M, F), class_bias (M) = -log Q, 0 for a full softmax, -inf for what is no class;
  # targets: at (P) positions of B * (n + 1) rows, the class target (P) with outcomes (P, C), surfaces (P), gaps (P) and offsets (P) of its request;
  # hidden_at (R) masked positions of B * (n + 1) rows and their labels (R, C); slate_at (S) positions of B * k and labels (S, C).
  def loss(self: __torch__.UniPin, ids: Tensor, content: Tensor, class_bias: Tensor, index: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor, slate: Tensor, slate_surfaces: Tensor, slate_gaps: Tensor, slate_positions: Tensor, cuts: Tensor, target_at: Tensor, target: Tensor, outcomes: Tensor, target_surfaces: Tensor, target_gaps: Tensor, target_offsets: Tensor, hidden_at: Tensor, hidden_labels: Tensor, slate_at: Tensor, slate_labels: Tensor, action_weights: Tensor, dropout: Tensor) -> Tensor:
    items = (self).embedded(ids, content)
    x, c = (self).dense(items, index, actions, masked, surfaces, gaps, slate, slate_surfaces, slate_gaps, slate_positions, cuts, float(dropout))
    q = (self).queries((self).pick(x, target_at), outcomes, target_surfaces, target_gaps, target_offsets)
    if torch.size(target, 0) == 0:
      item_loss = torch.sum(q)
    else:
      logits = torch.addmm(class_bias, torch.mul(q, torch.exp(self.logit_scale)), torch.t(items))
      item_loss = torch.cross_entropy_loss(logits, target, None, 1, -100, 0.)
    hidden_loss = (self).action_loss((self).action_logits((self).pick(x, hidden_at)), hidden_labels, action_weights)
    slate_loss = (self).action_loss((self).action_logits((self).pick(c, slate_at)), slate_labels, action_weights)
    total = torch.add(torch.add(item_loss, hidden_loss), slate_loss)
    return torch.stack([total, item_loss, hidden_loss, slate_loss])

  # The dense pass without dropout, for tests: states and candidates' probabilities.
  def dense_scores(self: __torch__.UniPin, items: Tensor, index: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor, slate: Tensor, slate_surfaces: Tensor, slate_gaps: Tensor, slate_positions: Tensor, cuts: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    x, c = (self).dense(items, index, actions, masked, surfaces, gaps, slate, slate_surfaces, slate_gaps, slate_positions, cuts, 0.)
    return (x, (self).calibrated((self).action_logits(c)), (self).calibrated((self).action_logits(x)))

  # Rows (M) of the id table, copied: (M, E).
  def ids(self: __torch__.UniPin, rows: Tensor) -> Tensor:
    return torch.index_select(torch.detach(self.item_id), 0, rows)

  # One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101) over all parameters, gradients clipped to a global norm
  # and set to zero afterwards. Of the first parameter only these rows (M), where there are any: its gradient is theirs, and
  # the moments of all others stay. Returns the norm before clipping.
  def adamw(self: __torch__.UniPin, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], rows: Tensor, decays: List[float], rate: float, beta1: float, beta2: float, step: int, clip: float) -> Tensor:
    total = torch.zeros([1], dtype=6)
    for i in range(torch.len(gradients)):
      total = torch.add(total, torch.sum(torch.mul(gradients[i], gradients[i])))
    length = torch.sqrt(total)
    factor = torch.clamp_max(torch.mul(torch.reciprocal(torch.add(length, 1e-6)), clip), 1.)
    correction1 = 1. - beta1 ** step
    correction2 = (1. - beta2 ** step) ** 0.5
    for i in range(torch.len(gradients)):
      some = i == 0 and torch.numel(rows) > 0
      p = torch.detach(parameters[i])
      m = first[i]
      v = second[i]
      if some:
        p = torch.index_select(p, 0, rows)
        m = torch.index_select(m, 0, rows)
        v = torch.index_select(v, 0, rows)
      g = torch.mul_(torch.detach(gradients[i]), factor)
      _0 = torch.add_(torch.mul_(m, beta1), g, alpha=1. - beta1)
      _1 = torch.addcmul_(torch.mul_(v, beta2), g, g, value=1. - beta2)
      decayed = torch.mul_(p, 1. - rate * decays[i])
      divisor = torch.add(torch.div(torch.sqrt(v), correction2), 1e-8)
      moved = torch.addcdiv_(p, m, divisor, value=-rate / correction1)
      if some:
        _2 = torch.index_copy_(torch.detach(parameters[i]), 0, rows, p)
        _3 = torch.index_copy_(first[i], 0, rows, m)
        _4 = torch.index_copy_(second[i], 0, rows, v)
      cleared = torch.zero_(g)
    return length
