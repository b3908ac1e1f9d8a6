package io.unipin.feedlog.source;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Finds files below a folder: a single file, all files of a subfolder, or all files that a pattern
 * matches. The part {@code **} of a pattern stands for any number of folders. Files are ordered by
 * path on every file system.
 *
 * <p>Files whose names begin with _ or . are left out, as in Spark and Hive. A pattern or path that
 * names such a file explicitly still finds it.
 */
public final class SourceFiles {
  private static final String ANY_FOLDERS = "**";
  private static final int MAX_DEPTH = 32;

  private final Path folder;
  private final boolean linksStayInside;
  private final Set<Path> found = new TreeSet<>();

  private SourceFiles(Path folder, boolean linksStayInside) {
    this.folder = folder;
    this.linksStayInside = linksStayInside;
  }

  /**
   * Finds the files that a pattern matches; empty when there are none.
   *
   * @param pattern relative path of a file or folder; any part may contain *, ? and [a-z]
   * @throws SourceException when the pattern leaves the folder, or the files belong to a table
   *     format that keeps deleted rows
   */
  public static List<SourceFile> find(Path folder, String pattern) throws IOException {
    Path real = folder.toRealPath();
    List<String> parts = new ArrayList<>(List.of(pattern.split("/+")));
    parts.removeIf(part -> part.equals("."));
    if (pattern.startsWith("/")
        || parts.stream().allMatch(String::isBlank)
        || parts.contains("..")) {
      throw new SourceException("a path inside the source folder expected");
    }
    SourceFiles files = new SourceFiles(real, true);
    Path literal = real.resolve(String.join("/", parts));
    if (Files.exists(literal)) {
      files.take(literal, 0);
    } else {
      files.walk(real, parts, 0);
    }
    return files.result();
  }

  /**
   * Finds a file, or all files of a folder and its subfolders; empty when {@code path} does not
   * exist. The names of the files are relative to {@code folder}.
   */
  public static List<SourceFile> below(Path folder, Path path) throws IOException {
    SourceFiles files = new SourceFiles(folder, false);
    if (Files.exists(path)) {
      files.take(path, 0);
    }
    return files.result();
  }

  private List<SourceFile> result() {
    List<SourceFile> files = found.stream().map(path -> SourceFile.of(folder, path)).toList();
    for (SourceFile file : files) {
      Set<String> keys = files.get(0).partition().keySet();
      if (!List.copyOf(file.partition().keySet()).equals(List.copyOf(keys))) {
        throw new SourceException(
            "folders named by the columns %s, as of %s, expected, got %s of %s"
                .formatted(
                    keys,
                    files.get(0).name(),
                    file.partition().keySet(),
                    Shown.value(file.name())));
      }
    }
    return files;
  }

  private void walk(Path at, List<String> parts, int depth) throws IOException {
    requireDepth(depth);
    if (parts.isEmpty()) {
      take(at, depth);
      return;
    }
    if (!Files.isDirectory(at)) {
      return;
    }
    requireNoTable(at);
    String part = parts.get(0);
    List<String> rest = parts.subList(1, parts.size());
    if (part.equals(ANY_FOLDERS)) {
      walk(at, rest, depth + 1);
    }
    PathMatcher matcher = matcher(part);
    for (Path entry : entries(at)) {
      String name = String.valueOf(entry.getFileName());
      if (isHidden(name) && part.charAt(0) != name.charAt(0)) {
        continue;
      }
      if (part.equals(ANY_FOLDERS)) {
        if (Files.isDirectory(entry)) {
          walk(entry, parts, depth + 1);
        } else if (rest.isEmpty()) {
          take(entry, depth + 1);
        }
      } else if (name.equals(part) || matcher.matches(entry.getFileName())) {
        walk(entry, rest, depth + 1);
      }
    }
  }

  private static PathMatcher matcher(String part) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + part);
    } catch (PatternSyntaxException e) {
      throw new SourceException(
          "a pattern of *, ? and [a-z] expected, got '" + Shown.value(part) + "'", e);
    }
  }

  /** Adds a file, or all data files of a folder. */
  private void take(Path path, int depth) throws IOException {
    requireDepth(depth);
    if (Files.isDirectory(path)) {
      requireNoTable(path);
      for (Path entry : entries(path)) {
        if (!isHidden(String.valueOf(entry.getFileName()))) {
          take(entry, depth + 1);
        }
      }
    } else if (linksStayInside && !path.toRealPath().startsWith(folder.toRealPath())) {
      throw new SourceException("leads out of the source folder");
    } else if (!Files.isRegularFile(path)) {
      throw new SourceException(
          "a file expected, got something else: "
              + Shown.value(folder.relativize(path).toString()));
    } else {
      found.add(path);
    }
  }

  private static void requireDepth(int depth) {
    if (depth > MAX_DEPTH) {
      throw new SourceException(
          "at most "
              + MAX_DEPTH
              + " folders inside each other expected, got more: a link to an outer one?");
    }
  }

  /**
   * Refuses a folder in a table format that keeps earlier states of the table. The files in such a
   * folder also hold deleted rows, so reading all of them would be wrong.
   */
  private static void requireNoTable(Path folder) throws IOException {
    String kind = "";
    if (Files.isDirectory(folder.resolve("_delta_log"))) {
      kind = "Delta";
    } else if (Files.isDirectory(folder.resolve(".hoodie"))) {
      kind = "Hudi";
    } else if (holds(folder.resolve("metadata"), ".metadata.json")) {
      kind = "Iceberg";
    }
    if (!kind.isEmpty()) {
      throw new SourceException(
          "plain files expected, got a table of "
              + kind
              + ", whose files hold deleted rows too; export its rows");
    }
  }

  private static boolean holds(Path folder, String ending) throws IOException {
    return Files.isDirectory(folder)
        && entries(folder).stream().anyMatch(entry -> entry.toString().endsWith(ending));
  }

  private static boolean isHidden(String name) {
    return name.startsWith("_") || name.startsWith(".");
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return new ArrayList<>(all.sorted().toList());
    }
  }
}
