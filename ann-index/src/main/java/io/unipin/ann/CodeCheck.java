package io.unipin.ann;

/** Checks quantizers: what they say of a row has to fit what they bring. One thread. */
final class CodeCheck {
  private final PayloadReader in;

  CodeCheck(PayloadReader in) {
    this.in = in;
  }

  /** Passes over a scalar quantizer; returns the bytes of a row. */
  int scalar(int dimension) {
    int kind = in.int32();
    in.skip(Integer.BYTES + Float.BYTES); // how it was trained
    in.equal("dimension of a quantizer", dimension, in.int64());
    int bytes = switch (kind) { // as faiss::ScalarQuantizer::QuantizerType has them
          case 0, 2, 5 -> dimension; // 8 bits: by component, for all, as they are
          case 1, 3 -> (dimension + 1) / 2; // 4 bits: by component, for all
          case 4 -> 2 * dimension; // float16
          case 6 -> (6 * dimension + 7) / 8; // 6 bits
          default -> throw new IllegalArgumentException("a known quantizer expected, got " + kind);
        };
    in.equal("bytes of a row", bytes, in.int64());
    long trained =
        switch (kind) {
          case 0, 1, 6 -> 2L * dimension;
          case 2, 3 -> 2;
          default -> 0;
        };
    in.table("ranges", Float.BYTES, trained);
    return bytes;
  }

  /** Passes over a product quantizer; returns the bytes of a row. */
  int product(int dimension) {
    in.equal("dimension of a quantizer", dimension, in.int64());
    int parts = in.within("parts of a row", in.int64(), 1, dimension);
    int bits = in.within("bits of a part", in.int64(), 1, 16);
    in.equal("components that are left over", 0, dimension % parts);
    in.table("centroids", Float.BYTES, (long) dimension << bits);
    return (int) (((long) bits * parts + 7) / 8);
  }
}
