
  # ---- items: the tower that embeds them ----
  #
  # Training embeds all items with the tower. Serving embeds with it the items that training did
  # not know; their rows of ids are zeros. A fingerprint of a model does not cover the tower, see
  # docs/decisions/program.md.

  # Embeds items from their rows of item_id and their content (m, F). The rows are ids (m, E), or
  # one row (1, E) for all items. Returns vectors (m, E) of unit length.
  def embedded(self, ids: Tensor, content: Tensor) -> Tensor:
    x = ids + torch.matmul(content, self.item_content)
    x = x + torch.linear(torch.gelu(torch.linear(x, self.item_in)), self.item_out)
    return self.normalise(x)
