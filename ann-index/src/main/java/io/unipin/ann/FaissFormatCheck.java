package io.unipin.ann;

import java.util.BitSet;

/**
 * A check of an index in the format of FAISS 1.7.3. It runs before FAISS reads any byte of the
 * index.
 *
 * <p>FAISS's reader trusts lengths, list numbers and code sizes, and its searches trust ids. If an
 * index passes the check, FAISS reads and searches it without access outside the index's memory.
 * After the load, native code checks the links of a graph.
 *
 * <p>The check refuses kinds of index whose layout it does not know. Not thread-safe.
 */
final class FaissFormatCheck {
  private static final int MAX_DEPTH = 4;
  private static final int MAX_TRANSFORMS = 8;
  private static final int INNER_PRODUCT = 0;

  /** FAISS allocates memory for this many nodes when it searches a graph that ranks lists. */
  private static final int MAX_BREADTH = 1 << 20;

  private final FaissFormatReader in;
  private int depth;

  private FaissFormatCheck(FaissFormatReader in) {
    this.in = in;
  }

  /** The dimension and size that an index declares. */
  private record Head(int dimension, int size) {}

  /**
   * Refuses a payload that is not a whole index of this dimension and size.
   *
   * @throws IllegalArgumentException with a message that says which expectation failed
   */
  static void run(FaissFormatReader in, int dimension, int size) {
    new FaissFormatCheck(in).index("", new Head(dimension, size));
    in.equal("bytes behind the index", 0, in.remaining());
  }

  /**
   * Checks and skips an index. Compares the declared dimension and size with the expected values
   * before it uses them.
   */
  private void index(String whose, Head expected) {
    if (++depth > MAX_DEPTH) {
      throw new IllegalArgumentException(
          "at most " + MAX_DEPTH + " nested indexes expected, got more");
    }
    String tag = in.tag();
    Head head = head();
    in.equal("dimension" + whose, expected.dimension(), head.dimension());
    in.equal("number of vectors" + whose, expected.size(), head.size());
    switch (tag) {
      case "IxFI" -> in.table("vectors", Float.BYTES, cells(head, head.dimension()));
      case "IxSQ" -> in.table("codes", 1, cells(head, new CodeCheck(in).scalar(head.dimension())));
      case "IxPq" -> product(head);
      case "IxPT" -> transformed(head);
      case "IxRF" -> refined(head);
      case "IHNf", "IHNs" -> graph(head);
      case "IwFl", "IwSq", "IwPQ" -> lists(tag, head);
      default -> throw UnknownKindException.ofTag(tag);
    }
    depth--;
  }

  private Head head() {
    int dimension = in.within("dimension", in.int32(), 1, 1 << 20);
    int size = in.within("number of vectors", in.int64(), 0, Integer.MAX_VALUE - 1);
    in.skip(2 * Long.BYTES); // two fields that only older formats use
    if (!in.flag("mark of training")) {
      throw new IllegalArgumentException("a trained index expected, got one that is not");
    }
    in.equal("metric", INNER_PRODUCT, in.int32());
    return new Head(dimension, size);
  }

  private static long cells(Head head, int width) {
    return (long) head.size() * width;
  }

  private void part(Head whole) {
    index(" of a part", whole);
  }

  private void product(Head head) {
    in.table("codes", 1, cells(head, new CodeCheck(in).product(head.dimension())));
    in.equal("way of search", 0, in.int32());
    in.flag("mark of signs");
    in.skip(Integer.BYTES); // a setting of polysemous search, which is not used here
  }

  private void refined(Head head) {
    part(head);
    part(head);
    // FAISS itself searches the quantizer of lists. Its search trusts this number.
    float candidates = in.float32();
    if (candidates != 1) {
      throw new IllegalArgumentException("1 candidate per result expected, got " + candidates);
    }
  }

  private void transformed(Head head) {
    int dimension = head.dimension();
    int count = in.within("number of transforms", in.int32(), 1, MAX_TRANSFORMS);
    for (int i = 0; i < count; i++) {
      dimension = new TransformCheck(in).run(dimension);
    }
    part(new Head(dimension, head.size()));
  }

