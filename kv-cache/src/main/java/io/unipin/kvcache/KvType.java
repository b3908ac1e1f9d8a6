package io.unipin.kvcache;

/** The element type of keys and values in a block. */
public enum KvType {
  /** IEEE 754 binary32. */
  FLOAT32(4, 0),
  /** IEEE 754 binary16. */
  FLOAT16(2, 0),
  /**
   * Integers from -127 to 127, which are multiples of a step. Every row has one step per layer, key
   * or value, and head: its largest magnitude / 127, stored as IEEE 754 binary16.
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

  /** Returns the bytes of one step, 0 if the type has none. */
  public int stepBytes() {
    return stepBytes;
  }
}
