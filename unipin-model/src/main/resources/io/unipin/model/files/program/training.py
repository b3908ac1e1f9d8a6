
  # ---- training: a batch of histories in one dense pass ----

  # Returns what item_rows returns, for items of the catalogue with their ids.
  def item_embedding(
    self,
    rows: Tensor,  # (m) rows of item_id
    content: Tensor,  # (m, F)
    buckets: Tensor,  # (t)
    starts: Tensor  # (m)
  ) -> Tensor:  # (m, E + X)
    return self.item_rows(torch.embedding(self.item_id, rows), content, buckets, starts)

  # Makes rows of actions as tokens does. In some of the rows the action types are masked.
  def masked_tokens(
    self,
    items: Tensor,  # (..., E)
    actions: Tensor,  # (..., C) multi-hot
    masked: Tensor,  # (..., 1), 1 where the action types are masked, else 0
    surfaces: Tensor,  # (...)
    gaps: Tensor  # (...)
  ) -> Tensor:  # (..., d)
    known = actions * torch.rsub(masked, 1)
    return self.tokens(items, known, surfaces, gaps) + masked * self.token_mask

  # Rotates x (..., D) by cosine and sine (..., D / 2).
  def rotate(self, x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    half = self.head_dim // 2
    a = x.narrow(-1, 0, half)
    b = x.narrow(-1, half, half)
    return torch.cat([a * cosine - b * sine, b * cosine + a * sine], -1)

  # Undoes `split`, so that the heads of a row are side by side: x (B, H, m, D) -> (B, m, H D).
  def join(self, x: Tensor) -> Tensor:
    return x.transpose(1, 2).reshape([x.size(0), x.size(2), self.heads * self.head_dim])

  # Adds the feed-forward part of a layer to rows x (..., d).
  def feed_forward(
    self,
    x: Tensor,  # (..., d)
    norm: Tensor,  # (d)
    wide: Tensor,  # (W, d); if gated, (2 W, d)
    narrow: Tensor,  # (d, W)
    dropout: float
  ) -> Tensor:  # (..., d)
    h = torch.linear(self.norm(x, norm), wide)
    if self.gated():
      h = self.gate(h)
    else:
      h = torch.gelu(h)
    y = torch.linear(h, narrow)
    return x + torch.dropout(y, dropout, dropout > 0.)

  # Lets rows of histories attend to the rows up to themselves or, if `local` is true, to their
  # windows, see parts. Rows of zeros fill the last block.
  def attend_history(
    self,
    q: Tensor,  # (B, H, n, D)
    keys: Tensor,  # (B, H, n, D)
    values: Tensor,  # (B, H, n, D)
    local: bool
  ) -> Tensor:  # (B, H, n, D)
    window = self.window
    rest = q.size(2) - window
    if not local or rest <= 0:
      mixed = torch.scaled_dot_product_attention(q, keys, values, None, 0., True)
    else:
      first = torch.scaled_dot_product_attention(
        q.narrow(2, 0, window), keys.narrow(2, 0, window), values.narrow(2, 0, window),
        None, 0., True)
      half = window // 2
      count = (rest + half - 1) // half
      more = [0, 0, 0, count * half - rest]
      x = self.strips(torch.constant_pad_nd(q.narrow(2, window, rest), more, 0.), half, half)
      hidden = torch.cat([
        torch.zeros([half, self.global_rows], dtype=$float32, device=q.device),
        self.unseen(half, half, q.device)], 1)
      mixed = torch.scaled_dot_product_attention(
        x, self.windows(keys, more, count), self.windows(values, more, count), hidden, 0., False)
      mixed = mixed.view([q.size(0), count, self.heads, half, self.head_dim]).transpose(1, 2)
      mixed = mixed.reshape([q.size(0), self.heads, count * half, self.head_dim])
      mixed = torch.cat([first, mixed.narrow(2, 0, rest)], 2)
    return mixed

  # Returns the keys or values to which the rows of each block attend, from the third block on:
  # (B c, H, global rows + window, D).
  def windows(
    self,
    x: Tensor,  # (B, H, n, D)
    more: List[int],  # padding with which the last block is filled
    count: int  # c
  ) -> Tensor:
    half = self.window // 2
    rows = torch.constant_pad_nd(x.narrow(2, half, x.size(2) - half), more, 0.)
    first = x.narrow(2, 0, self.global_rows).unsqueeze(1).expand([-1, count, -1, -1, -1])
    first = first.reshape([-1, self.heads, self.global_rows, self.head_dim])
    return torch.cat([first, self.strips(rows, self.window, half)], 2)

  # Encodes histories, which are padded at the end, and candidates. Returns the rows of the
  # histories (B, n + 1, d) and the rows of the candidates (B, k, d).
  def dense(
    self,
    items: Tensor,  # (M, E) embeddings
    index: Tensor,  # (B, n) rows of items
    actions: Tensor,  # (B, n, C) multi-hot
    masked: Tensor,  # (B, n, 1), 1 where an action is masked, else 0
    surfaces: Tensor,  # (B, n)
    gaps: Tensor,  # (B, n)
    slate: Tensor,  # (B, k) rows of items
    slate_surfaces: Tensor,  # (B, k)
    slate_gaps: Tensor,  # (B, k)
    slate_positions: Tensor,  # (B, k) positions on the page
    cuts: Tensor,  # (B, k) how many rows of the history a candidate sees
    dropout: float
  ) -> Tuple[Tensor, Tensor]:
    # rows
    batch = index.size(0)
    first = self.token_first.view([1, 1, -1]).expand([batch, 1, -1])
    history = self.masked_tokens(torch.embedding(items, index), actions, masked, surfaces, gaps)
    x = torch.cat([first, history], 1)
    x = torch.dropout(x, dropout, dropout > 0.)
    rows = x.size(1)
    shown = torch.embedding(items, slate)
    c = self.candidates(shown, slate_surfaces, slate_gaps, slate_positions)
    c = torch.dropout(c, dropout, dropout > 0.)
    count = slate.size(1)
    cosine, sine = self.rotation(torch.arange(rows, dtype=$int64, device=x.device))
    slate_cosine, slate_sine = self.rotation(cuts.unsqueeze(1))
    at = torch.arange(rows, dtype=$int64, device=x.device).view([1, 1, -1])
    hidden = (at >= cuts.unsqueeze(-1)).unsqueeze(1)
    scale = self.head_dim ** -0.5
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    norms = self.attention_norm.unbind()
    ins = self.attention_in.unbind()
    outs = self.attention_out.unbind()
    forward_norms = self.forward_norm.unbind()
    forward_ins = self.forward_in.unbind()
    forward_outs = self.forward_out.unbind()
    for l in range(len(norms)):
      # attention of the histories
      qkv = torch.linear(self.norm(x, norms[l]), ins[l])
      q = self.rotate(self.split(qkv.narrow(2, 0, q_width), self.heads), cosine, sine)
      k = self.split(qkv.narrow(2, q_width, kv_width), self.kv_heads)
      k = self.widen(self.rotate(k, cosine, sine))
      v = self.widen(self.split(qkv.narrow(2, q_width + kv_width, kv_width), self.kv_heads))
      o = self.attend_history(q, k, v, self.local(l))
      x = x + torch.dropout(torch.linear(self.join(o), outs[l]), dropout, dropout > 0.)
      # feed-forward of the histories
      x = self.feed_forward(x, forward_norms[l], forward_ins[l], forward_outs[l], dropout)
      if count > 0:
        # attention of the candidates: one softmax over the scores of the history, up to the
        # candidate's cut, and the candidate's own score
        own_qkv = torch.linear(self.norm(c, norms[l]), ins[l])
        own_q = self.split(own_qkv.narrow(2, 0, q_width), self.heads)
        own_q = self.rotate(own_q, slate_cosine, slate_sine)
        own_k = self.split(own_qkv.narrow(2, q_width, kv_width), self.kv_heads)
        own_k = self.widen(self.rotate(own_k, slate_cosine, slate_sine))
        own_v = self.split(own_qkv.narrow(2, q_width + kv_width, kv_width), self.kv_heads)
        own_v = self.widen(own_v)
        seen = self.scores(own_q, k, hidden)
        own = torch.sum(own_q * own_k, [-1], True)
        weights = torch.softmax(torch.cat([seen, own], -1) * scale, -1)
        o = torch.matmul(weights.narrow(-1, 0, rows), v)
        o = o + weights.narrow(-1, rows, 1) * own_v
        c = c + torch.dropout(torch.linear(self.join(o), outs[l]), dropout, dropout > 0.)
        # feed-forward of the candidates
        c = self.feed_forward(c, forward_norms[l], forward_ins[l], forward_outs[l], dropout)
    return (x, c)

  # Picks rows at positions (P) into the B r rows of x (B, r, d): (P, d).
  def pick(self, x: Tensor, positions: Tensor) -> Tensor:
    return x.reshape([-1, x.size(-1)]).index_select(0, positions)

  # Returns the weighted binary cross-entropies, summed over the actions and averaged over the
  # positions.
  def action_loss(
    self,
    logits: Tensor,  # (P, C)
    labels: Tensor,  # (P, C)
    weights: Tensor  # (C)
  ) -> Tensor:  # ()
    if logits.size(0) == 0:
      loss = torch.sum(logits)
    else:
      each = torch.binary_cross_entropy_with_logits(logits, labels, None, None, 0)
      loss = torch.sum(torch.mean(each, [0]) * weights)
    return loss

  # Returns the squared difference between the mean probabilities of cold and other candidates,
  # summed over the actions. An action counts only if each kind has a candidate that counts for this
  # action.
  def score_gap(
    self,
    probabilities: Tensor,  # (S, C)
    counted: Tensor,  # (S, C), 1 where a candidate counts for an action, else 0
    cold: Tensor,  # (S, 1), 1 where a candidate is cold, else 0
    weights: Tensor  # (C)
  ) -> Tensor:  # ()
    colds = counted * cold
    others = counted * torch.rsub(cold, 1)
    cold_count = torch.sum(colds, [0])
    other_count = torch.sum(others, [0])
    cold_sum = torch.sum(probabilities * colds, [0])
    other_sum = torch.sum(probabilities * others, [0])
    cold_mean = torch.div(cold_sum, torch.clamp_min(cold_count, 1.))
    gap = torch.div(other_sum, torch.clamp_min(other_count, 1.)) - cold_mean
    both = torch.clamp_max(cold_count * other_count, 1.)
    return torch.sum(gap * gap * both * weights)

  # Returns the loss of mixed candidates. The state and the labels of each candidate are mixed with
  # the state and the labels of its partner (Verma et al., Manifold mixup, arXiv 1806.05236).
  def mixed_loss(
    self,
    states: Tensor,  # (S, d)
    past: Tensor,  # (S, X) or (0)
    labels: Tensor,  # (S, C)
    partners: Tensor,  # (S) each candidate's partner, a row of states
    shares: Tensor,  # (S) share of the candidate itself; its partner has the rest
    weights: Tensor  # (C)
  ) -> Tensor:  # ()
    own = shares.unsqueeze(1)
    rest = torch.rsub(own, 1)
    x = states * own + states.index_select(0, partners) * rest
    y = labels * own + labels.index_select(0, partners) * rest
    z = past
    if torch.numel(past) > 0:
      z = past * own + past.index_select(0, partners) * rest
    return self.action_loss(self.candidate_logits(x, z), y, weights)

  # Returns the loss and its parts (4): total, items, masked history actions, slates. The total is
  # the sum of the parts. It also contains the gap between cold and other candidates and the loss of
  # mixed candidates, if the batch has them. io.unipin.model.LossArguments must name the same
  # parameters, which is checked at load.
  def loss(
    self,
    # classes
    ids: Tensor,  # (M, E) rows of item_id
    content: Tensor,  # (M, F)
    buckets: Tensor,  # (t) rows of item_attribute, class by class
    starts: Tensor,  # (M) where the buckets of each class begin
    class_bias: Tensor,  # (M): -log Q, 0 for a full softmax, -inf for a row that does not compete
    kept: Tensor,  # (M), 1 where a class keeps its id, 0 where it has none; (0) if all keep theirs
    bare: Tensor,  # (U) class of each candidate that loses its id; slate calls these M .. M + U - 1
    # histories and slates, as in dense
    index: Tensor,  # (B, n) rows of ids
    actions: Tensor,  # (B, n, C) multi-hot
    masked: Tensor,  # (B, n, 1), 1 where an action is masked, else 0
    surfaces: Tensor,  # (B, n)
    gaps: Tensor,  # (B, n)
    slate: Tensor,  # (B, k) rows of ids, then of bare
    slate_surfaces: Tensor,  # (B, k)
    slate_gaps: Tensor,  # (B, k)
    slate_positions: Tensor,  # (B, k) positions on the page
    cuts: Tensor,  # (B, k) how many rows of the history a candidate sees
    # targets
    target_at: Tensor,  # (P) positions among the B (n + 1) rows
    target: Tensor,  # (P) classes
    outcomes: Tensor,  # (P, C)
    target_surfaces: Tensor,  # (P)
    target_gaps: Tensor,  # (P)
    target_offsets: Tensor,  # (P)
    # labels
    hidden_at: Tensor,  # (R) positions among the B (n + 1) rows
    hidden_labels: Tensor,  # (R, C)
    slate_at: Tensor,  # (S) positions among the B k candidates
    slate_labels: Tensor,  # (S, C)
    slate_cold: Tensor,  # (S), 1 where a candidate is cold, else 0; (0) without a gap
    partners: Tensor,  # (S) the candidate with which each candidate is mixed; (0) without mixing
    shares: Tensor,  # (S) share of the candidate itself in its mix
    hidden_weights: Tensor,  # (C) weight of each action
    slate_weights: Tensor,  # (C)
    # numbers, in tensors on the processor, so that reading them does not wait for a device
    score_reg: Tensor,  # (1) weight of the gap
    mixup: Tensor,  # (1) weight of the mixed candidates
    dropout: Tensor  # (1)
  ) -> Tensor:  # (4)
    rows = ids
    if torch.numel(kept) > 0:
      rows = ids * kept.unsqueeze(1)
    bags = self.bags(buckets, starts)
    described = self.described(content, bags)
    items = self.embedded(rows, described)
    all_items = items
    all_described = described
    if torch.numel(bare) > 0:
      nothing = torch.zeros([bare.size(0), ids.size(1)], dtype=$float32, device=ids.device)
      if torch.numel(bags) > 0:
        bags = bags.index_select(0, bare)
      bare_described = self.described(content.index_select(0, bare), bags)
      all_items = torch.cat([items, self.embedded(nothing, bare_described)])
      all_described = torch.cat([described, bare_described])
    x, c = self.dense(
      all_items, index, actions, masked, surfaces, gaps,
      slate, slate_surfaces, slate_gaps, slate_positions, cuts, float(dropout))
    # items
    at = self.pick(x, target_at)
    q = self.queries(at, outcomes, target_surfaces, target_gaps, target_offsets)
    if target.size(0) == 0:
      item_loss = torch.sum(q)
    else:
      logits = torch.addmm(class_bias, q * torch.exp(self.logit_scale), items.t())
      item_loss = torch.cross_entropy_loss(logits, target, None, 1, -100, 0.)
    # actions
    hidden = self.action_logits(self.pick(x, hidden_at))
    hidden_loss = self.action_loss(hidden, hidden_labels, hidden_weights)
    states = self.pick(c, slate_at)
    shown_items = slate.reshape([-1]).index_select(0, slate_at)
    past = self.path(all_described.index_select(0, shown_items))
    shown = self.candidate_logits(states, past)
    slate_loss = self.action_loss(shown, slate_labels, slate_weights)
    total = item_loss + hidden_loss + slate_loss
    # new and rare items
    if torch.numel(slate_cold) > 0:
      probabilities = torch.sigmoid(shown)
      cold = slate_cold.unsqueeze(1)
      without = torch.rsub(slate_labels, 1)
      gap = self.score_gap(probabilities, slate_labels, cold, slate_weights)
      gap = gap + self.score_gap(probabilities, without, cold, slate_weights)
      total = total + gap * float(score_reg)
    if torch.numel(partners) > 0:
      mixed = self.mixed_loss(states, past, slate_labels, partners, shares, slate_weights)
      total = total + mixed * float(mixup)
    return torch.stack([total, item_loss, hidden_loss, slate_loss])

  # Does the dense pass without dropout, for tests. Returns the rows of the histories (B, n + 1, d),
  # the probabilities of the candidates (B, k, C) and the probabilities of the histories (B, n + 1,
  # C).
  def dense_scores(
    self,
    items: Tensor,  # (M, E)
    paths: Tensor,  # (M, X), any tensor in a model without a content path
    index: Tensor,  # (B, n)
    actions: Tensor,  # (B, n, C)
    masked: Tensor,  # (B, n, 1)
    surfaces: Tensor,  # (B, n)
    gaps: Tensor,  # (B, n)
    slate: Tensor,  # (B, k)
    slate_surfaces: Tensor,  # (B, k)
    slate_gaps: Tensor,  # (B, k)
    slate_positions: Tensor,  # (B, k)
    cuts: Tensor  # (B, k)
  ) -> Tuple[Tensor, Tensor, Tensor]:
    x, c = self.dense(
      items, index, actions, masked, surfaces, gaps,
      slate, slate_surfaces, slate_gaps, slate_positions, cuts, 0.)
    shown = self.candidate_logits(c, self.picked(paths, slate))
    return (x, self.calibrated(shown), self.calibrated(self.action_logits(x)))

  # Returns a copy (M, E) of these rows (M) of the id table.
  def ids(self, rows: Tensor) -> Tensor:
    return self.item_id.detach().index_select(0, rows)

  # Returns the tensors, detached: no gradient is computed through them. If `rows` is not empty, the
  # first result is a copy of these rows of the first tensor.
  def chosen(self, tensors: List[Tensor], rows: Tensor) -> List[Tensor]:
    chosen = annotate(List[Tensor], [])
    for i in range(len(tensors)):
      x = tensors[i].detach()
      if i == 0 and torch.numel(rows) > 0:
        x = x.index_select(0, rows)
      chosen.append(x)
    return chosen

  # Returns the factor (1) that shortens gradients of this length (1) to the length `clip`. The
  # factor is 1 if the gradients are shorter.
  def clipping(self, length: Tensor, clip: float) -> Tensor:
    return torch.clamp_max(torch.reciprocal(length + 1e-6) * clip, 1.)

  # Does a step of AdamW with one parameter after the other, for the processor: a parameter and its
  # moments stay in the processor's caches. Returns the norm of the gradients before clipping.
  def move_each(
    self,
    p: List[Tensor],  # parameters
    g: List[Tensor],  # gradients
    m: List[Tensor],  # first moments
    v: List[Tensor],  # second moments
    kept: List[float],  # factor by which the decay multiplies each parameter
    beta1: float,
    beta2: float,
    clip: float,
    spread: float,  # divisor of the second moments' square roots
    move: float  # factor of each update, negative
  ) -> Tensor:  # (1)
    # clip
    total = torch.zeros([1], dtype=$float32, device=g[0].device)
    for i in range(len(g)):
      total = total + torch.sum(g[i] * g[i])
    length = torch.sqrt(total)
    factor = self.clipping(length, clip)
    for i in range(len(g)):
      g[i].mul_(factor)
      # moments
      m[i].mul_(beta1).add_(g[i], alpha=1. - beta1)
      v[i].mul_(beta2).addcmul_(g[i], g[i], value=1. - beta2)
      # decay, then move
      p[i].mul_(kept[i])
      divisor = torch.div(torch.sqrt(v[i]), spread) + 1e-8
      p[i].addcdiv_(m[i], divisor, value=move)
      g[i].zero_()
    return length

  # Does what move_each does, for other devices. Each operator takes all parameters at once, so the
  # device starts few kernels.
  def move_together(
    self,
    p: List[Tensor],
    g: List[Tensor],
    m: List[Tensor],
    v: List[Tensor],
    kept: List[float],
    beta1: float,
    beta2: float,
    clip: float,
    spread: float,
    move: float
  ) -> Tensor:  # (1)
    # clip
    norms = torch.stack(torch._foreach_norm(g, 2))
    length = torch.sqrt(torch.sum(norms * norms, [0], True))
    torch._foreach_mul_(g, self.clipping(length, clip).squeeze(0))
    # moments
    torch._foreach_mul_(m, beta1)
    torch._foreach_add_(m, g, alpha=1. - beta1)
    torch._foreach_mul_(v, beta2)
    torch._foreach_addcmul_(v, g, g, 1. - beta2)
    # decay, then move
    factors = annotate(List[number], [])
    for i in range(len(kept)):
      factors.append(kept[i])
    torch._foreach_mul_(p, factors)
    divisors = torch._foreach_sqrt(v)
    torch._foreach_div_(divisors, spread)
    torch._foreach_add_(divisors, 1e-8)
    torch._foreach_addcdiv_(p, m, divisors, move)
    torch._foreach_zero_(g)
    return length

  # Does one step of AdamW (Loshchilov and Hutter, arXiv 1711.05101) over all parameters. Clips the
  # gradients to a global norm, and sets them to zero after the step. If `rows` is not empty, the
  # first gradient has only these rows of the first parameter. The step then changes only these rows
  # and their moments. Returns the norm before clipping.
  def adamw(
    self,
    parameters: List[Tensor],  # each of any shape
    gradients: List[Tensor],  # each of its parameter's shape; the first may have only `rows`
    first: List[Tensor],  # first moments, each of its parameter's shape
    second: List[Tensor],
    rows: Tensor,  # (M) or (0)
    decays: List[float],  # one for each parameter
    rate: float,
    beta1: float,
    beta2: float,
    step: int,  # from 1
    clip: float,
    together: bool  # whether each operator takes all parameters at once
  ) -> Tensor:  # (1)
    p = self.chosen(parameters, rows)
    m = self.chosen(first, rows)
    v = self.chosen(second, rows)
    g = annotate(List[Tensor], [])
    kept = annotate(List[float], [])
    for i in range(len(gradients)):
      g.append(gradients[i].detach())
      kept.append(1. - rate * decays[i])
    spread = (1. - beta2 ** step) ** 0.5
    move = -rate / (1. - beta1 ** step)
    if together:
      length = self.move_together(p, g, m, v, kept, beta1, beta2, clip, spread, move)
    else:
      length = self.move_each(p, g, m, v, kept, beta1, beta2, clip, spread, move)
    if torch.numel(rows) > 0:
      parameters[0].detach().index_copy_(0, rows, p[0])
      first[0].index_copy_(0, rows, m[0])
      second[0].index_copy_(0, rows, v[0])
    return length