  /** Skips a graph. Native code checks its levels, offsets and links after the load. */
  private void graph(Head head) {
    in.table("probabilities", Double.BYTES);
    int[] widths = in.ints("widths");
    for (int level = 1; level < widths.length; level++) {
      // The links of a level start where the links of the level below end. No level has more links
      // per node than the bottom level.
      long width = (long) widths[level] - widths[level - 1];
      in.within("width of a level", width, 0, Math.max(0, widths[1]));
    }
    in.table("levels", Integer.BYTES, head.size());
    in.table("offsets", Long.BYTES, head.size() + 1L);
    in.table("links", Integer.BYTES);
    in.skip(2L * Integer.BYTES); // the graph's entry point and height
    in.within("breadth of building", in.int32(), 1, Integer.MAX_VALUE);
    in.within("breadth of search", in.int32(), 1, MAX_BREADTH);
    in.equal("breadth of the upper levels", 1, in.int32());
    part(head);
  }

  private void lists(String tag, Head head) {
    // The centre of a list takes at least one byte. So the number of lists is at most the number of
    // bytes that are left.
    long most = Math.min(in.remaining(), Integer.MAX_VALUE - 1);
    int count = in.within("number of lists", in.int64(), 1, most);
    in.within("lists of a search", in.int64(), 1, Integer.MAX_VALUE);
    part(new Head(head.dimension(), count));
    in.within("kind of look-up table", in.flag("look-up table") ? 1 : 0, 0, 0);
    in.table("look-up table", Long.BYTES, 0);
    invertedLists(head.size(), count, listCodes(tag, head.dimension()));
  }

  /**
   * Checks and skips the quantizer of the lists. Returns the number of bytes of a row in a list.
   */
  private int listCodes(String tag, int dimension) {
    int bytes = dimension * Float.BYTES;
    if (tag.equals("IwSq")) {
      bytes = new CodeCheck(in).scalar(dimension);
      in.equal("bytes of a row", bytes, in.int64());
      in.flag("mark of residuals");
    } else if (tag.equals("IwPQ")) {
      in.flag("mark of residuals");
      long said = in.int64();
      bytes = new CodeCheck(in).product(dimension);
      in.equal("bytes of a row", bytes, said);
    }
    return bytes;
  }

  private void invertedLists(int size, int count, int rowBytes) {
    String tag = in.tag();
    if (!tag.equals("ilar")) { // other lists than in one table each in memory
      throw UnknownKindException.ofTag(tag);
    }
    in.equal("number of lists", count, in.int64());
    in.equal("bytes of a row", rowBytes, in.int64());
    long[] sizes = sizes(count);
    in.within("number of vectors", size, 0, in.remaining() / (rowBytes + Long.BYTES));
    BitSet seen = new BitSet(size);
    long all = 0;
    for (long here : sizes) {
      int rows = in.within("rows of a list", here, 0, size - all);
      all += rows;
      in.skip((long) rows * rowBytes);
      ids(rows, size, seen);
    }
    in.equal("rows of all lists", size, all);
  }

  /**
   * Returns the sizes of the lists in order. The result may lack empty lists, because the file may
   * lack them.
   */
  private long[] sizes(int count) {
    String how = in.tag();
    long[] sizes = in.longs("sizes of lists");
    if (how.equals("full")) {
      in.equal("sizes of lists", count, sizes.length);
      return sizes;
    }
    if (!how.equals("sprs") || sizes.length % 2 != 0) {
      throw new IllegalArgumentException("sizes of lists expected, got another table");
    }
    long[] rows = new long[sizes.length / 2];
    long last = -1;
    for (int i = 0; i < rows.length; i++) {
      last = in.within("number of a list", sizes[2 * i], last + 1, count - 1L);
      rows[i] = sizes[2 * i + 1];
    }
    return rows;
  }

  private void ids(int rows, int size, BitSet seen) {
    long[] piece = new long[Math.min(rows, 4096)];
    for (int done = 0; done < rows; done += piece.length) {
      if (rows - done < piece.length) {
        piece = new long[rows - done];
      }
      in.fill(piece);
      for (long id : piece) {
        int ordinal = in.within("ordinal in a list", id, 0, size - 1L);
        if (seen.get(ordinal)) {
          throw new IllegalArgumentException(
              "each ordinal in one list expected, got " + ordinal + " twice");
        }
        seen.set(ordinal);
      }
    }
  }
}
