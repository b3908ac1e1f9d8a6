package io.unipin.serving.pipeline;

import io.unipin.feedlog.Catalogue;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.failure.ServingException;

/** What a bundle must share with the serving one to rank what that retrieved: then both read the same tokens. */
final class SecondModel {
  private SecondModel() {}

  static void check(LoadedBundle serving, LoadedBundle second) {
    ModelConfig one = serving.model().config();
    ModelConfig other = second.model().config();
    requireEqual(second, "actions", one.actions(), other.actions());
    requireEqual(second, "positives", one.positives(), other.positives());
    requireEqual(second, "surfaces", one.surfaces(), other.surfaces());
    requireEqual(second, "maxHistory", one.maxHistory(), other.maxHistory());
    requireEqual(second, "interleaved", one.interleaved(), other.interleaved());
    Catalogue items = serving.catalogue();
    requireEqual(second, "number of items", items.size(), second.catalogue().size());
    for (int row = 0; row < items.size(); row++) {
      requireEqual(second, "item of row " + row, items.id(row), second.catalogue().id(row));
    }
  }

  private static void requireEqual(LoadedBundle second, String what, Object expected, Object got) {
    if (!expected.equals(got)) {
      throw ServingException.invalid(
          "bundle",
          "%s %s expected as in ranking.bundle %s, got %s"
              .formatted(what, got, second.name(), expected));
    }
  }
}
