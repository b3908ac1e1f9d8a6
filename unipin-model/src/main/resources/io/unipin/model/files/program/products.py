
  # ---- serving: products with the layers' matrices ----
  #
  # `prepare` fills the list `matrices` once, after loading:
  #   4 l      attention_in of layer l
  #   4 l + 1  attention_out
  #   4 l + 2  forward_in
  #   4 l + 3  forward_out
  #   4 L      the part of the last layer's attention_in that makes keys and values
  # `prepare` also does three parts of the computation in advance. It interleaves the two halves of
  # each head in the rows that make queries and keys, so that a rotation is a product of complex
  # numbers. It scales the rows that make queries. It multiplies a matrix that follows a norm by
  # the weights of the norm.

  # Prepares the matrices for a kind of arithmetic, and chooses the attention kernel for calls of
  # several users. The result has no meaning: Java can only call methods that return a value.
  def prepare(self, arithmetic: int, kernel: int) -> Tensor:
    self.arithmetic = arithmetic
    self.kernel = kernel
    half = self.head_dim // 2
    order = torch.arange(2 * half, dtype=$int64, device=self.attention_in.device)
    order = order.view([2, half]).transpose(0, 1).reshape([-1])
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
    return order

  # Adds matrix w (out, in) to `matrices`, in the form that the kind of arithmetic reads fastest:
  #   $PLAIN      as it is
  #   $BLOCKED    in oneDNN's blocks
  #   $INT8       rounded with a step per row; its input is rounded by the input's range
  #   $OBSERVING  as it is; products note the ranges of their inputs
  #   $HALF       rounded to float16
  # On some processors oneDNN 3.7 computes wrong products with a blocked matrix if the number of the
  # matrix's rows is not a multiple of 64. A matrix whose product is wrong is kept in its plain
  # layout; for $INT8 its elements are rounded.
  def prepared(self, w: Tensor) -> None:
    plain = w.contiguous()
    fast = plain
    # 512 is the number of rows of x for which oneDNN chooses its blocks.
    if self.arithmetic == $HALF:
      fast = plain.to($float16)
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
      x = torch.arange(5 * w.size(1), dtype=$float32, device=w.device)
      x = torch.sin(x).view([5, -1])
      if self.arithmetic == $INT8:
        x = x * (self.input_steps[i] * 127.)
      expected = torch.linear(self.restored(x, i), plain)
      wrong = torch.amax(torch.abs(self.product(x, i) - expected))
      if float(wrong) > 0.001 * float(torch.amax(torch.abs(expected))):
        self.matrices[i] = plain
    return None

  # Returns the index of matrix i's input range among the 4 L ranges of activation_range (L, 4).
  # Matrix 4 L has the same input as the first matrix of the last layer, so both have one range.
  def input_of(self, i: int) -> int:
    layers = self.attention_in.size(0)
    at = i
    if i == 4 * layers:
      at = i - 4
    return at

  # Widens the range of matrix i's input so that it covers x (m, in).
  def observe(self, x: Tensor, i: int) -> None:
    range = self.activation_range.view([-1]).select(0, self.input_of(i))
    range.copy_(torch.maximum(range, torch.amax(torch.abs(x))))
    return None

  # Returns x (m, in) in a type that products take. Only $HALF takes float16.
  def accepted(self, x: Tensor) -> Tensor:
    if self.arithmetic == $HALF:
      y = x
    else:
      y = x.to($float32)
    return y

  # Returns the current ranges (L, 4).
  def ranges(self) -> Tensor:
    return self.activation_range.clone()

  # Rounds x (m, in) with the input step of matrix i. Returns uint8 (m, in), in which 128 stands for
  # zero.
  def rounded(self, x: Tensor, i: int) -> Tensor:
    return torch.int_repr(torch.quantize_per_tensor(x, self.input_steps[i], 128, $quint8))

  # Returns x (m, in) as float32 numbers for a plain product with matrix i. x is float32, or was
  # rounded to uint8. In $INT8 the result consists of rounded numbers in both cases.
  def restored(self, x: Tensor, i: int) -> Tensor:
    if self.arithmetic == $INT8:
      if x.is_floating_point():
        x = self.rounded(x, i)
      y = (x.to($float32) - 128.) * self.input_steps[i]
    else:
      y = x
    return y

  # Returns how x (m, in) is multiplied by matrix i: oneDNN computes $BLOCKED and $INT8, and the
  # engine computes $PLAIN and $HALF. In $OBSERVING the method also notes the range of x.
  def way(self, x: Tensor, i: int) -> int:
    if self.arithmetic == $OBSERVING:
      self.observe(x, i)
    if self.matrices[i].is_mkldnn or self.arithmetic == $HALF:
      way = self.arithmetic
    else:
      way = $PLAIN
    return way

  # Multiplies x (m, in) by matrix i. Returns (m, out) in float32. In $HALF x may be float16.
  def product(self, x: Tensor, i: int) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = self.way(x, i)
    if way == $BLOCKED:
      y = ops.mkldnn._linear_pointwise(x, self.matrices[i], None, "none", scalars, None)
    elif way == $INT8:
      steps = self.matrix_steps[i]
      zeros = torch.zeros([steps.size(0)], dtype=$int32, device=steps.device)
      y = ops.onednn.qlinear_pointwise(
        self.rounded(x, i), self.input_steps[i], 128,
        self.matrices[i], steps, zeros,
        None,  # bias
        1., 0, $float32,  # the result's step, zero and type
        "none", scalars, "")
    elif way == $HALF:
      y = torch.linear(x.to($float16), self.matrices[i]).to($float32)
    else:
      y = torch.linear(self.restored(x, i), self.matrices[i])
    return y

  # Multiplies x (m, in) by matrix i and applies GELU. Returns (m, out). With oneDNN's $INT8 the
  # result is uint8, rounded for matrix i + 1. In $HALF the result is float16.
  def product_gelu(self, x: Tensor, i: int) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = self.way(x, i)
    if way == $BLOCKED:
      y = ops.mkldnn._linear_pointwise(x, self.matrices[i], None, "gelu", scalars, "none")
    elif way == $INT8:
      steps = self.matrix_steps[i]
      zeros = torch.zeros([steps.size(0)], dtype=$int32, device=steps.device)
      y = ops.onednn.qlinear_pointwise(
        self.rounded(x, i), self.input_steps[i], 128,
        self.matrices[i], steps, zeros,
        None,  # bias
        self.input_steps[i + 1], 128, $uint8,  # the result's step, zero and type
        "gelu", scalars, "none")
    elif way == $HALF:
      y = torch.gelu(torch.linear(x.to($float16), self.matrices[i]))
    else:
      y = torch.gelu(torch.linear(self.restored(x, i), self.matrices[i]))
    return y

  # Multiplies x (m, in) by matrix i, whose rows are gates and values. Returns the gated values
  # (m, out / 2). In $HALF they are float16.
  def product_gate(self, x: Tensor, i: int) -> Tensor:
    if self.arithmetic == $HALF:
      wide = torch.linear(x.to($float16), self.matrices[i])
    else:
      wide = self.product(x, i)
    return self.gate(wide)

  # Multiplies x (m, in) by matrix i and adds y (m, out). Returns (m, out). May overwrite y.
  def product_add(self, x: Tensor, i: int, y: Tensor) -> Tensor:
    scalars = annotate(List[Optional[number]], [])
    way = self.way(x, i)
    if way == $BLOCKED:
      z = ops.mkldnn._linear_pointwise(x, y, self.matrices[i], None, "add")
    elif way == $INT8:
      if x.is_floating_point():
        x = self.rounded(x, i)
      steps = self.matrix_steps[i]
      zeros = torch.zeros([steps.size(0)], dtype=$int32, device=steps.device)
      z = ops.onednn.qlinear_pointwise(
        x, self.input_steps[i], 128,
        self.matrices[i], steps, zeros,
        y, None,  # y is added; there is no bias
        1., 0, $float32,  # the result's step, zero and type
        1., 0,  # step and zero of y
        "sum", 1., "none", scalars, "")
    elif way == $HALF:
      z = y.add_(torch.linear(x.to($float16), self.matrices[i]))
    else:
      z = y.add_(torch.linear(self.restored(x, i), self.matrices[i]))
    return z
