package io.unipin.serving.log;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Converts a served log into a feed log.
 *
 * <p>A served page becomes a feedview. The user's actions on an item within the attribution time
 * become the label of the item's impression. For corrected or retracted events the feed log holds
 * the final state.
 */
public final class ServedLogExport {
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
    Map<String, List<ServedEntry>> users = ServedLines.read(folder, skipped);
    ServedLogExport export = new ServedLogExport(schema, catalogue, attribution);
    FeedLogBuilder builder = new FeedLogBuilder(schema, catalogue);
    users.forEach((user, entries) -> export.add(builder.user(user), entries));
    return builder.build();
  }

  /**
   * Adds a user's entries in order of time. A page comes before an action of the same millisecond.
   */
  private void add(FeedLogBuilder builder, List<ServedEntry> entries) {
    List<ServedEntry> ordered = ServedLines.once(entries);
    for (int i = 0; i < ordered.size(); i++) {
      ServedEntry entry = ordered.get(i);
      if (entry.view() == null) {
        int row = catalogue.row(entry.items().get(0));
        if (row != Catalogue.UNKNOWN) {
          action(builder, schema, row, entry);
        }
      } else {
        builder.view(surface(schema, entry), entry.timeMs());
        List<ServedEntry> after = ordered.subList(i + 1, ordered.size());
        for (int place = 0; place < entry.items().size(); place++) {
          impression(builder, entry, place, after);
        }
      }
    }
  }

  private void impression(
      FeedLogBuilder builder, ServedEntry page, int place, List<ServedEntry> after) {
    long item = page.items().get(place);
    int row = catalogue.row(item);
    if (row == Catalogue.UNKNOWN) {
      builder.skip();
    } else {
      builder.impression(row, label(item, page.timeMs(), after));
      if (page.draws() != null) {
        builder.propensity(page.draws().propensities().get(place));
      }
    }
  }

  private long label(long item, long viewMs, List<ServedEntry> after) {
    long bits = 0;
    for (ServedEntry entry : after) {
      if (entry.timeMs() > viewMs + attributionMs) {
        break;
      }
      if (entry.view() == null && entry.items().get(0) == item) {
        bits |= bits(schema, entry);
      }
    }
    return bits;
  }

  /** Adds a recorded action on the item of a catalogue row. */
  static void action(FeedLogBuilder builder, FeedSchema schema, int row, ServedEntry entry) {
    builder.action(row, bits(schema, entry), surface(schema, entry), entry.timeMs());
  }

  private static long bits(FeedSchema schema, ServedEntry entry) {
    return entry.actions() == null ? 0 : FeedSchema.bits(entry.actions(), schema.actions());
  }

  private static int surface(FeedSchema schema, ServedEntry entry) {
    return Math.max(schema.surfaces().indexOf(entry.surface()), 0);
  }
}
