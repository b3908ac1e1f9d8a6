package io.unipin.tests.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** Builds the text of a page in Markdown. */
final class Markdown {
  private static final int COLUMNS = 100;

  /** A page of the documentation that a comment in the code names. */
  private static final Pattern PAGE = Pattern.compile("docs/([a-z][a-z0-9-]*)\\.md");

  private final StringBuilder text = new StringBuilder();

  /** Adds a heading. The lowest level is 1. */
  Markdown heading(int level, String title) {
    return block("#".repeat(level) + " " + title);
  }

  /** Adds a paragraph, wrapped at 100 columns. A paragraph without text is left out. */
  Markdown paragraph(String words) {
    if (words.isBlank()) {
      return this;
    }
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String word : words.strip().split("\\s+", -1)) {
      if (line.length() > 0 && line.length() + 1 + word.length() > COLUMNS) {
        lines.add(line.toString());
        line.setLength(0);
      }
      line.append(line.length() > 0 ? " " : "").append(word);
    }
    lines.add(line.toString());
    return block(String.join("\n", lines));
  }

  /** Adds a block of code. */
  Markdown code(List<String> lines) {
    return block("```\n" + String.join("\n", lines) + "\n```");
  }

  /** Adds a table. The first row is the head. The cells are Markdown. */
  Markdown table(List<List<String>> rows) {
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      lines.add("| " + String.join(" | ", row) + " |");
      if (lines.size() == 1) {
        lines.add("|" + "---|".repeat(row.size()));
      }
    }
    return block(String.join("\n", lines));
  }

  private Markdown block(String block) {
    text.append(text.length() > 0 ? "\n" : "").append(block).append('\n');
    return this;
  }

  String text() {
    return text.toString();
  }

  /** Returns code as it stands in a cell or a sentence; empty if there is no code. */
  static String quoted(String code) {
    return code.isEmpty() ? "" : "`" + code.replace("|", "\\|") + "`";
  }

  /** Returns plain text as Markdown in which no character has a meaning of its own. */
  static String plain(String words) {
    return words
        .replaceAll("\\s+", " ")
        .replace("\\", "\\\\")
        .replaceAll("[|<>*`\\[\\]]|(?<!\\w)_|_(?!\\w)", "\\\\$0")
        .strip();
  }

  /** Returns plain text as Markdown, with links to the pages that it names. */
  static String linked(String words) {
    return PAGE.matcher(plain(words)).replaceAll("[$1](../$1.md)");
  }
}
