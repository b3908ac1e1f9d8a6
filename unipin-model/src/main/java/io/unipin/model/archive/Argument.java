package io.unipin.model.archive;

import java.util.List;

/** One argument of a method of the program. */
public sealed interface Argument {
  /** A tensor. */
  record Tensor(ArrayValue value) implements Argument {}

  /** A list of tensors. */
  record Tensors(List<ArrayValue> values) implements Argument {}

  /** A whole number. */
  record Whole(long value) implements Argument {}
}
