package io.unipin.feedlog.infer;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import io.unipin.feedlog.infer.profile.ColumnProfile;
import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.source.SourceRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Copies all rows of some users, so that large data can be tried in little time.
 *
 * <p>A hash of a user's id decides whether the user is chosen, so the same users are chosen every
 * time and in all files. Memory holds at most one row, and the ids of the items of the chosen rows.
 */
public final class UserSample {
  /** A table of items is copied whole if it has at most this many bytes. */
  private static final long SMALL_BYTES = 64L << 20;

  private static final Pattern WHOLE = Pattern.compile(" *[+]?0*([0-9]+)([.]0*)? *");

  private final DataFiles files;
  private final Inferred inferred;
  private final Path folder;
  private final long mostRows;
  private final long start = System.nanoTime();
  private final Duration patience;
  private final Refused refused;
  private final List<String> notes = new ArrayList<>();

  private UserSample(
      DataFiles files,
      Inferred inferred,
      Path folder,
      long mostRows,
      Duration patience,
      Refused refused) {
    this.refused = refused;
    this.files = files;
    this.inferred = inferred;
    this.folder = folder;
    this.mostRows = mostRows;
    this.patience = patience;
  }

  /**
   * A sample.
   *
   * @param folder folder of the copied files
   * @param mapping the mapping that imports them, as YAML
   * @param notes texts that tell a person what was left out
   */
  public record Sample(Path folder, String mapping, List<String> notes) {
    public Sample {
      notes = List.copyOf(notes);
    }
  }

  /** Takes the rows that do not fit the columns of their file. */
  public interface Refused {
    /**
     * Takes a row, which is left out.
     *
     * @param file name of the row's file
     */
    void add(String file, SourceRow row, String reason);
  }

  /** Returns the estimated number of actions and shown items in all rows. */
  public static long estimatedEntries(Inferred inferred) {
    ColumnProfile item = inferred.required(Role.ITEM);
    long entries = 1;
    if (inferred.shape() != Inferred.Shape.ROWS) {
      long separators = item.first().stream().mapToLong(v -> v.split("[ |,]", -1).length).sum();
      entries = Math.max(1, separators / Math.max(1, item.first().size()));
    }
    return inferred.events().estimatedRows() * entries;
  }

  /**
   * Writes a sample.
   *
   * @param folder an empty folder
   * @param mostEntries wanted number of actions and shown items; at most 1.5 times this number is
   *     written
   * @param patience longest time for reading rows of text. A table of items gets a third of it.
   *     Rows that are not read in time are left out, with a note.
   * @param refused gets each row, of any user, that was read and that an import would refuse
   */
  public static Sample write(
      DataFiles files,
      Inferred inferred,
      Path folder,
      long mostEntries,
      Duration patience,
      Refused refused) {
    long entries = Math.max(1, estimatedEntries(inferred) / Math.max(1, rows(inferred)));
    try {
      long mostRows = Math.max(1, mostEntries / entries);
      return new UserSample(files, inferred, folder, mostRows, patience, refused).write();
    } catch (IOException e) {
      throw new InferenceException(folder + ": a sample cannot be written: " + e.getMessage());
    } catch (SQLException e) {
      throw new InferenceException(
          inferred.events().name() + ": Parquet: " + DuckSession.reason(e));
    }
  }

  private static long rows(Inferred inferred) {
    return inferred.events().estimatedRows();
  }

  private Sample write() throws IOException, SQLException {
    double share = Math.min(1, (double) mostRows / rows(inferred));
    DataTable events = files.table(inferred.events());
    notes.add(
        String.format(
            Locale.ROOT,
            "%s has about %,d rows: %.2g %% of the users are read, chosen by a hash of their ids",
            events.name(),
            rows(inferred),
            100 * share));
    TableProfile described = inferred.items();
    DataTable table = described == null ? null : files.table(described);
    SourceText itemText = null;
    if (table != null && table.bytes() <= SMALL_BYTES) {
      itemText = copyItems(table, null, deadline(1));
    }
    Set<String> items = new HashSet<>();
    boolean more = table != null && itemText == null && table.isText();
    SourceText eventText = copyEvents(events, share, items, deadline(more ? 2 : 3));
    if (table != null && itemText == null) {
      itemText = copyItems(table, items.isEmpty() ? null : items, deadline(3));
    }
    return new Sample(folder, MappingText.of(inferred, eventText, itemText), notes);
  }

