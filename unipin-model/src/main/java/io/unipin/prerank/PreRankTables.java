package io.unipin.prerank;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.TrainingCounts;
import io.unipin.model.features.ModelException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What pre-ranking knows about the items of a catalogue: how popular each item was in training, and
 * which items follow which. The file {@code prerank.bin} in a model's folder stores the tables.
 * Immutable.
 *
 * <p>The file is little-endian, and each of its numbers takes 4 bytes. It begins with the magic
 * number, the version, the number of items and the number of followers. Then come, for each item,
 * its positive actions and the number of its followers. Then come, for each follower, its row and
 * its strength (float32). A CRC-32C of everything before it ends the file.
 */
public final class PreRankTables {
  /** Name of the file in a model's folder. */
  public static final String FILE = "prerank.bin";

  private static final int MAGIC = 0x4b525055; // "UPRK"
  private static final int VERSION = 1;
  private static final int HEADER = 16;
  private static final int PER_ENTRY = 8;
  private static final int CHECKSUM = 4;
  private static final int BUFFER = 1 << 16;

  private final int[] positives;
  private final FollowTable follows;

  private PreRankTables(int[] positives, FollowTable follows) {
    this.positives = positives;
    this.follows = follows;
  }

  /** Counts the training split of a log. */
  public static PreRankTables of(FeedLog log, Holdout holdout) {
    int[] positives = TrainingCounts.of(log, holdout).positives();
    return new PreRankTables(positives, FollowCounter.of(log, holdout, positives));
  }

  /** Returns the number of items of the catalogue for which these tables were made. */
  public int items() {
    return positives.length;
  }

  /** Returns log(1 + positive actions of an item in training). */
  public float logPopularity(int row) {
    return (float) Math.log1p(positives[row]);
  }

  public FollowTable follows() {
    return follows;
  }

  /** Throws if the tables are for a catalogue of another size. */
  void requireItems(int items) {
    if (items != items()) {
      throw new ModelException(
          "%s: tables of %s items expected, got %s".formatted(FILE, items, items()));
    }
  }

  /** Writes the tables into a model's folder. */
  public void write(Path directory) {
    try (FileChannel channel =
        FileChannel.open(
            directory.resolve(FILE),
            StandardOpenOption.CREATE,
            StandardOpenOption.WRITE,
            StandardOpenOption.TRUNCATE_EXISTING)) {
      Sink sink = new Sink(channel);
      sink.put(MAGIC);
      sink.put(VERSION);
      sink.put(items());
      sink.put(follows.size());
      for (int item = 0; item < items(); item++) {
        sink.put(positives[item]);
        sink.put(follows.start(item + 1) - follows.start(item));
      }
      for (int place = 0; place < follows.size(); place++) {
        sink.put(follows.row(place));
        sink.put(Float.floatToRawIntBits(follows.strength(place)));
      }
      sink.finish();
      channel.force(true);
    } catch (IOException e) {
      throw new ModelException(FILE + ": cannot be written", e);
    }
  }

  /** Removes the tables from a model's folder, if there are any. */
  public static void remove(Path directory) {
    try {
      Files.deleteIfExists(directory.resolve(FILE));
    } catch (IOException e) {
      throw new ModelException(FILE + ": cannot be removed", e);
    }
  }

  /**
   * Returns the tables in a model's folder; empty if the folder has none.
   *
   * @throws ModelException when the file is broken or of a later version
   */
  public static Optional<PreRankTables> read(Path directory) {
    Path file = directory.resolve(FILE);
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return Optional.of(read(new Source(channel), channel.size()));
    } catch (IOException e) {
      throw new ModelException(FILE + ": cannot be read", e);
    }
  }

  /** Reads the tables. Allocates memory only if the numbers in the file fit the file's size. */
  private static PreRankTables read(Source source, long bytes) throws IOException {
    require(bytes >= HEADER + CHECKSUM, "at least 20 bytes expected, got " + bytes);
    require(source.next() == MAGIC, "the magic number UPRK expected");
    int version = source.next();
    require(version == VERSION, "version %s expected, got %s".formatted(VERSION, version));
    int items = source.next();
    int size = source.next();
    long expected = HEADER + PER_ENTRY * ((long) items + size) + CHECKSUM;
    require(
        items >= 0 && size >= 0 && bytes == expected,
        "the bytes of %s items and %s followers expected, got %s".formatted(items, size, bytes));
    int[] positives = new int[items];
    int[] starts = new int[items + 1];
    for (int item = 0; item < items; item++) {
      positives[item] = source.next();
      int own = source.next();
      require(positives[item] >= 0, "0 or more actions expected, got " + positives[item]);
      require(
          own >= 0 && own <= FollowTable.MOST && own <= size - starts[item],
          "0 to %s followers of item row %s expected, got %s"
              .formatted(Math.min(FollowTable.MOST, size - starts[item]), item, own));
      starts[item + 1] = starts[item] + own;
    }
    require(starts[items] == size, "%s followers expected, got %s".formatted(size, starts[items]));
    int[] rows = new int[size];
    float[] strengths = new float[size];
    for (int place = 0; place < size; place++) {
      rows[place] = source.next();
      strengths[place] = Float.intBitsToFloat(source.next());
      require(
          rows[place] >= 0 && rows[place] < items,
          "follower rows of 0 to %s expected, got %s".formatted(items - 1, rows[place]));
      require(
          strengths[place] >= 0 && Float.isFinite(strengths[place]),
          "finite strengths of 0 or more expected, got " + strengths[place]);
    }
    source.requireSum();
    return new PreRankTables(positives, new FollowTable(starts, rows, strengths));
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new ModelException(FILE + ": " + message);
    }
  }

  private static ByteBuffer buffer() {
    return ByteBuffer.allocate(BUFFER).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Writes numbers of 4 bytes, then their checksum. */
  private static final class Sink {
    private final FileChannel channel;
    private final ByteBuffer buffer = buffer();
    private final CRC32C sum = new CRC32C();

    Sink(FileChannel channel) {
      this.channel = channel;
    }

    void put(int value) throws IOException {
      if (!buffer.hasRemaining()) {
        flush();
      }
      buffer.putInt(value);
    }

    void finish() throws IOException {
      flush();
      buffer.putInt((int) sum.getValue());
      flush();
    }

    private void flush() throws IOException {
      buffer.flip();
      sum.update(buffer.duplicate());
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      buffer.clear();
    }
  }

  /** Reads numbers of 4 bytes, then their checksum. */
  private static final class Source {
    private final FileChannel channel;
    private final ByteBuffer buffer = buffer().limit(0);
    private final CRC32C sum = new CRC32C();
    private final ByteBuffer number = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);

    Source(FileChannel channel) {
      this.channel = channel;
    }

    int next() throws IOException {
      int value = plain();
      sum.update(number.clear().putInt(value).flip());
      return value;
    }

    private int plain() throws IOException {
      while (buffer.remaining() < 4) {
        buffer.compact();
        int read = channel.read(buffer);
        buffer.flip();
        require(read >= 0, "the file ended while it was read");
      }
      return buffer.getInt();
    }

    void requireSum() throws IOException {
      int expected = (int) sum.getValue();
      require(plain() == expected, "the checksum does not fit");
    }
  }
}
