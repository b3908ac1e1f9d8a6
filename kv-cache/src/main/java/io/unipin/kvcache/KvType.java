package io.unipin.kvcache;

/** The element type of keys and values in a block. */
public enum KvType {
  /** IEEE 754 binary32. */
  FLOAT32(4),
  /** IEEE 754 binary16. */
  FLOAT16(2);

  private final int bytes;

  KvType(int bytes) {
    this.bytes = bytes;
  }

  /** Returns the bytes of one element. */
  public int bytes() {
    return bytes;
  }
}
