package io.unipin.serving.log;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.serving.log.segment.LogReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Converts a served log into a feed log.
 *
 * <p>A served page becomes a feedview. The user's actions on an item within the attribution time
 * become the label of the item's impression. For corrected or retracted events the feed log holds
 * the final state.
 */
public final class ServedLogExport {
  private static final ObjectReader JSON = new ObjectMapper().readerFor(ServedEntry.class);

  private final FeedSchema schema;
  private final Catalogue catalogue;
  private final long attributionMs;

  private ServedLogExport(FeedSchema schema, Catalogue catalogue, Duration attribution) {
    this.schema = schema;
    this.catalogue = catalogue;
    this.attributionMs = attribution.toMillis();
  }

  /**
   * Reads a log's folder. Items that the catalogue does not know and names that the schema does not
   * know are left out.
   */
  public static FeedLog read(
      Path folder, FeedSchema schema, Catalogue catalogue, Duration attribution) {
    return read(folder, schema, catalogue, attribution, skipped -> {});
  }

  /**
   * Reads a log's folder.
   *
   * @param skipped receives one sentence for each line that is not a complete entry; a killed
   *     server leaves such lines
   */
  public static FeedLog read(
      Path folder,
      FeedSchema schema,
      Catalogue catalogue,
      Duration attribution,
      Consumer<String> skipped) {
    Map<String, List<ServedEntry>> users = new TreeMap<>();
    try {
      for (Path segment : LogSegments.list("served", folder)) {
        LogReader.read(
            segment,
            (bytes, from, length) -> {
              ServedEntry entry = JSON.readValue(bytes, from, length);
              if (!entry.isWhole()) {
                throw new JsonParseException(null, "items, or an event taken back, expected");
              }
              users.computeIfAbsent(entry.user(), user -> new ArrayList<>()).add(entry);
            },
            skipped);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the served log can't be read: " + e.getMessage(), e);
    }
    ServedLogExport export = new ServedLogExport(schema, catalogue, attribution);
    FeedLogBuilder builder = new FeedLogBuilder(schema, catalogue);
    users.forEach((user, entries) -> export.add(builder.user(user), entries));
    return builder.build();
  }

  /**
   * Adds a user's entries in order of time. A page comes before an action of the same millisecond.
   */
  private void add(FeedLogBuilder builder, List<ServedEntry> entries) {
    List<ServedEntry> ordered = once(entries);
    ordered.sort(ServedEntry.BY_PLACE);
    for (int i = 0; i < ordered.size(); i++) {
      ServedEntry entry = ordered.get(i);
      if (entry.view() == null) {
        int row = catalogue.row(entry.items().get(0));
        if (row != Catalogue.UNKNOWN) {
          builder.action(row, bits(entry), surface(entry), entry.timeMs());
        }
      } else {
        builder.view(surface(entry), entry.timeMs());
        List<ServedEntry> after = ordered.subList(i + 1, ordered.size());
        for (long item : entry.items()) {
          int row = catalogue.row(item);
          if (row != Catalogue.UNKNOWN) {
            builder.impression(row, label(item, entry.timeMs(), after));
          }
        }
      }
    }
  }

  /**
   * Removes repeats. It keeps the last answer to each page request, and the valid record of each
   * event.
   */
  private static List<ServedEntry> once(List<ServedEntry> entries) {
    Set<String> views = new HashSet<>();
    List<ServedEntry> kept = new ArrayList<>(entries);
    Collections.reverse(kept);
    kept.removeIf(entry -> entry.view() != null && !views.add(entry.view()));
    Collections.reverse(kept);
    return HeldEvents.of(kept);
  }

  private long label(long item, long viewMs, List<ServedEntry> after) {
    long bits = 0;
    for (ServedEntry entry : after) {
      if (entry.timeMs() > viewMs + attributionMs) {
        break;
      }
      if (entry.view() == null && entry.items().get(0) == item) {
        bits |= bits(entry);
      }
    }
    return bits;
  }

  private long bits(ServedEntry entry) {
    long bits = 0;
    if (entry.actions() != null) {
      for (String name : entry.actions()) {
        int bit = schema.actions().indexOf(name);
        bits |= bit < 0 ? 0 : 1L << bit;
      }
    }
    return bits;
  }

  private int surface(ServedEntry entry) {
    return Math.max(schema.surfaces().indexOf(entry.surface()), 0);
  }
}
