package io.unipin.serving.rpc.json;

/** Cuts texts of callers that errors repeat. */
final class Shortened {
  private static final int MOST = 80;

  private Shortened() {}

  /** Returns the text, without control characters and without what follows its first 80. */
  static String text(String text) {
    String cut = text.length() <= MOST ? text : text.substring(0, MOST) + "…";
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
