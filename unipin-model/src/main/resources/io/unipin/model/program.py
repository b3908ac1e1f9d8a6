# The UniPin model: one program for training and serving (TorchScript source).
#
# Shapes: B users, n history tokens, m new tokens, k candidates, P positions with a target, M classes,
# E item embedding, F content, d width, L layers, H heads, G key/value heads, D head width, C action types.
# Row 0 of every history is the learned first token; a history of n actions has n + 1 rows.
class UniPin(Module):
  __parameters__ = ["item_id", "item_content", "item_in", "item_out", "token_item", "token_action", "token_mask", "token_first", "token_surface", "token_gap", "candidate_gap", "attention_norm", "attention_in", "attention_out", "forward_norm", "forward_in", "forward_out", "query_norm", "query_in", "query_action", "query_surface", "query_gap", "query_direct", "query_out", "head_norm", "head_in", "head_out", "head_bias", "logit_scale", ]
  __buffers__ = ["calibration", ]
  heads : int
  kv_heads : int
  head_dim : int
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
  query_direct : Tensor
  query_out : Tensor
  head_norm : Tensor
  head_in : Tensor
  head_out : Tensor
  head_bias : Tensor
  logit_scale : Tensor
  calibration : Tensor

  # ---- parts ----

  def normalise(self: __torch__.UniPin, x: Tensor) -> Tensor:
    return torch.mul(x, torch.rsqrt(torch.add(torch.sum(torch.mul(x, x), [-1], True), 1e-12)))

  def norm(self: __torch__.UniPin, x: Tensor, weight: Tensor) -> Tensor:
    return torch.layer_norm(x, [torch.size(x, -1)], weight, None, 1e-5, False)

  # rows (m), content (m, F) -> (m, E), unit length
  def item_embedding(self: __torch__.UniPin, rows: Tensor, content: Tensor) -> Tensor:
    x = torch.add(torch.embedding(self.item_id, rows), torch.matmul(content, self.item_content))
    x = torch.add(x, torch.linear(torch.gelu(torch.linear(x, self.item_in)), self.item_out))
    return (self).normalise(x)

  # items (..., E), actions (..., C), masked (..., 1) in {0, 1}, surfaces (...), gaps (...) -> (..., d)
  # One linear map of the features side by side, written as the sum of its parts.
  def tokens(self: __torch__.UniPin, items: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor) -> Tensor:
    known = torch.mul(actions, torch.rsub(masked, 1))
    x = torch.add(torch.linear(items, self.token_item), torch.matmul(known, self.token_action))
    x = torch.add(x, torch.mul(masked, self.token_mask))
    return torch.add(torch.add(x, torch.embedding(self.token_surface, surfaces)), torch.embedding(self.token_gap, gaps))

  # items (..., E), surfaces (...), gaps (...) -> (..., d); a candidate's action is always masked
  def candidates(self: __torch__.UniPin, items: Tensor, surfaces: Tensor, gaps: Tensor) -> Tensor:
    x = torch.add(torch.linear(items, self.token_item), self.token_mask)
    return torch.add(torch.add(x, torch.embedding(self.token_surface, surfaces)), torch.embedding(self.candidate_gap, gaps))

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

  # x (..., d) after attention -> after the feed-forward part
  def feed_forward(self: __torch__.UniPin, x: Tensor, norm: Tensor, wide: Tensor, narrow: Tensor, dropout: float) -> Tensor:
    y = torch.linear(torch.gelu(torch.linear((self).norm(x, norm), wide)), narrow)
    return torch.add(x, torch.dropout(y, dropout, dropout > 0.))

  # state (P, d), outcomes (P, C), surfaces (P), gaps (P) -> unit queries (P, E)
  def queries(self: __torch__.UniPin, state: Tensor, outcomes: Tensor, surfaces: Tensor, gaps: Tensor) -> Tensor:
    h = (self).norm(state, self.query_norm)
    u = torch.add(torch.linear(h, self.query_in), torch.matmul(outcomes, self.query_action))
    u = torch.add(torch.add(u, torch.embedding(self.query_surface, surfaces)), torch.embedding(self.query_gap, gaps))
    return (self).normalise(torch.add(torch.linear(h, self.query_direct), torch.linear(torch.gelu(u), self.query_out)))

  # x (..., d) -> logits (..., C)
  def action_logits(self: __torch__.UniPin, x: Tensor) -> Tensor:
    h = torch.gelu(torch.linear((self).norm(x, self.head_norm), self.head_in))
    return torch.linear(h, self.head_out, self.head_bias)

  # ---- serving: one user ----

  # Attention of q (1, H, m, D) over all rows of keys and values (1, G, n, D), which have no mask:
  # output (1, H, m, D) and log-sum-exp (1, H, m). Query heads of one key head are folded into its rows.
  def attend(self: __torch__.UniPin, q: Tensor, keys: Tensor, values: Tensor) -> Tuple[Tensor, Tensor]:
    m = torch.size(q, 2)
    folded = torch.reshape(q, [1, self.kv_heads, (self.heads // self.kv_heads) * m, self.head_dim])
    o, lse = torch._scaled_dot_product_flash_attention_for_cpu(folded, torch.to(keys, 6), torch.to(values, 6), 0., False)
    return (torch.reshape(o, [1, self.heads, m, self.head_dim]), torch.reshape(lse, [1, self.heads, m]))

  # Encodes the tokens behind the first `start` rows of block and writes their keys and values into it.
  # table (N + 1, E); items, surfaces, gaps (m), actions (m, C): the new actions; block (L, 2, G, capacity, D).
  # start = 0 writes the learned first token too. Returns the state (d) of the last row.
  def extend(self: __torch__.UniPin, table: Tensor, items: Tensor, actions: Tensor, surfaces: Tensor, gaps: Tensor, block: Tensor, start: int) -> Tensor:
    masked = torch.zeros([1], dtype=6)
    x = torch.unsqueeze((self).tokens(torch.embedding(table, items), actions, masked, surfaces, gaps), 0)
    if start == 0:
      x = torch.cat([torch.view(self.token_first, [1, 1, -1]), x], 1)
    m = torch.size(x, 1)
    cosine, sine = (self).rotation(torch.arange(start, start + m, dtype=4, device=x.device))
    layers = torch.size(self.attention_in, 0)
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(layers):
      h = (self).norm(x, torch.select(self.attention_norm, 0, l))
      w = torch.select(self.attention_in, 0, l)
      kv = torch.linear(h, torch.narrow(w, 0, q_width, 2 * kv_width))
      k = (self).rotate((self).split(torch.narrow(kv, 2, 0, kv_width), self.kv_heads), cosine, sine)
      v = (self).split(torch.narrow(kv, 2, kv_width, kv_width), self.kv_heads)
      stored = torch.select(block, 0, l)
      k_rows = torch.unsqueeze(torch.narrow(torch.select(stored, 0, 0), 1, start, m), 0)
      v_rows = torch.unsqueeze(torch.narrow(torch.select(stored, 0, 1), 1, start, m), 0)
      k_written = torch.copy_(k_rows, k)
      v_written = torch.copy_(v_rows, v)
      if l + 1 < layers:
        q = (self).rotate((self).split(torch.linear(h, torch.narrow(w, 0, 0, q_width)), self.heads), cosine, sine)
        new_k = (self).widen(torch.to(k_rows, 6))
        new_v = (self).widen(torch.to(v_rows, 6))
        o, lse = torch._scaled_dot_product_flash_attention_for_cpu(q, new_k, new_v, 0., True)
        if start > 0:
          old_k = torch.unsqueeze(torch.narrow(torch.select(stored, 0, 0), 1, 0, start), 0)
          old_v = torch.unsqueeze(torch.narrow(torch.select(stored, 0, 1), 1, 0, start), 0)
          old_o, old_lse = (self).attend(q, old_k, old_v)
          share = torch.unsqueeze(torch.sigmoid(torch.sub(old_lse, lse)), -1)
          o = torch.add(o, torch.mul(share, torch.sub(old_o, o)))
      else:
        # Of the last layer only the last row's output is needed, and it sees every row.
        x = torch.narrow(x, 1, m - 1, 1)
        h = torch.narrow(h, 1, m - 1, 1)
        last_cosine = torch.narrow(cosine, 0, m - 1, 1)
        last_sine = torch.narrow(sine, 0, m - 1, 1)
        q = (self).rotate((self).split(torch.linear(h, torch.narrow(w, 0, 0, q_width)), self.heads), last_cosine, last_sine)
        all_k = torch.unsqueeze(torch.narrow(torch.select(stored, 0, 0), 1, 0, start + m), 0)
        all_v = torch.unsqueeze(torch.narrow(torch.select(stored, 0, 1), 1, 0, start + m), 0)
        o, lse = (self).attend(q, all_k, all_v)
      x = torch.add(x, torch.linear((self).join(o), torch.select(self.attention_out, 0, l)))
      x = (self).feed_forward(x, torch.select(self.forward_norm, 0, l), torch.select(self.forward_in, 0, l), torch.select(self.forward_out, 0, l), 0.)
    return torch.view(x, [-1])

  # Scores candidates against the first `rows` rows of block. candidates (k); surface, gap (1).
  # Returns calibrated probabilities (k, C). A candidate sees the history and itself, nothing of its slate.
  def score(self: __torch__.UniPin, table: Tensor, candidates: Tensor, surface: Tensor, gap: Tensor, block: Tensor, rows: int) -> Tensor:
    x = torch.unsqueeze((self).candidates(torch.embedding(table, candidates), surface, gap), 0)
    cosine, sine = (self).rotation(torch.full([1], rows, dtype=4, device=x.device))
    layers = torch.size(self.attention_in, 0)
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    scale = self.head_dim ** -0.5
    for l in range(layers):
      qkv = torch.linear((self).norm(x, torch.select(self.attention_norm, 0, l)), torch.select(self.attention_in, 0, l))
      q = (self).rotate((self).split(torch.narrow(qkv, 2, 0, q_width), self.heads), cosine, sine)
      k = (self).widen((self).rotate((self).split(torch.narrow(qkv, 2, q_width, kv_width), self.kv_heads), cosine, sine))
      v = (self).widen((self).split(torch.narrow(qkv, 2, q_width + kv_width, kv_width), self.kv_heads))
      stored = torch.select(block, 0, l)
      keys = torch.unsqueeze(torch.narrow(torch.select(stored, 0, 0), 1, 0, rows), 0)
      values = torch.unsqueeze(torch.narrow(torch.select(stored, 0, 1), 1, 0, rows), 0)
      o, lse = (self).attend(q, keys, values)
      own = torch.mul(torch.sum(torch.mul(q, k), [-1], False), scale)
      share = torch.unsqueeze(torch.sigmoid(torch.sub(own, lse)), -1)
      o = torch.add(o, torch.mul(share, torch.sub(v, o)))
      x = torch.add(x, torch.linear((self).join(o), torch.select(self.attention_out, 0, l)))
      x = (self).feed_forward(x, torch.select(self.forward_norm, 0, l), torch.select(self.forward_in, 0, l), torch.select(self.forward_out, 0, l), 0.)
    logits = torch.squeeze((self).action_logits(x), 0)
    return torch.sigmoid(torch.add(torch.mul(logits, torch.select(self.calibration, 0, 0)), torch.select(self.calibration, 0, 1)))

  # ---- comparison: the ranking pass of a model without KV ----

  # Probabilities (k, C) as score gives them, by one pass over the rows of history and candidates: the whole square of
  # attention is computed and masked. items, surfaces, gaps (n), actions (n, C): the history; candidates (k); surface, gap (1).
  def score_dense(self: __torch__.UniPin, table: Tensor, items: Tensor, actions: Tensor, surfaces: Tensor, gaps: Tensor, candidates: Tensor, surface: Tensor, gap: Tensor) -> Tensor:
    masked = torch.zeros([1], dtype=6)
    history = (self).tokens(torch.embedding(table, items), actions, masked, surfaces, gaps)
    slate = (self).candidates(torch.embedding(table, candidates), surface, gap)
    x = torch.unsqueeze(torch.cat([torch.view(self.token_first, [1, -1]), history, slate], 0), 0)
    rows = torch.size(items, 0) + 1
    count = torch.size(candidates, 0)
    at = torch.arange(rows + count, dtype=4, device=x.device)
    cosine, sine = (self).rotation(torch.clamp_max(at, rows))
    row = torch.view(at, [-1, 1])
    column = torch.view(at, [1, -1])
    seen = torch.logical_or(torch.logical_and(torch.le(column, row), torch.lt(column, rows)), torch.eq(column, row))
    mask = torch.masked_fill(torch.zeros([rows + count, rows + count], dtype=6), torch.logical_not(seen), float("-inf"))
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    for l in range(torch.size(self.attention_in, 0)):
      qkv = torch.linear((self).norm(x, torch.select(self.attention_norm, 0, l)), torch.select(self.attention_in, 0, l))
      q = (self).rotate((self).split(torch.narrow(qkv, 2, 0, q_width), self.heads), cosine, sine)
      k = (self).widen((self).rotate((self).split(torch.narrow(qkv, 2, q_width, kv_width), self.kv_heads), cosine, sine))
      v = (self).widen((self).split(torch.narrow(qkv, 2, q_width + kv_width, kv_width), self.kv_heads))
      o = torch.scaled_dot_product_attention(q, k, v, mask, 0., False)
      x = torch.add(x, torch.linear((self).join(o), torch.select(self.attention_out, 0, l)))
      x = (self).feed_forward(x, torch.select(self.forward_norm, 0, l), torch.select(self.forward_in, 0, l), torch.select(self.forward_out, 0, l), 0.)
    logits = (self).action_logits(torch.narrow(torch.squeeze(x, 0), 0, rows, count))
    return torch.sigmoid(torch.add(torch.mul(logits, torch.select(self.calibration, 0, 0)), torch.select(self.calibration, 0, 1)))

  # ---- training: a batch, dense ----

  # items (M, E) embeddings; index, surfaces, gaps (B, n), actions (B, n, C), masked (B, n, 1): the histories, padded behind;
  # slate, slate_surfaces, slate_gaps, cuts (B, k): candidates and how many rows of the history each sees.
  # Returns states (B, n + 1, d) of the history and (B, k, d) of the candidates.
  def dense(self: __torch__.UniPin, items: Tensor, index: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor, slate: Tensor, slate_surfaces: Tensor, slate_gaps: Tensor, cuts: Tensor, dropout: float) -> Tuple[Tensor, Tensor]:
    batch = torch.size(index, 0)
    first = torch.expand(torch.view(self.token_first, [1, 1, -1]), [batch, 1, -1])
    x = torch.cat([first, (self).tokens(torch.embedding(items, index), actions, masked, surfaces, gaps)], 1)
    x = torch.dropout(x, dropout, dropout > 0.)
    rows = torch.size(x, 1)
    c = torch.dropout((self).candidates(torch.embedding(items, slate), slate_surfaces, slate_gaps), dropout, dropout > 0.)
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
  # classes (M), content (M, F), class_bias (M) = -log Q, 0 for a full softmax, -inf for what is no class;
  # targets: at (P) positions of B * (n + 1) rows, the class target (P) with outcomes (P, C), surfaces (P), gaps (P) of its request;
  # hidden_at (R) masked positions of B * (n + 1) rows and their labels (R, C); slate_at (S) positions of B * k and labels (S, C).
  def loss(self: __torch__.UniPin, classes: Tensor, content: Tensor, class_bias: Tensor, index: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor, slate: Tensor, slate_surfaces: Tensor, slate_gaps: Tensor, cuts: Tensor, target_at: Tensor, target: Tensor, outcomes: Tensor, target_surfaces: Tensor, target_gaps: Tensor, hidden_at: Tensor, hidden_labels: Tensor, slate_at: Tensor, slate_labels: Tensor, action_weights: Tensor, dropout: Tensor) -> Tensor:
    items = (self).item_embedding(classes, content)
    x, c = (self).dense(items, index, actions, masked, surfaces, gaps, slate, slate_surfaces, slate_gaps, cuts, float(dropout))
    q = (self).queries((self).pick(x, target_at), outcomes, target_surfaces, target_gaps)
    if torch.size(target, 0) == 0:
      item_loss = torch.sum(q)
    else:
      logits = torch.add(torch.mul(torch.matmul(q, torch.t(items)), torch.exp(self.logit_scale)), class_bias)
      item_loss = torch.cross_entropy_loss(logits, target, None, 1, -100, 0.)
    hidden_loss = (self).action_loss((self).action_logits((self).pick(x, hidden_at)), hidden_labels, action_weights)
    slate_loss = (self).action_loss((self).action_logits((self).pick(c, slate_at)), slate_labels, action_weights)
    total = torch.add(torch.add(item_loss, hidden_loss), slate_loss)
    return torch.stack([total, item_loss, hidden_loss, slate_loss])

  # The dense pass without dropout, for tests: states and candidates' probabilities.
  def dense_scores(self: __torch__.UniPin, items: Tensor, index: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor, slate: Tensor, slate_surfaces: Tensor, slate_gaps: Tensor, cuts: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
    x, c = (self).dense(items, index, actions, masked, surfaces, gaps, slate, slate_surfaces, slate_gaps, cuts, 0.)
    scale = torch.select(self.calibration, 0, 0)
    shift = torch.select(self.calibration, 0, 1)
    history = torch.sigmoid(torch.add(torch.mul((self).action_logits(x), scale), shift))
    return (x, torch.sigmoid(torch.add(torch.mul((self).action_logits(c), scale), shift)), history)

  # One step of AdamW (Loshchilov and Hutter, arXiv 1711.05101) over all parameters, gradients clipped to a global norm
  # and set to zero afterwards. Returns the norm before clipping.
  def adamw(self: __torch__.UniPin, parameters: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], decays: List[float], rate: float, beta1: float, beta2: float, step: int, clip: float) -> Tensor:
    total = torch.zeros([1], dtype=6)
    for i in range(torch.len(gradients)):
      total = torch.add(total, torch.sum(torch.mul(gradients[i], gradients[i])))
    length = torch.sqrt(total)
    factor = torch.clamp_max(torch.mul(torch.reciprocal(torch.add(length, 1e-6)), clip), 1.)
    correction1 = 1. - beta1 ** step
    correction2 = (1. - beta2 ** step) ** 0.5
    for i in range(torch.len(gradients)):
      p = torch.detach(parameters[i])
      g = torch.mul_(torch.detach(gradients[i]), factor)
      m = torch.add_(torch.mul_(first[i], beta1), g, alpha=1. - beta1)
      v = torch.addcmul_(torch.mul_(second[i], beta2), g, g, value=1. - beta2)
      decayed = torch.mul_(p, 1. - rate * decays[i])
      divisor = torch.add(torch.div(torch.sqrt(v), correction2), 1e-8)
      moved = torch.addcdiv_(p, m, divisor, value=-rate / correction1)
      cleared = torch.zero_(g)
    return length
