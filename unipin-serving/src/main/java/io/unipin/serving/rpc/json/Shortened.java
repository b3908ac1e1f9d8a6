package io.unipin.serving.rpc.json;

/** Shortens callers' texts for error messages. */
final class Shortened {
  private static final int MOST = 80;

  private Shortened() {}

  /** Returns the first 80 characters of a text, with question marks for control characters. */
  static String text(String text) {
    String cut = text.length() <= MOST ? text : text.substring(0, MOST) + "…";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
