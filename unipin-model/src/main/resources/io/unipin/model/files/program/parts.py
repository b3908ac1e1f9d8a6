# The UniPin model: one program for training and serving (TorchScript source). This file begins its one class; products.py,
# serving.py, batch.py, comparison.py and training.py go on with it.
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

  # ---- parts that serving and training share ----


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

  # logits (..., C) -> calibrated probabilities
  def calibrated(self: __torch__.UniPin, logits: Tensor) -> Tensor:
    return torch.sigmoid(torch.add(torch.mul(logits, torch.select(self.calibration, 0, 0)), torch.select(self.calibration, 0, 1)))