  /** Returns the {@link System#nanoTime} at which this number of thirds of the time is over. */
  private long deadline(int thirds) {
    return start + patience.toNanos() / 3 * thirds;
  }

  private SourceText copyEvents(DataTable events, double share, Set<String> items, long deadline)
      throws IOException, SQLException {
    ColumnProfile user = inferred.required(Role.USER);
    if (!events.isText()) {
      String part =
          "hash(CAST(%s AS VARCHAR)) %% 1000000 < %s"
              .formatted(user.sql(), Math.max(1, Math.round(share * 1_000_000)));
      return parquet(events, "events.parquet", part);
    }
    boolean rows = inferred.shape() == Inferred.Shape.ROWS;
    TextCopy copy = new TextCopy(events, folder.resolve("events.csv"), deadline, refused);
    CellReader users = new CellReader(events, user);
    CellReader ofItems = new CellReader(events, inferred.required(Role.ITEM));
    TextCopy.End end =
        copy.write(
            values -> {
              String id = users.read(values);
              if (id == null || !isChosen(id, share)) {
                return false;
              }
              String item = rows ? ofItems.read(values) : null;
              if (item != null) {
                items.add(named(item));
              }
              return true;
            },
            mostRows + mostRows / 2);
    if (end != TextCopy.End.WHOLE) {
      notes.add(
          String.format(
              Locale.ROOT,
              "the rows after the first %,d were not read, because %s",
              copy.read(),
              end == TextCopy.End.LATE
                  ? "that takes too long here"
                  : "the chosen users have more rows there than expected"));
    }
    return copy.source("events.csv");
  }

  private SourceText copyItems(DataTable table, @Nullable Set<String> chosen, long deadline)
      throws IOException, SQLException {
    if (!table.isText()) {
      return parquet(table, "items.parquet", "true");
    }
    ColumnProfile key = inferred.itemColumn(Role.ITEM);
    TextCopy copy = new TextCopy(table, folder.resolve("items.csv"), deadline, refused);
    TextCopy.Chooser chooser = values -> true;
    if (chosen != null && key != null) {
      CellReader keys = new CellReader(table, key);
      chooser =
          values -> {
            String item = keys.read(values);
            return item != null && chosen.contains(named(item));
          };
    }
    if (copy.write(chooser, Long.MAX_VALUE) == TextCopy.End.LATE) {
      notes.add(
          String.format(
              Locale.ROOT,
              "%s: the rows after the first %,d were not read, because that takes too long here; their items have no description",
              table.name(),
              copy.read()));
    }
    return copy.source("items.csv");
  }

  /** Returns the item's number without decimals, if numbers name the items; else the item. */
  private String named(String item) {
    Matcher number = WHOLE.matcher(item);
    return inferred.hasNumbers() && number.matches() ? number.group(1) : item;
  }

  private SourceText parquet(DataTable table, String name, String where) throws SQLException {
    List<Path> paths = table.files().stream().map(file -> file.path()).toList();
    boolean partitioned = !table.files().get(0).partition().isEmpty();
    String scan =
        "read_parquet(%s, union_by_name = true, hive_partitioning = %s, hive_types_autocast = false)"
            .formatted(DuckSession.paths(paths), partitioned);
    try (SpillFolder spill = SpillFolder.create();
        DuckSession session = DuckSession.open(spill.path())) {
      session.execute("SET memory_limit = '2GB'");
      session.execute(
          "COPY (SELECT * FROM %s WHERE %s) TO %s (FORMAT parquet)"
              .formatted(scan, where, DuckSession.literal(folder.resolve(name).toString())));
    }
    return new SourceText(name, "parquet", null);
  }

  /** Whether a user belongs to the chosen share of the users. */
  static boolean isChosen(String user, double share) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < user.length(); i++) {
      hash = (hash ^ user.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
    return (double) (hash >>> 11) / (1L << 53) < share;
  }

  /** Creates the folder of a sample. */
  public static Path folder(Path work) throws IOException {
    return Files.createDirectories(work.resolve("sample"));
  }
}
