package io.unipin.ann;

/** Reports an index, or a part of an index, whose layout UniPin does not know. */
final class UnknownKindException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** Creates a report. {@code part} is what FAISS calls the part in its format. */
  UnknownKindException(String part) {
    super("a kind of index that UniPin can load expected, got " + part);
  }

  /** Returns a report of a tag. A file may hold any bytes there, so others than letters are "?". */
  static UnknownKindException ofTag(String tag) {
    return new UnknownKindException("'" + tag.replaceAll("[^A-Za-z0-9]", "?") + "'");
  }
}
