package io.unipin.feedlog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FeedLogWriterTest {
  @TempDir Path folder;

  private Path keptBy(Path place) {
    String message =
        String.valueOf(
            assertThatThrownBy(() -> FeedLogWriter.write(FeedLogs.small(), place))
                .isInstanceOf(FeedLogException.class)
                .actual()
                .getMessage());
    assertThat(message).contains("; what was made is kept: mv ").endsWith(" NAME");
    return Path.of(message.replaceFirst(".*is kept: mv (.*) NAME", "$1"));
  }

  /**
   * Tests a write during which another process creates a file at the log's path. A dangling link
   * simulates this file.
   */
  @Test
  void write_placeThatCannotBeTaken_keepsTheLog() throws IOException {
    Path place = Files.createSymbolicLink(folder.resolve("log"), folder.resolve("nowhere"));
    Path kept = keptBy(place);
    assertThat(FeedLogReader.read(kept, 0).users()).isEqualTo(FeedLogs.small().users());
    assertThat(Files.isSymbolicLink(place)).isTrue();
  }

  @Test
  void write_placeThatHoldsOtherFiles_keepsBoth() throws IOException {
    Path place = Files.createDirectories(folder.resolve("log"));
    Path other = Files.writeString(place.resolve("note.txt"), "not ours");
    assertThat(FeedLogReader.read(keptBy(place), 0).users()).isPositive();
    assertThat(other).hasContent("not ours");
  }

  @Test
  void write_overAFeedLog_replacesIt() throws IOException {
    Path place = folder.resolve("log");
    FeedLogWriter.write(FeedLogs.small(), place);
    FeedLogWriter.write(FeedLogs.small(), place);
    assertThat(FeedLogReader.read(place, 0).users()).isPositive();
    try (var entries = Files.list(folder)) {
      assertThat(entries).containsExactly(place);
    }
  }
}
