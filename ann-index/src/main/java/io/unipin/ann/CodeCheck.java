package io.unipin.ann;

/**
 * A check of quantizers: the sizes that a quantizer declares must fit the tables that follow it.
 * Not thread-safe.
 */
final class CodeCheck {
  private final FaissFormatReader in;

  CodeCheck(FaissFormatReader in) {
    this.in = in;
  }

  /** Checks and skips a scalar quantizer. Returns the number of bytes of a row's code. */
  int scalar(int dimension) {
    int kind = in.int32();
    in.skip(Integer.BYTES + Float.BYTES); // FAISS's rangestat and rangestat_arg: how it was trained
    in.equal("dimension of a quantizer", dimension, in.int64());
    int bytes = switch (kind) { // numbers of faiss::ScalarQuantizer::QuantizerType
          case 0, 2, 5 -> dimension; // 8 bits per component
          case 1, 3 -> (dimension + 1) / 2; // 4 bits per component
          case 4 -> 2 * dimension; // float16, 2 bytes per component
          case 6 -> (6 * dimension + 7) / 8; // 6 bits per component
          default -> throw new UnknownKindException("quantizer " + kind);
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

  /** Checks and skips a product quantizer. Returns the number of bytes of a row's code. */
  int product(int dimension) {
    in.equal("dimension of a quantizer", dimension, in.int64());
    int parts = in.within("parts of a row", in.int64(), 1, dimension);
    int bits = in.within("bits of a part", in.int64(), 1, 16);
    in.equal("components that are left over", 0, dimension % parts);
    in.table("centroids", Float.BYTES, (long) dimension << bits);
    return (int) (((long) bits * parts + 7) / 8);
  }
}
