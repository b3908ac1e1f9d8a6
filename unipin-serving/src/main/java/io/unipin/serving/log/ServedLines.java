package io.unipin.serving.log;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.ObjectReader;
import io.unipin.serving.log.segment.LogFolder;
import io.unipin.serving.log.segment.LogReader;
import io.unipin.settings.ExactJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Reads the lines of a served log. */
final class ServedLines {
  private static final ObjectReader JSON = ExactJson.builder().build().readerFor(ServedEntry.class);

  private ServedLines() {}

  /**
   * Reads all lines of a log's folder. Returns the entries of each user in the order of the lines.
   *
   * @param skipped receives one sentence for each line that is not a complete entry
   */
  static Map<String, List<ServedEntry>> read(Path folder, Consumer<String> skipped) {
    Map<String, List<ServedEntry>> users = new TreeMap<>();
    try {
      for (Path segment : LogFolder.segments("served", folder)) {
        LogReader.read(
            segment,
            (bytes, from, length) -> {
              ServedEntry entry = entry(bytes, from, length);
              users.computeIfAbsent(entry.user(), user -> new ArrayList<>()).add(entry);
            },
            skipped);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the served log can't be read: " + e.getMessage(), e);
    }
    return users;
  }

  /**
   * Reads one line.
   *
   * @throws IOException when the line is no complete entry of a known format
   */
  static ServedEntry entry(byte[] bytes, int from, int length) throws IOException {
    ServedEntry entry = JSON.readValue(bytes, from, length);
    if (entry == null || !entry.isWhole()) {
      throw new JsonParseException(null, "items, or an event taken back, expected");
    }
    return entry;
  }

  /**
   * Removes repeats of a user's entries and orders the rest by time. It keeps the last answer to
   * each page request, and the valid record of each event.
   */
  static List<ServedEntry> once(List<ServedEntry> entries) {
    Set<String> views = new HashSet<>();
    List<ServedEntry> kept = new ArrayList<>(entries);
    Collections.reverse(kept);
    kept.removeIf(entry -> entry.view() != null && !views.add(entry.view()));
    Collections.reverse(kept);
    List<ServedEntry> held = HeldEvents.of(kept);
    held.sort(ServedEntry.BY_PLACE);
    return held;
  }
}
