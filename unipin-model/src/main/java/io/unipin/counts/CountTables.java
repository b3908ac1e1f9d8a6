package io.unipin.counts;

import io.unipin.feedlog.FeedLog;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts of a feed log up to an instant, for the items of one catalogue. {@link CountInputs}
 * computes inputs of ranking from them.
 *
 * <p>Each row counts at least two users. All counts are in arrays of this object, and nothing is
 * read from files later. Immutable, hence thread-safe.
 */
public final class CountTables {
  private final CountData data;
  private final CountManifest manifest;
  private final Map<CountKey, CountEffects> effects = new EnumMap<>(CountKey.class);
  private final CountFeatures features;
  private final long bytes;

  private CountTables(CountData data, CountManifest manifest) {
    this.data = data;
    this.manifest = manifest;
    this.features = data.layout().features();
    for (CountKey key : data.layout().keys()) {
      effects.put(key, effects(key));
    }
    this.bytes = data.bytes() + effects.values().stream().mapToLong(CountEffects::bytes).sum();
  }

  private CountEffects effects(CountKey key) {
    CountTable total = data.table(key.isBefore() ? CountKey.BEFORE_TOTAL : CountKey.TOTAL);
    int items = data.layout().items();
    CountEffects.LevelAbove above =
        switch (key) {
          case SURFACE_ITEM ->
              CountEffects.both(total, known(CountKey.SURFACE), known(CountKey.ITEM), items);
          case SEGMENT_ITEM ->
              CountEffects.both(total, known(CountKey.SEGMENT), known(CountKey.ITEM), items);
          default -> CountEffects.whole(total);
        };
    return CountEffects.of(data.table(key), total, above, key.tellsNumber());
  }

  private CountEffects known(CountKey key) {
    CountEffects known = effects.get(key);
    if (known == null) {
      throw new IllegalStateException("no effects of " + key);
    }
    return known;
  }

  static CountTables of(CountData data) {
    MessageDigest digest = Checksum.digest();
    long[] bytes = new long[1];
    OutputStream counting =
        new OutputStream() {
          @Override
          public void write(int one) {
            bytes[0]++;
          }

          @Override
          public void write(byte[] some, int from, int length) {
            bytes[0] += length;
          }
        };
    try (OutputStream out = new DigestOutputStream(counting, digest)) {
      CountFile.write(data, out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new CountTables(data, CountManifest.of(data, bytes[0], Checksum.text(digest)));
  }

  /**
   * Reads the tables in a folder.
   *
   * @throws CountsException if a file is missing or broken, or its version is unknown
   */
  public static CountTables read(Path folder) {
    CountManifest manifest = CountManifest.parse(StrictJson.bytes(folder, CountManifest.NAME));
    Path file = folder.resolve(CountFile.NAME);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new CountsException(
          "%s: a file expected in %s, got none".formatted(CountFile.NAME, folder));
    }
    try {
      long size = Files.size(file);
      if (size != manifest.bytes()) {
        throw new CountsException(
            "%s: %s bytes expected, got %s".formatted(CountFile.NAME, manifest.bytes(), size));
      }
      String sum = Checksum.of(Files.newInputStream(file));
      if (!sum.equals(manifest.sha256())) {
        throw new CountsException(
            "%s: SHA-256 %s expected, got %s".formatted(CountFile.NAME, manifest.sha256(), sum));
      }
      try (InputStream in = Files.newInputStream(file)) {
        return new CountTables(
            CountFile.read(manifest.layout(), manifest.untilMs(), size, in), manifest);
      }
    } catch (IOException e) {
      throw new CountsException(CountFile.NAME + ": cannot be read: " + e, e);
    }
  }

  /** Writes the tables into a folder, which is created if it does not exist. */
  public void write(Path folder) {
    try {
      Files.createDirectories(folder);
      try (OutputStream out = Files.newOutputStream(folder.resolve(CountFile.NAME))) {
        CountFile.write(data, out);
      }
      Files.write(folder.resolve(CountManifest.NAME), manifest.toJson());
    } catch (IOException e) {
      throw new CountsException("the counts cannot be written into %s: %s".formatted(folder, e), e);
    }
  }

  /**
   * Returns a text that identifies these counts: the time at which they end, and the first digits
   * of a checksum of all of them.
   */
  public String generation() {
    return manifest.generation();
  }

  /** Returns the end of what was counted; {@link Instant#EPOCH} if the log has no times. */
  public Instant until() {
    return Instant.ofEpochMilli(data.untilMs());
  }

  /** Returns the size of these counts in memory, in bytes. */
  public long bytes() {
    return bytes;
  }

  /** Returns the number of items of the catalogue for which these counts were made. */
  public int items() {
    return data.layout().items();
  }

  /** Returns the inputs that these tables give for a candidate. */
  public CountFeatures features() {
    return features;
  }

  /** Returns which items follow which. */
  public Followers followers() {
    return data.followers();
  }

  /**
   * Returns what the tables need to know of a request.
   *
   * @param surface index of the surface
   * @param positives catalogue rows of the user's positive items, oldest first; a row outside of
   *     the catalogue, such as {@link CountQuery#NONE}, is an item that the tables do not know. Only
   *     the last {@link CountQuery#SEGMENT_POSITIVES} are read.
   */
  public CountQuery query(int surface, int[] positives) {
    return query(surface, positives, new int[0]);
  }

  /**
   * Returns what the tables need to know of a request, with the user's own actions.
   *
   * @param own (1 + actions) what {@link OwnActions#counts} returns
   */
  public CountQuery query(int surface, int[] positives, int[] own) {
    int read = Math.min(positives.length, CountQuery.SEGMENT_POSITIVES);
    int[] last = Arrays.copyOfRange(positives, positives.length - read, positives.length);
    int[] newest = new int[Math.min(read, CountQuery.POSITIVES)];
    for (int i = 0; i < newest.length; i++) {
      newest[i] = last[read - 1 - i];
    }
    return new CountQuery(surface, Segments.of(data.categories(), last), newest, own);
  }

  /**
   * Returns what the tables need to know of a user of a feed log, after the first {@code history}
   * actions. The log must have the items of the tables.
   */
  public CountQuery query(FeedLog log, int user, int history, int surface) {
    return query(
        surface,
        UserPositives.last(log, user, history, CountQuery.SEGMENT_POSITIVES),
        new OwnActions(this).add(log, user, history).counts());
  }

  /**
   * Returns how often an item was shown on a surface, as far as the tables know; 0 if fewer than two
   * users saw it there.
   *
   * @param surface index of the surface
   * @param item row of the catalogue
   */
  public long impressions(int surface, int item) {
    CountTable table = data.table(CountKey.SURFACE_ITEM);
    int row = table.row((long) surface * items() + item);
    return row < 0 ? 0 : table.shown(row, 0);
  }

  CountData data() {
    return data;
  }

  CountLayout layout() {
    return data.layout();
  }

  /** Returns the effects of a key; null if the key is not counted. */
  @Nullable CountEffects effectsOf(CountKey key) {
    return effects.get(key);
  }
}
