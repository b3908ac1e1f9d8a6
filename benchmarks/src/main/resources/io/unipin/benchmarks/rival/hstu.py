# HSTU (Zhai et al., "Actions speak louder than words", arXiv 2402.17152): attention with a
# pointwise SiLU and a learned bias of position and time. The result of attention is normalised and
# gated. io.unipin.benchmarks.rival.SequenceProgram appends sequence.py, which has the letters of
# the shapes.
class Rival(Module):
  __parameters__ = [
    "item", "position", "last_norm", "last_norm_bias",
    "attention_norm", "attention_norm_bias", "attention_in", "attention_in_bias",
    "output_norm", "output_norm_bias", "attention_out", "attention_out_bias",
    "position_bias", "time_bias",
  ]
  __buffers__ = []
  heads : int  # H
  item : Tensor  # (N, d)
  position : Tensor  # (n, d)
  last_norm : Tensor  # (d)
  last_norm_bias : Tensor  # (d)
  attention_norm : Tensor  # (L, d)
  attention_norm_bias : Tensor  # (L, d)
  attention_in : Tensor  # (L, 4 d, d)
  attention_in_bias : Tensor  # (L, 4 d)
  output_norm : Tensor  # (L, d)
  output_norm_bias : Tensor  # (L, d)
  attention_out : Tensor  # (L, d, d)
  attention_out_bias : Tensor  # (L, d)
  position_bias : Tensor  # (L H, n) by the number of actions between a key and a row
  time_bias : Tensor  # (L H, T) by the bucket of the time between a key and a row

  # Returns the buckets of the times between rows and keys. A bucket is log(seconds) / 0.301, as in
  # the authors' program.
  def buckets(self, seconds: Tensor) -> Tensor:  # (B, m) -> (B, m, m)
    gap = (seconds.unsqueeze(2) - seconds.unsqueeze(1)).to($float32)
    bucket = torch.div(torch.log(torch.clamp_min(gap, 1.)), 0.301).to($int64)
    return torch.clamp_max(bucket, self.time_bias.size(1) - 1)

  # Returns the bias of every row for every key, in all layers and heads.
  def biases(self, seconds: Tensor) -> Tensor:  # (B, m) -> (L H, B, m, m)
    batch = seconds.size(0)
    m = seconds.size(1)
    tables = self.time_bias.size(0)
    at = torch.arange(m, dtype=$int64, device=seconds.device)
    apart = torch.clamp_min(at.unsqueeze(1) - at.unsqueeze(0), 0).reshape([1, -1])
    by_position = torch.gather(self.position_bias, 1, apart.expand([tables, -1]))
    by_position = by_position.view([tables, 1, m, m])
    bucket = self.buckets(seconds).reshape([1, -1])
    by_time = torch.gather(self.time_bias, 1, bucket.expand([tables, -1]))
    return by_time.view([tables, batch, m, m]) + by_position

  # Passes rows through all blocks.
  def blocks(
    self,
    rows: Tensor,  # (B, m, d)
    seconds: Tensor,  # (B, m) when the user acted
    dropout: float
  ) -> Tensor:  # (B, m, d)
    x = rows
    d = x.size(2)
    m = x.size(1)
    biases = self.biases(seconds)
    at = torch.arange(m, dtype=$int64, device=x.device)
    later = at.unsqueeze(0) > at.unsqueeze(1)
    for l in range(self.attention_norm.size(0)):
      h = self.norm(x, self.attention_norm[l], self.attention_norm_bias[l])
      uvqk = torch.silu(torch.linear(h, self.attention_in[l], self.attention_in_bias[l]))
      u = uvqk.narrow(2, 0, d)
      v = self.split(uvqk.narrow(2, d, d))
      q = self.split(uvqk.narrow(2, 2 * d, d))
      k = self.split(uvqk.narrow(2, 3 * d, d))
      bias = biases.narrow(0, l * self.heads, self.heads).transpose(0, 1)
      scores = torch.silu(torch.matmul(q, k.transpose(2, 3)) + bias)
      scores = torch.div(torch.masked_fill(scores, later, 0.), float(self.position.size(0)))
      o = self.join(torch.matmul(scores, v))
      # Scores are small if a history is much shorter than n, so layer_norm uses a very small
      # epsilon (1e-12).
      weight = self.output_norm[l]
      o = torch.layer_norm(o, [d], weight, self.output_norm_bias[l], 1e-12, False) * u
      o = torch.dropout(o, dropout, dropout > 0.)
      x = x + torch.linear(o, self.attention_out[l], self.attention_out_bias[l])
    return x
