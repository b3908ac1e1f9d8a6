
  # ---- serving: products with the layers' matrices ----
  #
  # `prepare` fills `matrices` once, after loading:
  #   4 l      attention_in of layer l
  #   4 l + 1  attention_out
  #   4 l + 2  forward_in
  #   4 l + 3  forward_out
  #   4 L      the part of the last layer's attention_in that makes keys and values
  # Rows of queries and keys are put in the order in which a rotation is a product of complex
  # numbers: the two halves of a head's width interleaved. Queries are scaled, and what follows a
  # norm is multiplied by the norm's weights, beforehand.

  # Prepares the matrices for a kind of arithmetic. Returns a tensor without meaning, since Java
  # calls methods that return one.
  def prepare(self, arithmetic: int) -> Tensor:
    self.arithmetic = arithmetic
    half = self.head_dim // 2
    order = torch.stack([torch.arange(half), torch.arange(half, 2 * half)], 1).reshape([-1])
    q_width = self.heads * self.head_dim
    kv_width = self.kv_heads * self.head_dim
    layers = self.attention_in.size(0)
    for l in range(layers):
      # attention
      w = self.attention_in.select(0, l) * self.attention_norm.select(0, l)
      turned = w.narrow(0, 0, q_width + kv_width)
      turned = turned.view([self.heads + self.kv_heads, self.head_dim, -1])
      turned = turned.index_select(1, order).reshape([q_width + kv_width, -1])
      q = turned.narrow(0, 0, q_width) * self.head_dim ** -0.5
      values = w.narrow(0, q_width + kv_width, kv_width)
      kv = torch.cat([turned.narrow(0, q_width, kv_width), values])
      self.prepared(torch.cat([q, kv]))
      self.prepared(self.attention_out.select(0, l))
      # feed-forward
      self.prepared(self.forward_in.select(0, l) * self.forward_norm.select(0, l))
      self.prepared(self.forward_out.select(0, l))
      if l + 1 == layers:
        self.prepared(kv)
    return torch.zeros([1])

  # Adds matrix w (out, in) in the form that the kind of arithmetic reads fastest:
  #   $PLAIN      as it is
  #   $BLOCKED    in oneDNN's blocks
  #   $INT8       rounded with a step per row; its input is rounded by the input's range
  #   $OBSERVING  as it is; products note the ranges of their inputs
  # oneDNN 3.7 computes wrong products of blocks on some processors when the matrix's rows are no
  # multiple of 64. A matrix whose product is wrong is kept as it is, rounded for $INT8.
  def prepared(self, w: Tensor) -> None:
    plain = w.contiguous()
    fast = plain
    # 512: the number of rows that oneDNN chooses its blocks for
    if self.arithmetic == $BLOCKED:
      fast = ops.mkldnn._reorder_linear_weight(plain, 512)
    if self.arithmetic == $INT8:
      steps = torch.div(torch.clamp_min(torch.amax(torch.abs(w), [1]), 1e-12), 127.)
      wide_steps = steps.unsqueeze(1)
      bytes = torch.round(torch.div(w, wide_steps))
      plain = (bytes * wide_steps).contiguous()
      fast = ops.onednn.qlinear_prepack(bytes.to($int8), [512, w.size(1)])
      self.matrix_steps.append(steps)
      place = self.input_of(len(self.matrices))
      range = self.activation_range.reshape([-1]).select(0, place)
      self.input_steps.append(float(range) / 127.)
    i = len(self.matrices)
    self.matrices.append(fast)
    if fast.is_mkldnn:
      x = torch.sin(torch.arange(5 * w.size(1), dtype=$float32)).view([5, -1])
      if self.arithmetic == $INT8:
        x = x * (self.input_steps[i] * 127.)
      expected = torch.linear(self.restored(x, i), plain)
      wrong = torch.amax(torch.abs(self.product(x, i) - expected))
      if float(wrong) > 0.001 * float(torch.amax(torch.abs(expected))):
        self.matrices[i] = plain
    return None

  # Returns the place of matrix i's input among the L 4 of activation_range. The last matrix shares
  # that of its layer's first.
  def input_of(self, i: int) -> int:
    layers = self.attention_in.size(0)
    at = i
    if i == 4 * layers:
      at = i - 4
    return at

  # Widens the range of matrix i's input by x (m, in).
  def observe(self, x: Tensor, i: int) -> None:
    range = self.activation_range.view([-1]).select(0, self.input_of(i))
    range.copy_(torch.maximum(range, torch.amax(torch.abs(x))))
    return None

  # Returns the ranges (L, 4) as they are now.
  def ranges(self) -> Tensor:
    return self.activation_range.clone()

  # Rounds x (m, in) for matrix i: (m, in) uint8 around 128.
  def rounded(self, x: Tensor, i: int) -> Tensor:
    return torch.int_repr(torch.quantize_per_tensor(x, self.input_steps[i], 128, $quint8))

  # Returns the numbers that x (m, in), float32 or rounded to uint8, stands for in a product with
  # matrix i.
  def restored(self, x: Tensor, i: int) -> Tensor:
    if self.arithmetic == $INT8:
      if x.is_floating_point():
        x = self.rounded(x, i)
      y = (x.to($float32) - 128.) * self.input_steps[i]
    else:
      y = x
    return y

  # Chooses how x (m, in) is multiplied by matrix i: $BLOCKED and $INT8 by oneDNN, $PLAIN by the
  # engine. Notes the range of x where that is wanted.
  def way(self, x: Tensor, i: int) -> int:
    if self.arithmetic == $OBSERVING:
      self.observe(x, i)
    if self.matrices[i].is_mkldnn:
      way = self.arithmetic
    else:
      way = $PLAIN
    return way

  # Multiplies x (m, in) by matrix i: (m, out).
  def product(self, x: Tensor, i: int) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = self.way(x, i)
    if way == $BLOCKED:
      y = ops.mkldnn._linear_pointwise(x, self.matrices[i], None, "none", scalars, None)
    elif way == $INT8:
      steps = self.matrix_steps[i]
      zeros = torch.zeros([steps.size(0)], dtype=$int32)
      y = ops.onednn.qlinear_pointwise(
        self.rounded(x, i), self.input_steps[i], 128,
        self.matrices[i], steps, zeros,
        None,  # bias
        1., 0, $float32,  # the result's step, zero and type
        "none", scalars, "")
    else:
      y = torch.linear(self.restored(x, i), self.matrices[i])
    return y

  # Does the same, then the activation. In $INT8 the result (m, out) is uint8, rounded for matrix
  # i + 1.
  def product_gelu(self, x: Tensor, i: int) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = self.way(x, i)
    if way == $BLOCKED:
      y = ops.mkldnn._linear_pointwise(x, self.matrices[i], None, "gelu", scalars, "none")
    elif way == $INT8:
      steps = self.matrix_steps[i]
      zeros = torch.zeros([steps.size(0)], dtype=$int32)
      y = ops.onednn.qlinear_pointwise(
        self.rounded(x, i), self.input_steps[i], 128,
        self.matrices[i], steps, zeros,
        None,  # bias
        self.input_steps[i + 1], 128, $uint8,  # the result's step, zero and type
        "gelu", scalars, "none")
    else:
      y = torch.gelu(torch.linear(self.restored(x, i), self.matrices[i]))
    return y

  # Multiplies x (m, in) by matrix i and adds y (m, out), which is lost: (m, out).
  def product_add(self, x: Tensor, i: int, y: Tensor) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = self.way(x, i)
    if way == $BLOCKED:
      z = ops.mkldnn._linear_pointwise(x, y, self.matrices[i], None, "add")
    elif way == $INT8:
      if x.is_floating_point():
        x = self.rounded(x, i)
      steps = self.matrix_steps[i]
      zeros = torch.zeros([steps.size(0)], dtype=$int32)
      z = ops.onednn.qlinear_pointwise(
        x, self.input_steps[i], 128,
        self.matrices[i], steps, zeros,
        y, None,  # what is added, bias
        1., 0, $float32,  # the result's step, zero and type
        1., 0,  # step and zero of what is added
        "sum", 1., "none", scalars, "")
    else:
      z = y.add_(torch.linear(self.restored(x, i), self.matrices[i]))
    return z
