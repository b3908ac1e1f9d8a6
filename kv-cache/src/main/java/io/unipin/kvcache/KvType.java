package io.unipin.kvcache;

/** The element type of keys and values in a block. */
public enum KvType {
  /** IEEE 754 binary32. */
  FLOAT32(4, 0),
  /** IEEE 754 binary16. */
  FLOAT16(2, 0),
  /**
   * Integers from -127 to 127. The value of an element is its integer times its step. Every row has
   * one step for each combination of layer, key or value, and head. A step is the largest magnitude
   * among the elements that share it, divided by 127. It is stored as IEEE 754 binary16.
   */
  INT8(1, 2);

  private final int bytes;
  private final int stepBytes;

  KvType(int bytes, int stepBytes) {
    this.bytes = bytes;
    this.stepBytes = stepBytes;
  }

  /** Returns the number of bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Returns the number of bytes of one step, 0 if the type has no steps. */
  public int stepBytes() {
    return stepBytes;
  }
}
