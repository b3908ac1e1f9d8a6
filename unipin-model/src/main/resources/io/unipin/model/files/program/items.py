
  # ---- items: the tower that embeds them ----
  #
  # Training embeds all items with the tower. Serving uses the tower to embed items that training
  # did not know; the id rows of these items are zeros. A fingerprint of a model does not cover the
  # tower, see docs/decisions/program.md.

  # Sums the rows of items' attributes. Returns (m, E), or (0) for a model that reads no attributes.
  # If training did not see an attribute, the attribute's row is zeros. Such an attribute does not
  # change a sum, but it would change a mean.
  def bags(
    self,
    buckets: Tensor,  # (t) rows of item_attribute, item by item
    starts: Tensor  # (m) where the buckets of each item begin
  ) -> Tensor:  # (m, E) or (0)
    if torch.numel(self.item_attribute) == 0:
      sums = torch.zeros([0], dtype=$float32, device=starts.device)
    elif torch.numel(buckets) == 0:
      nothing = torch.sum(self.item_attribute, [0], True) * 0.
      sums = nothing.expand([starts.size(0), -1])
    else:
      sums, a, b, c = torch.embedding_bag(self.item_attribute, buckets, starts, False, 0)
    return sums

  # Returns the part of items' vectors that does not come from their ids.
  def described(
    self,
    content: Tensor,  # (m, F)
    bags: Tensor  # (m, E) or (0)
  ) -> Tensor:  # (m, E)
    x = torch.matmul(content, self.item_content)
    if torch.numel(bags) > 0:
      x = x + bags
    return x

  # Embeds items from their ids and their described parts (m, E). The ids are rows of item_id:
  # (m, E), or one row (1, E) for all items. Returns vectors (m, E) of unit length.
  def embedded(self, ids: Tensor, described: Tensor) -> Tensor:
    x = ids + described
    x = x + torch.linear(torch.gelu(torch.linear(x, self.item_in)), self.item_out)
    return self.normalise(x)

  # Returns the rows (m, X) of the content path, for items with these described parts (m, E). The
  # content path bypasses the layers and leads to the head of ranking. Returns (0) in a model
  # without a content path.
  def path(self, described: Tensor) -> Tensor:
    if torch.numel(self.path_in) > 0:
      past = torch.gelu(torch.linear(described, self.path_in))
    else:
      past = torch.zeros([0], dtype=$float32, device=described.device)
    return past

  # Returns the vectors (m, E) of items, each followed by the item's row (m, X) of the content path.
  def item_rows(
    self,
    ids: Tensor,  # (m, E) or (1, E)
    content: Tensor,  # (m, F)
    buckets: Tensor,  # (t)
    starts: Tensor  # (m)
  ) -> Tensor:  # (m, E + X)
    described = self.described(content, self.bags(buckets, starts))
    rows = self.embedded(ids, described)
    if torch.numel(self.path_in) > 0:
      rows = torch.cat([rows, self.path(described)], 1)
    return rows

  # Overwrites row `at` of a table on a device. The result has no meaning: Java can only call
  # methods that return a value.
  def put_row(
    self,
    table: Tensor,  # (M, w)
    at: int,
    row: Tensor  # (1, w)
  ) -> Tensor:
    table.narrow(0, at, 1).copy_(row)
    return row
