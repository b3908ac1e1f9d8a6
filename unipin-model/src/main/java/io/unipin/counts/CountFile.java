package io.unipin.counts;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.Map;

/**
 * Reads and writes the file {@code tables.bin}. Numbers are big-endian.
 *
 * <p>The file has the numbers of categories and authors of all items, then the tables of {@link
 * CountLayout#keys}, then the followers. A table has its number of rows, the keys, the numbers of
 * impressions and the numbers of actions, in the shapes of {@link CountTable}. The layout itself is
 * in the manifest.
 */
final class CountFile {
  /** Name of the file in a folder of counts. */
  static final String NAME = "tables.bin";

  private static final int MAGIC = 0x55504354;

  private final CountLayout layout;
  private final DataInputStream in;

  /** Number of bytes that the file still has. */
  private long left;

  private CountFile(CountLayout layout, long bytes, InputStream in) {
    this.layout = layout;
    this.left = bytes;
    this.in = new DataInputStream(new BufferedInputStream(in, 1 << 16));
  }

  static void write(CountData data, OutputStream to) throws IOException {
    DataOutputStream out = new DataOutputStream(new BufferedOutputStream(to, 1 << 16));
    out.writeInt(MAGIC);
    write(data.categories(), out);
    write(data.authors(), out);
    for (CountKey key : data.layout().keys()) {
      write(data.table(key), out);
    }
    write(data.followers(), out);
    out.flush();
  }

  private static void write(int[] numbers, DataOutputStream out) throws IOException {
    for (int number : numbers) {
      out.writeInt(number);
    }
  }

  private static void write(CountTable table, DataOutputStream out) throws IOException {
    out.writeInt(table.size());
    for (int row = 0; row < table.size(); row++) {
      out.writeLong(table.key(row));
    }
    for (int row = 0; row < table.size(); row++) {
      for (int w = 0; w < table.windows(); w++) {
        out.writeInt(table.shown(row, w));
      }
    }
    for (int row = 0; row < table.size(); row++) {
      for (int w = 0; w < table.windows(); w++) {
        for (int action = 0; action < table.actions(); action++) {
          out.writeInt(table.got(row, w, action));
        }
      }
    }
  }

  private static void write(Followers followers, DataOutputStream out) throws IOException {
    int items = followers.items();
    for (int item = 0; item < items; item++) {
      out.writeInt(followers.leader(item));
      out.writeInt(followers.end(item) - followers.start(item));
    }
    for (int place = 0; place < followers.end(items - 1); place++) {
      out.writeInt(followers.item(place));
      out.writeInt(followers.count(place));
    }
  }

  /**
   * Reads what {@link #write} wrote. Allocates no more memory than the file has bytes for.
   *
   * @param bytes size of the file
   * @throws CountsException if a number is impossible, or the file has too few or too many bytes
   */
  static CountData read(CountLayout layout, long untilMs, long bytes, InputStream from)
      throws IOException {
    try {
      return new CountFile(layout, bytes, from).read(untilMs);
    } catch (EOFException e) {
      throw new CountsException(NAME + ": more bytes expected, got the end of the file", e);
    }
  }

  private CountData read(long untilMs) throws IOException {
    expect(Integer.BYTES * (1 + 2L * layout.items()));
    require("first number", in.readInt(), MAGIC, MAGIC);
    int[] categories = numbers("category", layout.categories());
    int[] authors = numbers("author", layout.authors());
    Map<CountKey, CountTable> tables = new EnumMap<>(CountKey.class);
    for (CountKey key : layout.keys()) {
      tables.put(key, table(key));
    }
    Followers followers = followers();
    if (left > 0) {
      throw new CountsException(
          "%s: the end of the file expected, got %s more bytes".formatted(NAME, left));
    }
    return new CountData(layout, untilMs, categories, authors, tables, followers);
  }

  private int[] numbers(String what, int below) throws IOException {
    int[] numbers = new int[layout.items()];
    for (int item = 0; item < numbers.length; item++) {
      numbers[item] = require(what, in.readInt(), CountQuery.NONE, below - 1);
    }
    return numbers;
  }

  private CountTable table(CountKey key) throws IOException {
    expect(Integer.BYTES);
    int size = require("rows of " + key, in.readInt(), 0, layout.mostRows(key));
    int windows = layout.windows(key).size();
    int actions = layout.actions().size();
    expect(size * (Long.BYTES + (long) Integer.BYTES * windows * (1 + actions)));
    long[] keys = new long[size];
    long least = 0;
    for (int row = 0; row < size; row++) {
      keys[row] = in.readLong();
      if (keys[row] < least || keys[row] >= layout.values(key)) {
        throw new CountsException(
            "%s: a key of %s from %s to %s expected, got %s"
                .formatted(NAME, key, least, layout.values(key) - 1, keys[row]));
      }
      least = keys[row] + 1;
    }
    int[] shown = new int[size * windows];
    for (int i = 0; i < shown.length; i++) {
      int most = i % windows == 0 ? Integer.MAX_VALUE : shown[i - 1];
      shown[i] = require("impressions of " + key, in.readInt(), 0, most);
    }
    int[] got = new int[shown.length * actions];
    for (int i = 0; i < got.length; i++) {
      got[i] = require("actions of " + key, in.readInt(), 0, shown[i / actions]);
    }
    return new CountTable(keys, windows, actions, shown, got);
  }

  private Followers followers() throws IOException {
    int items = layout.items();
    expect(2L * Integer.BYTES * items);
    int[] leaders = new int[items];
    int[] starts = new int[items + 1];
    for (int item = 0; item < items; item++) {
      leaders[item] = require("positive actions", in.readInt(), 0, Integer.MAX_VALUE);
      int most = leaders[item] == 0 ? 0 : Math.min(Followers.MOST, items);
      int many = require("number of followers", in.readInt(), 0, most);
      starts[item + 1] = Math.addExact(starts[item], many);
    }
    expect(2L * Integer.BYTES * starts[items]);
    int[] followers = new int[starts[items]];
    int[] counts = new int[starts[items]];
    for (int place = 0; place < followers.length; place++) {
      followers[place] = require("follower", in.readInt(), 0, items - 1);
      counts[place] = require("count of a follower", in.readInt(), 1, Integer.MAX_VALUE);
    }
    return new Followers(leaders, starts, followers, counts);
  }

  /** Refuses a file that is too short for what comes next. */
  private void expect(long bytes) {
    left -= bytes;
    if (left < 0) {
      throw new CountsException(
          "%s: %s more bytes expected, got the end of the file".formatted(NAME, -left));
    }
  }

  private static int require(String what, int number, int least, int most) {
    if (number < least || number > most) {
      throw new CountsException(
          "%s: %s: %s to %s expected, got %s".formatted(NAME, what, least, most, number));
    }
    return number;
  }
}
