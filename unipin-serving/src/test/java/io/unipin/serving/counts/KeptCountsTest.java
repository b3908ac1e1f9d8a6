package io.unipin.serving.counts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeptCountsTest {
  private static final String FILE = "tables.bin";

  @TempDir private Path temporary;

  private Path source(String content) throws IOException {
    Path source = Files.createDirectories(temporary.resolve("source"));
    Files.writeString(source.resolve(FILE), content);
    return source;
  }

  private static String inEffect(KeptCounts kept) throws IOException {
    return Files.readString(kept.current().orElseThrow().resolve(FILE));
  }

  /** A setting may name the folder with dots. The tables in effect must still be recognised. */
  @ParameterizedTest
  @ValueSource(strings = {"kept", "./kept", "other/../kept"})
  void keep_folderOfAnySpelling_keepsTheTablesInEffect(String folder) throws IOException {
    Files.createDirectories(temporary.resolve("other"));
    KeptCounts kept = new KeptCounts(temporary.resolve(folder));
    kept.keep(kept.stage(source("one"), List.of(FILE)));
    assertThat(inEffect(kept)).isEqualTo("one");

    Path refused = kept.stage(source("two"), List.of(FILE));
    assertThat(inEffect(kept)).isEqualTo("one");
    kept.discard(refused);
    assertThat(inEffect(kept)).isEqualTo("one");

    kept.keep(kept.stage(source("three"), List.of(FILE)));
    assertThat(inEffect(kept)).isEqualTo("three");
    assertThat(new KeptCounts(temporary.resolve(folder)).current()).isPresent();
  }
}
