package io.unipin.feedlog.infer;

import io.unipin.feedlog.infer.profile.TableProfile;
import io.unipin.feedlog.source.ContentKind;
import io.unipin.feedlog.source.SourceException;
import io.unipin.feedlog.source.SourceFile;
import io.unipin.feedlog.source.SourceFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds the data files that a path names. Groups files with the same columns into tables.
 *
 * @param folder folder to which the names of the tables' files are relative
 * @param notes files that were left out and why
 */
public record DataFiles(Path folder, List<DataTable> tables, List<String> notes) {
  private static final Pattern NO_DATA =
      Pattern.compile(
          "(?i)(readme|licen[cs]e|copying|changelog|checksum|md5).*"
              + "|.*\\.(md|html?|pdf|png|jpe?g|gif|svg|py|sh|r|ipynb|ya?ml|toml|xml|vec|bin|npy|npz|md5|sha\\d*|pl|zip\\.md5)");

  private static final int MOST_TABLES = 64;

  public DataFiles {
    tables = List.copyOf(tables);
    notes = List.copyOf(notes);
  }

  /**
   * Reads the beginning of the files that a path or a pattern names.
   *
   * @param place a file, a folder, or a path with {@code *} in it
   * @throws InferenceException if there are no files, or one cannot be read
   */
  public static DataFiles of(Path place) {
    try {
      if (Files.isDirectory(place)) {
        return folder(place);
      }
      Path absolute = place.toAbsolutePath().normalize();
      if (Files.exists(absolute)) {
        Path parent = absolute.getParent();
        Path folder = parent == null ? absolute : parent;
        List<SourceFile> file = SourceFiles.find(folder, String.valueOf(absolute.getFileName()));
        String name = String.valueOf(absolute.getFileName());
        return new DataFiles(folder, List.of(DataTable.read(name, file)), List.of());
      }
      return pattern(absolute);
    } catch (SourceException e) {
      throw new InferenceException(place + ": " + e.complaint());
    } catch (IOException e) {
      throw new InferenceException(place + ": files that can be read expected: " + e.getMessage());
    }
  }

  /** Returns the profiles of all tables. */
  public List<TableProfile> profiles() {
    return tables.stream().map(DataTable::profile).toList();
  }

  /** Returns the table with this profile. */
  public DataTable table(TableProfile profile) {
    for (DataTable table : tables) {
      if (table.profile().equals(profile)) {
        return table;
      }
    }
    throw new IllegalArgumentException("a table of these files expected, got " + profile.name());
  }

  /** Returns the mapping that imports the files with the inferred meaning. */
  public String mapping(Inferred inferred) {
    TableProfile items = inferred.items();
    return MappingText.of(
        inferred, table(inferred.events()).source(), items == null ? null : table(items).source());
  }

  private static DataFiles pattern(Path place) throws IOException {
    Path root = place.getRoot();
    if (!place.toString().contains("*") || root == null) {
      throw new InferenceException(
          place + ": a file, a folder or a pattern expected, found nothing");
    }
    Path folder = root;
    int at = 0;
    while (!place.getName(at).toString().matches(".*[*?\\[].*")) {
      folder = folder.resolve(place.getName(at++));
    }
    String pattern = place.subpath(at, place.getNameCount()).toString();
    if (!Files.isDirectory(folder)) {
      throw new InferenceException(folder + ": a folder expected, found none");
    }
    List<SourceFile> files = SourceFiles.find(folder, pattern);
    if (files.isEmpty()) {
      throw new InferenceException(place + ": files expected, but the pattern matches none");
    }
    return new DataFiles(folder, List.of(DataTable.read(pattern, files)), List.of());
  }

  private static DataFiles folder(Path given) throws IOException {
    Path folder = given.toRealPath();
    List<String> notes = new ArrayList<>();
    List<DataTable> tables = new ArrayList<>();
    if (isPartitioned(folder)) {
      Path parent = folder.getParent();
      if (parent != null) {
        String name = String.valueOf(folder.getFileName());
        return new DataFiles(
            parent, List.of(DataTable.read(name, SourceFiles.find(parent, name))), notes);
      }
    }
    for (Path entry : entries(folder)) {
      String name = String.valueOf(entry.getFileName());
      boolean hidden = name.startsWith(".") || name.startsWith("_");
      if (!hidden && (NO_DATA.matcher(name).matches() || tables.size() >= MOST_TABLES)) {
        notes.add(name + " is left out: it does not look like data");
      } else if (!hidden) {
        List<SourceFile> files = SourceFiles.find(folder, name);
        if (!files.isEmpty() && isData(files.get(0), notes)) {
          tables.add(DataTable.read(name, files));
        }
      }
    }
    if (tables.isEmpty()) {
      throw new InferenceException(given + ": files of data expected, found none");
    }
    return new DataFiles(folder, joined(folder, tables), notes);
  }

  private static boolean isPartitioned(Path folder) throws IOException {
    for (Path entry : entries(folder)) {
      if (Files.isDirectory(entry) && String.valueOf(entry.getFileName()).contains("=")) {
        return true;
      }
    }
    return false;
  }

  private static boolean isData(SourceFile file, List<String> notes) throws IOException {
    ContentKind kind = ContentKind.of(file.path());
    boolean known =
        switch (kind) {
          case TEXT, PARQUET, GZIP, BZIP2, EMPTY_BZIP2, ZSTD, ZSTD_SKIPPABLE, ZIP, EMPTY_ZIP ->
              Files.size(file.path()) > 0;
          default -> false;
        };
    if (!known) {
      notes.add(
          "%s is left out: text or Parquet expected, got %s"
              .formatted(
                  file.name(), Files.size(file.path()) == 0 ? "an empty file" : kind.toString()));
    }
    return known;
  }

  private static List<Path> entries(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return new ArrayList<>(all.sorted().toList());
    }
  }

  /**
   * Joins files with the same columns to one table, if there is a pattern that matches exactly
   * these files.
   */
  private static List<DataTable> joined(Path folder, List<DataTable> tables) throws IOException {
    Map<String, List<DataTable>> alike = new LinkedHashMap<>();
    for (DataTable table : tables) {
      alike.computeIfAbsent(table.signature(), s -> new ArrayList<>()).add(table);
    }
    List<DataTable> joined = new ArrayList<>();
    for (List<DataTable> group : alike.values()) {
      DataTable first = group.get(0);
      String pattern = group.size() == 1 ? "" : pattern(group);
      List<SourceFile> files = group.stream().flatMap(t -> t.files().stream()).toList();
      boolean exact =
          !pattern.isEmpty() && SourceFiles.find(folder, pattern).size() == files.size();
      if (exact) {
        joined.add(DataTable.read(pattern, files));
      } else if (group.size() == 1) {
        joined.add(first);
      } else {
        joined.addAll(group);
      }
    }
    return joined;
  }

  private static String pattern(List<DataTable> group) {
    String prefix = group.get(0).name();
    String suffix = prefix;
    for (DataTable table : group) {
      while (!table.name().startsWith(prefix)) {
        prefix = prefix.substring(0, prefix.length() - 1);
      }
      while (!table.name().endsWith(suffix)) {
        suffix = suffix.substring(1);
      }
    }
    int shortest = group.stream().mapToInt(table -> table.name().length()).min().orElse(0);
    return prefix.length() < 2 || prefix.length() + suffix.length() > shortest
        ? ""
        : prefix + "*" + suffix;
  }
}
