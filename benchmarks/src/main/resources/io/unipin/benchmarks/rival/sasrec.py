# SASRec (Kang and McAuley, "Self-attentive sequential recommendation", arXiv 1808.09781) with each
# norm before its part of a block. io.unipin.benchmarks.rival.SequenceProgram appends sequence.py,
# which has the letters of the shapes.
class Rival(Module):
  __parameters__ = [
    "item", "position", "last_norm", "last_norm_bias",
    "attention_norm", "attention_norm_bias", "attention_in", "attention_in_bias",
    "attention_out", "attention_out_bias",
    "forward_norm", "forward_norm_bias", "forward_in", "forward_in_bias",
    "forward_out", "forward_out_bias",
  ]
  __buffers__ = []
  heads : int  # H
  item : Tensor  # (N, d)
  position : Tensor  # (n, d)
  last_norm : Tensor  # (d)
  last_norm_bias : Tensor  # (d)
  attention_norm : Tensor  # (L, d)
  attention_norm_bias : Tensor  # (L, d)
  attention_in : Tensor  # (L, 3 d, d)
  attention_in_bias : Tensor  # (L, 3 d)
  attention_out : Tensor  # (L, d, d)
  attention_out_bias : Tensor  # (L, d)
  forward_norm : Tensor  # (L, d)
  forward_norm_bias : Tensor  # (L, d)
  forward_in : Tensor  # (L, W, d)
  forward_in_bias : Tensor  # (L, W)
  forward_out : Tensor  # (L, d, W)
  forward_out_bias : Tensor  # (L, d)

  # Passes rows through all blocks.
  def blocks(
    self,
    rows: Tensor,  # (B, m, d)
    seconds: Tensor,  # (B, m), which SASRec does not read
    dropout: float
  ) -> Tensor:  # (B, m, d)
    x = rows
    d = x.size(2)
    for l in range(self.attention_norm.size(0)):
      h = self.norm(x, self.attention_norm[l], self.attention_norm_bias[l])
      qkv = torch.linear(h, self.attention_in[l], self.attention_in_bias[l])
      q = self.split(qkv.narrow(2, 0, d))
      k = self.split(qkv.narrow(2, d, d))
      v = self.split(qkv.narrow(2, 2 * d, d))
      o = self.join(torch.scaled_dot_product_attention(q, k, v, None, 0., True))
      y = torch.linear(o, self.attention_out[l], self.attention_out_bias[l])
      x = x + torch.dropout(y, dropout, dropout > 0.)
      h = self.norm(x, self.forward_norm[l], self.forward_norm_bias[l])
      h = torch.relu(torch.linear(h, self.forward_in[l], self.forward_in_bias[l]))
      h = torch.dropout(h, dropout, dropout > 0.)
      y = torch.linear(h, self.forward_out[l], self.forward_out_bias[l])
      x = x + torch.dropout(y, dropout, dropout > 0.)
    return x
