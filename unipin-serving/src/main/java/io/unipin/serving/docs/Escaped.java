package io.unipin.serving.docs;

/** Writes text into HTML. */
final class Escaped {
  private Escaped() {}

  /** Escapes a text, so that it can stand in HTML, also within an attribute. */
  static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
