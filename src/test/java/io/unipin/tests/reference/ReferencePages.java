package io.unipin.tests.reference;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The pages of {@code docs/reference}. */
final class ReferencePages {
  private static final Map<String, Supplier<String>> PAGES =
      new TreeMap<>(
          Map.of(
              "commands.md", CommandsPage::text,
              "errors.md", ErrorsPage::text,
              "metrics.md", MetricsPage::text,
              "settings.md", SettingsPage::text));

  private ReferencePages() {}

  static Path folder() {
    return Sources.path("docs/reference");
  }

  /** Returns the text of each page, by the name of its file. */
  static Map<String, Supplier<String>> all() {
    return PAGES;
  }
}
