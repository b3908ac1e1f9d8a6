package io.unipin.feedlog.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceFilesTest {
  @TempDir private Path folder;

  @BeforeEach
  void write() throws IOException {
    for (String name :
        List.of(
            "b.csv",
            "a.csv",
            "a[1].csv",
            "clicks/day=2/part-1.csv",
            "clicks/day=2/part-0.csv",
            "clicks/day=1/part-0.csv",
            "clicks/day=1/.part-0.csv.crc",
            "clicks/_SUCCESS",
            "clicks/_temporary/day=1/part-9.csv",
            "deep/x/y/z.csv")) {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, "x");
    }
  }

  private List<String> find(String pattern) throws IOException {
    return SourceFiles.find(folder, pattern).stream().map(SourceFile::name).toList();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          a.csv                  | a.csv
          ./a.csv                | a.csv
          a[1].csv               | a[1].csv
          [ab].csv               | a.csv b.csv
          *.csv                  | a.csv a[1].csv b.csv
          clicks                 | clicks/day=1/part-0.csv clicks/day=2/part-0.csv clicks/day=2/part-1.csv
          clicks/                | clicks/day=1/part-0.csv clicks/day=2/part-0.csv clicks/day=2/part-1.csv
          clicks/*               | clicks/day=1/part-0.csv clicks/day=2/part-0.csv clicks/day=2/part-1.csv
          clicks/*/*.csv         | clicks/day=1/part-0.csv clicks/day=2/part-0.csv clicks/day=2/part-1.csv
          clicks/**/*.csv        | clicks/day=1/part-0.csv clicks/day=2/part-0.csv clicks/day=2/part-1.csv
          clicks/**              | clicks/day=1/part-0.csv clicks/day=2/part-0.csv clicks/day=2/part-1.csv
          clicks/day=2/**/*.csv  | clicks/day=2/part-0.csv clicks/day=2/part-1.csv
          clicks/day=*/part-0.csv| clicks/day=1/part-0.csv clicks/day=2/part-0.csv
          **/z.csv               | deep/x/y/z.csv
          clicks/_SUCCESS        | clicks/_SUCCESS
          clicks/_S*             | clicks/_SUCCESS
          clicks/*.csv           | ''
          nothing                | ''
          """)
  void find_pattern_hasTheDataInOrder(String pattern, String names) throws IOException {
    assertThat(String.join(" ", find(pattern))).isEqualTo(names);
  }

  @ParameterizedTest
  @CsvSource({"../a.csv", "/etc/passwd", "deep/../../x", "''", "."})
  void find_outside_isRefused(String pattern) {
    assertThatThrownBy(() -> find(pattern)).hasMessageContaining("inside the source folder");
  }

  @Test
  void find_linkOutside_isRefused(@TempDir Path other) throws IOException {
    Files.writeString(other.resolve("secret.csv"), "x");
    Files.createSymbolicLink(folder.resolve("deep/link"), other);
    assertThatThrownBy(() -> find("deep/**/*.csv")).hasMessageContaining("leads out");
  }

  @Test
  void find_linkToAnOuterFolder_ends() throws IOException {
    Files.createSymbolicLink(folder.resolve("deep/loop"), folder.resolve("deep"));
    assertThatThrownBy(() -> find("deep/**/*.csv")).hasMessageContaining("at most 32 folders");
  }

  @Test
  void find_partition_isDecoded() throws IOException {
    Path file =
        folder.resolve("p/at=2022-06-24 10%3A00%C3%A9/user=__HIVE_DEFAULT_PARTITION__/x.csv");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "x");
    SourceFile found = SourceFiles.find(folder, "p").get(0);
    assertThat(found.partition())
        .containsEntry("at", "2022-06-24 10:00é")
        .containsEntry("user", null);
  }

  @Test
  void find_foldersOfOtherColumns_areRefused() throws IOException {
    Files.createDirectories(folder.resolve("clicks/hour=1"));
    Files.writeString(folder.resolve("clicks/hour=1/x.csv"), "x");
    assertThatThrownBy(() -> find("clicks"))
        .hasMessageContaining("folders named by the columns [day]")
        .hasMessageContaining("got [hour] of clicks/hour=1/x.csv");
  }

  @ParameterizedTest
  @CsvSource({"_delta_log/0.json, Delta", ".hoodie/x, Hudi", "metadata/v1.metadata.json, Iceberg"})
  void find_tableWithAHistory_isRefused(String mark, String kind) throws IOException {
    Path file = folder.resolve("clicks").resolve(mark);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{}");
    assertThatThrownBy(() -> find("clicks/**/*.csv")).hasMessageContaining("a table of " + kind);
    assertThatThrownBy(() -> find("clicks")).hasMessageContaining("a table of " + kind);
  }
}
