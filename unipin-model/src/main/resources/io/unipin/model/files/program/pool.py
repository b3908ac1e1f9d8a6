# Moves and overwrites elements of the tensor that io.unipin.model.EnginePool owns. This class has
# no weights, and it is a program of its own, in this file alone.
#
# Letters of shapes
#   E elements of the pool     L layers     c elements to copy in each layer, side by side
#
# The pool (E) is contiguous and begins at the first element of its storage. It holds float16 or
# float32. No method waits for a device.
class Pool(Module):
  __parameters__ = []
  __buffers__ = []

  # Copies `count` consecutive elements to another place. The two ranges do not overlap.
  def copy(self, pool: Tensor, start: int, to: int, count: int) -> int:
    pool.narrow(0, to, count).copy_(pool.narrow(0, start, count))
    return count

  # Overwrites `count` consecutive elements with a value.
  def fill(self, pool: Tensor, start: int, count: int, value: float) -> int:
    pool.narrow(0, start, count).fill_(value)
    return count

  # Copies the first c elements of each layer of a block into another block, all layers at once. The
  # two blocks do not overlap.
  def copy_rows(
    self,
    pool: Tensor,  # (E)
    start: int,  # first element of the block
    stride: int,  # number of elements from one layer of the block to the next
    to: int,
    to_stride: int,
    layers: int,  # L
    count: int  # c
  ) -> int:
    target = pool.as_strided([layers, count], [to_stride, 1], to)
    target.copy_(pool.as_strided([layers, count], [stride, 1], start))
    return count
