package io.unipin.feedlog;

import io.unipin.feedlog.database.DuckSession;
import io.unipin.feedlog.database.SpillFolder;
import io.unipin.feedlog.source.SourceFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/**
 * Reads a feed log directory strictly. A row that breaks the format fails the read. If bad rows are
 * allowed, the row is left out and counted instead.
 */
public final class FeedLogReader {
  /** Orders users by the code points of their ids, as SQL does. */
  static final Comparator<String> USER_ORDER =
      (a, b) -> {
        int i = 0;
        int end = Math.min(a.length(), b.length());
        while (i < end && a.charAt(i) == b.charAt(i)) {
          i++;
        }
        if (i == end) {
          return Integer.compare(a.length(), b.length());
        }
        int first = i > 0 && Character.isLowSurrogate(a.charAt(i)) ? i - 1 : i;
        return Integer.compare(a.codePointAt(first), b.codePointAt(first));
      };

  private final Path directory;
  private final BadRows bad;

  private FeedLogReader(Path directory, BadRows bad) {
    this.directory = directory;
    this.bad = bad;
  }

  /**
   * Reads the whole log.
   *
   * @param maxBadRows number of bad rows that are left out and counted; one more bad row fails the
   *     read
   * @throws FeedLogException at the first bad row beyond the limit, with file, row, column and
   *     reason
   */
  public static FeedLog read(Path directory, long maxBadRows) {
    return read(directory, new BadRows(maxBadRows));
  }

  /**
   * Reads the schema of a feed log but none of its rows.
   *
   * @throws FeedLogException when the folder holds no feed log, or its schema is inconsistent
   */
  public static FeedSchema schema(Path directory) {
    Path file = directory.resolve(SchemaFile.NAME);
    if (!Files.isRegularFile(file)) {
      throw new FeedLogException(
          directory.toString(), "a feed log expected: there is no " + SchemaFile.NAME);
    }
    return SchemaFile.read(file);
  }

  public static FeedLog read(Path directory, BadRows bad) {
    if (!Files.isDirectory(directory)) {
      throw new FeedLogException(directory.toString(), "no such directory");
    }
    try (SpillFolder spill = SpillFolder.create();
        DuckSession session = DuckSession.open(spill.path())) {
      return new FeedLogReader(directory, bad).read(session);
    } catch (SQLException e) {
      throw new FeedLogException(directory.toString(), DuckSession.reason(e), e);
    }
  }

  private FeedLog read(DuckSession session) {
    FeedSchema schema = SchemaFile.read(directory.resolve(SchemaFile.NAME));
    List<SourceFile> itemFiles = required(FeedTable.ITEMS);
    List<SourceFile> actionFiles = required(FeedTable.ACTIONS);
    List<SourceFile> viewFiles = FeedTable.FEEDVIEWS.files(directory);
    TableScan actionScan = TableScan.of(session, FeedTable.ACTIONS, actionFiles);
    TableScan viewScan = TableScan.of(session, FeedTable.FEEDVIEWS, viewFiles);

    Catalogue catalogue = new ItemsTable(session, itemFiles, bad).read();
    RowCheck actionCheck = new RowCheck(schema, catalogue, actionScan, bad);
    ActionsTable actions = new ActionsTable(session, actionScan, actionCheck).read();
    RowCheck viewCheck = new RowCheck(schema, catalogue, viewScan, bad);
    FeedviewsTable views = new FeedviewsTable(viewScan, viewCheck, actions);
    views.read(session, viewFiles.isEmpty());

    TreeSet<String> users = new TreeSet<>(USER_ORDER);
    users.addAll(actions.users());
    users.addAll(views.users());
    List<String> all = List.copyOf(users);
    return new FeedLog(
        schema,
        catalogue,
        all,
        actions.columns(starts(all, actions.users(), actions::start)),
        views.columns(starts(all, views.users(), views::start)),
        bad.count());
  }

  private List<SourceFile> required(FeedTable table) {
    List<SourceFile> files = table.files(directory);
    if (files.isEmpty()) {
      throw new FeedLogException(directory.resolve(table.fileName()).toString(), "no such file");
    }
    return files;
  }

  /**
   * Returns the index of each user's first row, and then the number of rows. {@code all} are all
   * users. {@code some} are the users that have rows, in the same order. {@code start} returns the
   * first row of the user at an index of {@code some}.
   */
  private static int[] starts(List<String> all, List<String> some, IntUnaryOperator start) {
    int[] starts = new int[all.size() + 1];
    int next = 0;
    for (int user = 0; user < all.size(); user++) {
      starts[user] = start.applyAsInt(next);
      if (next < some.size() && some.get(next).equals(all.get(user))) {
        next++;
      }
    }
    starts[all.size()] = start.applyAsInt(some.size());
    return starts;
  }
}
