package io.unipin.cli.demo;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a demo.
 *
 * @param work folder for everything that the demo creates
 * @param data a feed log or a folder with an import mapping; null for a simulated feed
 * @param epochs number of training epochs; null for the recipe's number
 */
record DemoSettings(
    Path work,
    @Nullable Path data,
    int users,
    int items,
    @Nullable Integer epochs,
    int burstSeconds,
    boolean keep) {
  /** Returns the recipe's name: the name of the data folder, or of the simulator. */
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
