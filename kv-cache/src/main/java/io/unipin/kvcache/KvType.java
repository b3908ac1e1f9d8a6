package io.unipin.kvcache;

/** The element type of keys and values in a block. */
public enum KvType {
  /** IEEE 754 binary32. */
  FLOAT32(4, 0),
  /** IEEE 754 binary16. */
  FLOAT16(2, 0),
  /**
   * Whole numbers of -127 to 127, multiples of a step that every row has of its own in every layer, key or value, and
   * head: the row's largest magnitude / 127, as an IEEE 754 binary16.
   */
  INT8(1, 2);

  private final int bytes;
  private final int stepBytes;

  KvType(int bytes, int stepBytes) {
    this.bytes = bytes;
    this.stepBytes = stepBytes;
  }

  /** Returns the bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Returns the bytes of the step of one row, 0 when the type has none. */
  public int stepBytes() {
    return stepBytes;
  }
}
