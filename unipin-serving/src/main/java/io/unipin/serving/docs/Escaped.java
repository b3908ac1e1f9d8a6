package io.unipin.serving.docs;

/** Writes text into HTML. */
final class Escaped {
  private Escaped() {}

  /** Returns text as it stands in HTML, also within an attribute. */
  static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
