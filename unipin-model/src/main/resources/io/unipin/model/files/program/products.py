  # ---- serving: products with the layers' matrices ----
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
