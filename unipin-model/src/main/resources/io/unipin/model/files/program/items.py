
  # ---- items: the tower that embeds them ----
  #
  # Training embeds all items with it, serving those that training did not know: their row of ids
  # is zero. In serving it does not count in a fingerprint, see docs/decisions/program.md.

  # Embeds items by their rows of item_id, ids (m, E) or (1, E) for all, and content (m, F):
  # (m, E), unit length.
  def embedded(self, ids: Tensor, content: Tensor) -> Tensor:
    x = ids + torch.matmul(content, self.item_content)
    x = x + torch.linear(torch.gelu(torch.linear(x, self.item_in)), self.item_out)
    return self.normalise(x)
