package io.unipin.ann;

/** A check of the transforms that FAISS applies to a vector before a search. Not thread-safe. */
final class TransformCheck {
  private final FaissFormatReader in;

  TransformCheck(FaissFormatReader in) {
    this.in = in;
  }

  /**
   * Checks and skips a transform of vectors of this dimension. Returns the dimension of the
   * transformed vectors.
   */
  int run(int dimension) {
    String tag = in.tag();
    switch (tag) {
      case "rrot", "LTra" -> {}
      case "PcAm", "Pcam" -> {
        in.skip(2 * Float.BYTES);
        in.flag("mark of rotation");
        in.skip(Integer.BYTES);
        in.table("means", Float.BYTES, dimension);
        in.table("eigenvalues", Float.BYTES);
        in.table("components", Float.BYTES);
      }
      default -> throw UnknownKindException.ofTag(tag);
    }
    boolean shifts = in.flag("mark of a shift");
    int cells = in.length("matrix", Float.BYTES);
    in.skip((long) cells * Float.BYTES);
    long shift = in.length("shift", Float.BYTES);
    in.skip(shift * Float.BYTES);
    in.equal("dimension of a transform", dimension, in.int32());
    int out = in.within("dimension that comes out", in.int32(), 1, dimension);
    if (!in.flag("mark of training")) {
      throw new IllegalArgumentException("a trained transform expected, got one that is not");
    }
    in.equal("cells of a matrix", (long) dimension * out, cells);
    in.equal("components of a shift", shifts ? out : 0, shift);
    return out;
  }
}
