package io.unipin.cli.demo;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a demo runs on.
 *
 * @param work folder of everything the demo makes
 * @param data a feed log or a folder with an import mapping; null for a simulated feed
 * @param epochs of training; null for the recipe's
 */
record DemoSettings(
    Path work,
    @Nullable Path data,
    int users,
    int items,
    @Nullable Integer epochs,
    int burstSeconds,
    boolean keep) {
  /** The recipe's name: the data folder's, or that of the simulator. */
  String recipe() {
    return data == null
        ? "simulator"
        : String.valueOf(data.toAbsolutePath().normalize().getFileName());
  }

  Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("data", recipe());
    if (data == null) {
      figures.put("users", users);
      figures.put("items", items);
    }
    figures.put("burst_seconds", burstSeconds);
    return figures;
  }
}
