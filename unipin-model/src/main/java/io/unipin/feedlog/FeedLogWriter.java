package io.unipin.feedlog;

import io.unipin.feedlog.database.FileTree;
import io.unipin.feedlog.database.SpillFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Writes a feed log directory atomically. */
public final class FeedLogWriter {
  private static final int MULTI_HOTS_NAMED_AHEAD = 1 << 12;

  private final FeedLog log;
  private final List<@Nullable List<String>> named = new ArrayList<>();

  private FeedLogWriter(FeedLog log) {
    this.log = log;
    for (int bits = 0; bits < MULTI_HOTS_NAMED_AHEAD; bits++) {
      named.add(null);
    }
  }

  /**
   * Writes a log, so that {@link FeedLogReader} reads an equal log from the directory. Replaces an
   * existing feed log. Refuses any other directory that is not empty.
   */
  public static void write(FeedLog log, Path directory) {
    try (SpillFolder work = SpillFolder.beside(directory)) {
      Path draft = Files.createDirectory(work.path().resolve("feedlog"));
      new FeedLogWriter(log).writeTables(draft);
      replace(draft, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void writeTables(Path directory) {
    SchemaFile.write(directory.resolve(SchemaFile.NAME), log.schema());
    log.catalogue().write(directory.resolve(FeedTable.ITEMS.fileName()));
    writeActions(directory.resolve(FeedTable.ACTIONS.fileName()));
    if (log.views() > 0) {
      writeFeedviews(directory.resolve(FeedTable.FEEDVIEWS.fileName()));
    }
  }

  private void writeActions(Path file) {
    try (TableWriter<ActionRow> writer = TableWriter.actions(file)) {
      for (int user = 0; user < log.users(); user++) {
        int start = log.actionStart(user);
        for (int a = start; a < log.actionStart(user + 1); a++) {
          writer.add(
              new ActionRow(
                  log.user(user),
                  log.catalogue().id(log.actionItems()[a]),
                  names(log.actionBits()[a]),
                  log.schema().surfaces().get(log.actionSurfaces()[a]),
                  time(log.actionTimes()[a]),
                  (long) (a - start),
                  null));
        }
      }
      writer.commit();
    }
  }

  private void writeFeedviews(Path file) {
    try (TableWriter<ImpressionRow> writer = TableWriter.feedviews(file)) {
      for (int user = 0; user < log.users(); user++) {
        for (int view = log.viewStart(user); view < log.viewStart(user + 1); view++) {
          writeView(writer, user, view);
        }
      }
      writer.commit();
    }
  }

  private void writeView(TableWriter<ImpressionRow> writer, int user, int view) {
    int start = log.impressionStart(view);
    String name = String.format(Locale.ROOT, "v%09d", view);
    for (int i = start; i < log.impressionStart(view + 1); i++) {
      writer.add(
          new ImpressionRow(
              name,
              log.user(user),
              time(log.viewTimes()[view]),
              (long) log.viewHistory()[view],
              log.schema().surfaces().get(log.viewSurfaces()[view]),
              log.position(view, i),
              log.catalogue().id(log.impressionItems()[i]),
              names(log.impressionBits()[i]),
              log.impressionOracle().length == 0 ? null : log.impressionOracle()[i],
              propensity(i)));
    }
  }

  private @Nullable Double propensity(int impression) {
    double[] known = log.impressionPropensity();
    return known.length == 0 || Double.isNaN(known[impression]) ? null : known[impression];
  }

  private List<String> names(long bits) {
    boolean ahead = bits >= 0 && bits < MULTI_HOTS_NAMED_AHEAD;
    List<String> names = ahead ? named.get((int) bits) : null;
    if (names == null) {
      names = log.schema().actionNames(bits);
      if (ahead) {
        named.set((int) bits, names);
      }
    }
    return names;
  }

  private static @Nullable Long time(long timeMs) {
    return timeMs == FeedLog.NO_TIME ? null : timeMs;
  }

  /**
   * Moves a finished draft to the folder of a feed log, and deletes an older feed log there. Throws
   * if the folder holds anything else.
   */
  public static void replace(Path draft, Path directory) {
    Path old = draft.resolveSibling(draft.getFileName() + ".old");
    try {
      if (Files.exists(directory)) {
        boolean feedLog = Files.exists(directory.resolve(SchemaFile.NAME));
        if (!feedLog && !isEmptyDirectory(directory)) {
          throw new FeedLogException(
              directory.toString(),
              "a new directory, an empty one or a feed log expected" + kept(draft, directory));
        }
        Files.move(directory, old);
      }
      Files.move(draft, directory, StandardCopyOption.ATOMIC_MOVE);
      FileTree.delete(old);
    } catch (IOException e) {
      throw new FeedLogException(
          directory.toString(),
          "the feed log can't be put in its place: %s%s"
              .formatted(e, restored(draft, old, directory)),
          e);
    }
  }

  /** Moves the older feed log back to its place and keeps the new feed log under another name. */
  private static String restored(Path draft, Path old, Path directory) {
    try {
      if (Files.exists(old) && Files.notExists(directory)) {
        Files.move(old, directory);
      }
    } catch (IOException e) {
      return "; the one before is " + old + kept(draft, directory);
    }
    return kept(draft, directory);
  }

  /**
   * Renames the draft so that it is not deleted with the temporary folder, because computing the
   * draft may have taken hours. Returns the end of a message that says how to continue.
   */
  private static String kept(Path draft, Path directory) {
    Path kept =
        directory.resolveSibling(
            directory.getFileName() + ".unpublished-" + ProcessHandle.current().pid());
    try {
      Files.move(draft, kept);
      return "; what was made is kept: mv %s NAME".formatted(kept);
    } catch (IOException e) {
      return "; what was made can't be kept: " + e;
    }
  }

  private static boolean isEmptyDirectory(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      return false;
    }
    try (Stream<Path> entries = Files.list(path)) {
      return entries.findAny().isEmpty();
    }
  }
}
