
  # ---- what both rivals share ----
  #
  # Letters of shapes
  #   B histories     m actions of a history, padded at the end     n largest m
  #   N items         d width of a row            W width inside feed-forward
  #   L blocks        H heads                     T buckets of time
  #   P positions with a target                   K negatives
  #
  # Tensors of indices, positions and seconds hold int64, other tensors float32.

  def norm(self, x: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], weight, bias, 1e-5, False)

  # Splits rows into heads, and puts the axis of heads before the axis of rows:
  # x (B, m, d) -> (B, H, m, d / H).
  def split(self, x: Tensor) -> Tensor:
    return x.reshape([x.size(0), x.size(1), self.heads, x.size(2) // self.heads]).transpose(1, 2)

  # Undoes `split`, so that the heads of a row are side by side: x (B, H, m, d / H) -> (B, m, d).
  def join(self, x: Tensor) -> Tensor:
    return x.transpose(1, 2).reshape([x.size(0), x.size(2), x.size(1) * x.size(3)])

  # Encodes histories. A row sees itself and earlier rows.
  def encode(
    self,
    items: Tensor,  # (B, m)
    positions: Tensor,  # (B, m) how many actions of the history are later
    seconds: Tensor,  # (B, m) when the user acted
    dropout: float
  ) -> Tensor:  # (B, m, d)
    scale = float(self.item.size(1)) ** 0.5
    x = torch.embedding(self.item, items) * scale + torch.embedding(self.position, positions)
    x = self.blocks(torch.dropout(x, dropout, dropout > 0.), seconds, dropout)
    return self.norm(x, self.last_norm, self.last_norm_bias)

  # Returns queries at some of the B m rows. The score of an item is its dot product with the query.
  def queries(
    self,
    items: Tensor,  # (B, m)
    positions: Tensor,  # (B, m)
    seconds: Tensor,  # (B, m)
    at: Tensor,  # (P)
    dropout: Tensor  # (1)
  ) -> Tensor:  # (P, d)
    x = self.encode(items, positions, seconds, float(dropout))
    return x.reshape([-1, x.size(2)]).index_select(0, at)

  # Returns the mean negative log-likelihood of the targets. With negatives, the classes of the
  # softmax are the target and the negatives. The score of a negative is corrected for how often the
  # negative is drawn. A negative that equals the target does not count. Without negatives, all
  # items are classes.
  def loss(
    self,
    items: Tensor,  # (B, m)
    positions: Tensor,  # (B, m)
    seconds: Tensor,  # (B, m)
    at: Tensor,  # (P)
    dropout: Tensor,  # (1)
    target: Tensor,  # (P)
    negatives: Tensor,  # (K) items; (0) for the full softmax
    correction: Tensor  # (1) -log Q of a negative
  ) -> Tensor:  # ()
    q = self.queries(items, positions, seconds, at, dropout)
    if torch.numel(negatives) == 0:
      loss = torch.cross_entropy_loss(torch.matmul(q, self.item.t()), target)
    else:
      others = torch.matmul(q, torch.embedding(self.item, negatives).t()) + correction
      same = torch.eq(target.unsqueeze(1), negatives.unsqueeze(0))
      others = torch.masked_fill(others, same, float("-inf"))
      own = torch.sum(q * torch.embedding(self.item, target), [1], True)
      loss = torch.cross_entropy_loss(torch.cat([own, others], 1), torch.zeros_like(target))
    return loss
