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
  # hidden_at (R) masked positions of B * (n + 1) rows and their labels (R, C); slate_at (S) positions of B * k and labels (S, C);
  # hidden_weights, slate_weights (C): what each action counts in them.
  def loss(self: __torch__.UniPin, ids: Tensor, content: Tensor, class_bias: Tensor, index: Tensor, actions: Tensor, masked: Tensor, surfaces: Tensor, gaps: Tensor, slate: Tensor, slate_surfaces: Tensor, slate_gaps: Tensor, slate_positions: Tensor, cuts: Tensor, target_at: Tensor, target: Tensor, outcomes: Tensor, target_surfaces: Tensor, target_gaps: Tensor, target_offsets: Tensor, hidden_at: Tensor, hidden_labels: Tensor, slate_at: Tensor, slate_labels: Tensor, hidden_weights: Tensor, slate_weights: Tensor, dropout: Tensor) -> Tensor:
    items = (self).embedded(ids, content)
    x, c = (self).dense(items, index, actions, masked, surfaces, gaps, slate, slate_surfaces, slate_gaps, slate_positions, cuts, float(dropout))
    q = (self).queries((self).pick(x, target_at), outcomes, target_surfaces, target_gaps, target_offsets)
    if torch.size(target, 0) == 0:
      item_loss = torch.sum(q)
    else:
      logits = torch.addmm(class_bias, torch.mul(q, torch.exp(self.logit_scale)), torch.t(items))
      item_loss = torch.cross_entropy_loss(logits, target, None, 1, -100, 0.)
    hidden_loss = (self).action_loss((self).action_logits((self).pick(x, hidden_at)), hidden_labels, hidden_weights)
    slate_loss = (self).action_loss((self).action_logits((self).pick(c, slate_at)), slate_labels, slate_weights)
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
