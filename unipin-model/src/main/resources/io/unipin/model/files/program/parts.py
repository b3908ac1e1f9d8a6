# The UniPin model as TorchScript: one class. io.unipin.model.files.Program assembles its text from
# several files.
#
#   parts       methods of serving and training; begins the class           in every program
#   products    products with the layers' matrices                          serving
#   serving     one user: encode a history, score candidates                serving
#   ragged      several users in one call                                   serving
#   items       the tower that embeds items                                 in every program
#   comparison  the ranking pass of a model without keys and values         serving with comparison
#   training    a batch of histories, its loss, a step of the optimiser     training
#
# A model's fingerprint covers the program of serving, without comments and without items.
#
# Letters of shapes
#   B users                    n actions of a history        k candidates
#   a new actions              m new rows of a history       T rows that a block has room for
#   N items, V live ones       E width of an embedding       F width of an item's content
#   A buckets of attributes    t attributes of some items    X width of the content path
#   d width of a row           W width inside feed-forward   D width of a head
#   L layers                   H query heads                 G heads of keys and values
#   C action types             r rows of queries
# and in training
#   P positions with a target  M classes that compete for them
#   R masked positions         S labelled candidates
#   U candidates without ids
#
# Row 0 of every history is the learned first token: a history of n actions has n + 1 rows.
# Row N of a table of items stands for every item that the catalogue lacks. Rows from N + 1 on are
# live items, which training did not know.
# If the comment of a tensor names no type, a tensor of indices, positions or counts holds int64,
# and any other tensor holds float32.
#
# Program replaces each $name by a number, because a class in TorchScript has no constants.
#   types of elements     $uint8 $int8 $int32 $int64 $float16 $float32 $quint8 $bfloat16
#   kinds of arithmetic   $PLAIN $BLOCKED $INT8 $OBSERVING $HALF, as in io.unipin.model.Arithmetic
#   kernels of attention  $EACH $PADDED $EFFICIENT $FLASH, as in
#                         io.unipin.model.batch.AttentionKernel
class UniPin(Module):
  __parameters__ = [
    "item_id", "item_content", "item_attribute", "item_in", "item_out",
    "token_item", "token_action", "token_mask", "token_first", "token_surface", "token_gap",
    "candidate_gap", "candidate_position",
    "attention_norm", "attention_in", "attention_out", "forward_norm", "forward_in", "forward_out",
    "query_norm", "query_in", "query_action", "query_surface", "query_gap", "query_offset",
    "query_direct", "query_out",
    "head_norm", "head_in", "path_in", "path_out", "head_out", "head_bias", "logit_scale",
  ]
  __buffers__ = ["calibration", "activation_range", ]
  heads : int                  # H
  kv_heads : int               # G, which divides H
  head_dim : int               # D
  window : int                 # rows of a window, an even number; 0 without windows
  global_rows : int            # first rows of a history, which all its rows see
  window_layers : int          # number of lower layers with windows; less than L
  arithmetic : int             # $PLAIN, $BLOCKED, $INT8, $OBSERVING or $HALF
  kernel : int                 # $EACH, $PADDED, $EFFICIENT or $FLASH
  matrices : List[Tensor]      # 4 L + 1 prepared matrices, see products
  matrix_steps : List[Tensor]  # in $INT8: a step per row, for each matrix
  input_steps : List[float]    # in $INT8: the step of the input, for each matrix
  # items
  item_id : Tensor  # (N + 1, E)
  item_content : Tensor  # (F, E)
  item_attribute : Tensor  # (A, E)
  item_in : Tensor  # (2 E, E)
  item_out : Tensor  # (E, 2 E)
  # rows of histories and candidates
  token_item : Tensor  # (d, E)
  token_action : Tensor  # (C, d)
  token_mask : Tensor  # (d)
  token_first : Tensor  # (d)
  token_surface : Tensor  # (surfaces, d)
  token_gap : Tensor  # (gaps, d)
  candidate_gap : Tensor  # (gaps, d)
  candidate_position : Tensor  # (positions, d)
  # layers
  attention_norm : Tensor  # (L, d)
  attention_in : Tensor  # (L, d + 2 G D, d)
  attention_out : Tensor  # (L, d, d)
  forward_norm : Tensor  # (L, d)
  forward_in : Tensor  # (L, W, d); if gated, (L, 2 W, d)
  forward_out : Tensor  # (L, d, W)
  # retrieval
  query_norm : Tensor  # (d)
  query_in : Tensor  # (d, d)
  query_action : Tensor  # (C, d)
  query_surface : Tensor  # (surfaces, d)
  query_gap : Tensor  # (gaps, d)
  query_offset : Tensor  # (offsets, d)
  query_direct : Tensor  # (E, d)
  query_out : Tensor  # (E, d)
  # ranking
  head_norm : Tensor  # (d)
  head_in : Tensor  # (d, d)
  path_in : Tensor  # (X, E)
  path_out : Tensor  # (d, X)
  head_out : Tensor  # (C, d)
  head_bias : Tensor  # (C)
  logit_scale : Tensor  # (1)
  calibration : Tensor  # (2, C)
  activation_range : Tensor  # (L, 4)

  # ---- parts that serving and training share ----

  # Scales x (..., E) to unit length.
  def normalise(self, x: Tensor) -> Tensor:
    return x * torch.rsqrt(torch.sum(x * x, [-1], True) + 1e-12)

  # Normalises x (..., d) to mean 0 and variance 1. Multiplies the result by weight (d) if given.
  def norm(self, x: Tensor, weight: Optional[Tensor]) -> Tensor:
    return torch.layer_norm(x, [x.size(-1)], weight, None, 1e-5, False)

  # Returns the rows of actions. A row is a linear map of all features of an action, computed as a
  # sum with one term per feature.
  def tokens(
    self,
    items: Tensor,  # (..., E)
    actions: Tensor,  # (..., C) multi-hot
    surfaces: Tensor,  # (...)
    gaps: Tensor  # (...)
  ) -> Tensor:  # (..., d)
    x = torch.linear(items, self.token_item).add_(torch.matmul(actions, self.token_action))
    x = x.add_(torch.embedding(self.token_surface, surfaces))
    return x.add_(torch.embedding(self.token_gap, gaps))

  # Returns the rows of candidates, whose actions are always masked.
  def candidates(
    self,
    items: Tensor,  # (..., E)
    surfaces: Tensor,  # (...)
    gaps: Tensor,  # (...)
    positions: Tensor  # (...) positions on the page
  ) -> Tensor:  # (..., d)
    x = torch.linear(items, self.token_item) + self.token_mask
    x = x + torch.embedding(self.token_surface, surfaces)
    x = x + torch.embedding(self.candidate_gap, gaps)
    return x + torch.embedding(self.candidate_position, positions)

  # Returns cosine and sine (..., D / 2) of the rotary encoding of positions (...) in a history
  # (Su et al., arXiv 2104.09864).
  def rotation(self, positions: Tensor) -> Tuple[Tensor, Tensor]:
    half = self.head_dim // 2
    index = torch.arange(half, dtype=$float32, device=positions.device)
    frequency = torch.exp(index * (-9.210340371976184 / half))
    angle = positions.to($float32).unsqueeze(-1) * frequency
    return (torch.cos(angle), torch.sin(angle))

  # Splits rows into heads, and puts the axis of heads before the axis of rows:
  # x (B, m, heads D) -> (B, heads, m, D).
  def split(self, x: Tensor, heads: int) -> Tensor:
    return x.view([x.size(0), x.size(1), heads, self.head_dim]).transpose(1, 2)

  # Repeats keys or values for the query heads that share them: x (B, G, m, D) -> (B, H, m, D).
  # Query head h reads head h // (H / G).
  def widen(self, x: Tensor) -> Tensor:
    if self.heads == self.kv_heads:
      y = x
    else:
      y = torch.repeat_interleave(x, self.heads // self.kv_heads, 1)
    return y

  # Returns the scores (B, h, r, n) of queries q (B, h, r, D) for keys (B, h, n, D). Queries and
  # keys have the same number of heads, h. Scores are -inf where hidden (B or 1, 1, r or 1, n) is
  # true.
  def scores(self, q: Tensor, keys: Tensor, hidden: Tensor) -> Tensor:
    return torch.masked_fill(torch.matmul(q, keys.transpose(2, 3)), hidden, float("-inf"))

  # Whether rows of a history attend to a window in layer l. In the lower layers they do.
  #
  # The rows of a history form blocks of half a window. In a layer with windows, a row attends to
  # the global rows, to the rows of the block before its own, and to the rows of its own block up to
  # itself. So a row of the first two blocks attends to all rows up to itself. In other layers every
  # row does. Candidates attend to all rows of a history in every layer.
  def local(self, l: int) -> bool:
    return l < self.window_layers

  # Returns the mask of m rows that follow `start` rows of a history: (m, start + m), -inf where a
  # row is hidden, else 0. If start = 0, no mask is needed, and the result is (m, 0).
  def unseen(self, start: int, m: int, device: Device) -> Tensor:
    seen = 0
    if start > 0:
      seen = start + m
    return torch.triu(
      torch.full([m, seen], float("-inf"), dtype=$float32, device=device), start + 1)

  # Cuts rows x (B, h, n, D) into c strips of `size` rows. A strip begins `step` rows after the
  # strip before it. Returns (B c, h, size, D). If B = 1, the result is a view of x.
  def strips(self, x: Tensor, size: int, step: int) -> Tensor:
    cut = x.unfold(2, size, step).permute([0, 2, 1, 4, 3])
    return cut.reshape([-1, x.size(1), size, x.size(3)])

  # Whether the feed-forward part is gated. If it is, its first matrix has W rows of gates in front
  # of its W rows of values.
  def gated(self) -> bool:
    return self.forward_in.size(1) != self.forward_out.size(2)

  # Multiplies values by their gates: x (..., 2 W), gates then values -> (..., W)
  # (SwiGLU: Shazeer, arXiv 2002.05202).
  def gate(self, x: Tensor) -> Tensor:
    half = x.size(-1) // 2
    return torch.silu(x.narrow(-1, 0, half)) * x.narrow(-1, half, half)

  # Returns P retrieval queries of unit length. Either all queries share one state and context, or
  # each query has its own.
  def queries(
    self,
    state: Tensor,  # (P, d) or (1, d)
    outcomes: Tensor,  # (P, C) weights of the actions that are wanted
    surfaces: Tensor,  # (P) or (1)
    gaps: Tensor,  # (P) or (1)
    offsets: Tensor  # (P) class of how far ahead a query looks
  ) -> Tensor:  # (P, E)
    h = self.norm(state, self.query_norm)
    u = torch.linear(h, self.query_in) + torch.matmul(outcomes, self.query_action)
    u = u + torch.embedding(self.query_surface, surfaces) + torch.embedding(self.query_gap, gaps)
    u = u + torch.embedding(self.query_offset, offsets)
    x = torch.linear(h, self.query_direct) + torch.linear(torch.gelu(u), self.query_out)
    return self.normalise(x)

  # Returns logits (..., C) of the C actions for rows x (..., d).
  def action_logits(self, x: Tensor) -> Tensor:
    h = torch.gelu(torch.linear(self.norm(x, self.head_norm), self.head_in))
    return torch.linear(h, self.head_out, self.head_bias)

  # Returns logits (..., C) of candidates. The content and attributes of a candidate also reach the
  # head on the content path, which bypasses the layers.
  def candidate_logits(
    self,
    x: Tensor,  # (..., d)
    past: Tensor  # (..., X), (0) in a model without a content path
  ) -> Tensor:  # (..., C)
    h = torch.linear(self.norm(x, self.head_norm), self.head_in)
    if torch.numel(self.path_out) > 0:
      h = h + torch.linear(past, self.path_out)
    return torch.linear(torch.gelu(h), self.head_out, self.head_bias)

  # Picks the rows (..., X) of the content path that belong to items (...). Returns (0) in a model
  # without a content path.
  def picked(
    self,
    paths: Tensor,  # (M, X), any tensor in a model without a content path
    items: Tensor  # (...) rows of paths
  ) -> Tensor:  # (..., X) or (0)
    if torch.numel(self.path_out) > 0:
      past = torch.embedding(paths, items)
    else:
      past = torch.zeros([0], dtype=$float32, device=items.device)
    return past

  # Turns logits (..., C) into calibrated probabilities (..., C).
  def calibrated(self, logits: Tensor) -> Tensor:
    return torch.sigmoid(logits * self.calibration.select(0, 0) + self.calibration.select(0, 1))
