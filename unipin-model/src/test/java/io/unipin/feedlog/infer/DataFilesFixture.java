package io.unipin.feedlog.infer;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogReader;
import io.unipin.feedlog.imports.Imported;
import io.unipin.feedlog.imports.Importer;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.io.TempDir;

/** Writes files of visits, infers their mapping, and imports them. */
abstract class DataFilesFixture {
  static final List<Visits> VISITS = Visits.all();
  static final long USERS = VISITS.stream().map(Visits::user).distinct().count();
  static final long ITEMS = VISITS.stream().map(Visits::item).distinct().count();

  @TempDir Path folder;

  static String lines(Function<Visits, String> line) {
    return VISITS.stream().map(line).collect(Collectors.joining("\n", "", "\n"));
  }

  Path write(String name, String text, Charset charset) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.write(file, text.getBytes(charset));
    return file;
  }

  Path write(String name, String text) throws IOException {
    return write(name, text, StandardCharsets.UTF_8);
  }

  static Inferred infer(Path place) {
    return infer(place, Decisions.none());
  }

  static Inferred infer(Path place, Decisions decisions) {
    return Inference.of(
        DataFiles.of(place).tables().stream().map(DataTable::profile).toList(), decisions);
  }

  /** Imports files by the inferred mapping, and reads the feed log. */
  FeedLog imported(Path place) throws IOException {
    return imported(place, Decisions.none());
  }

  FeedLog imported(Path place, Decisions decisions) throws IOException {
    DataFiles files = DataFiles.of(place);
    Inferred inferred =
        Inference.of(files.tables().stream().map(DataTable::profile).toList(), decisions);
    Path mapping = folder.resolveSibling(folder.getFileName() + "-mapping.yaml");
    Files.writeString(mapping, files.mapping(inferred));
    Path out = folder.resolveSibling(folder.getFileName() + "-log");
    Imported imported = Importer.importAll(mapping, files.folder(), out, 0);
    assertThat(imported.warnings()).isEmpty();
    Files.delete(mapping);
    return FeedLogReader.read(out, 0);
  }

  static void requireAll(FeedLog log) {
    assertThat(log.users()).isEqualTo((int) USERS);
    assertThat(log.catalogue().size()).isEqualTo((int) ITEMS);
    assertThat(log.actions()).isEqualTo(VISITS.size());
    assertThat(log.actionTimes()[log.actionStart(log.userRow(user(log)))])
        .isEqualTo(
            VISITS.stream()
                .filter(v -> user(log).endsWith(String.valueOf(v.user())))
                .mapToLong(Visits::timeMs)
                .min()
                .orElseThrow());
  }

  /** Returns a user. No other user's number ends with this user's number. */
  static String user(FeedLog log) {
    for (int row = 0; row < log.users(); row++) {
      if (log.user(row).endsWith("77")) {
        return log.user(row);
      }
    }
    throw new AssertionError("user 77 expected");
  }
}
