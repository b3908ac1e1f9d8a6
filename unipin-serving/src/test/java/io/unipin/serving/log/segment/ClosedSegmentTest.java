package io.unipin.serving.log.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ClosedSegmentTest {
  private static final String LINE = "{\"user\":\"%s\",\"items\":[1]}\n";

  @TempDir Path folder;

  private Path segment() {
    return folder.resolve("served-000000000000001.jsonl");
  }

  private Path index() {
    return folder.resolve("served-000000000000001.jsonl.users");
  }

  private ClosedSegment write(int others, String last) throws IOException {
    Files.writeString(segment(), LINE.formatted("stays").repeat(others) + LINE.formatted(last));
    ClosedSegment segment = new ClosedSegment(segment());
    segment.prepare();
    return segment;
  }

  @Test
  void erase_lastLineOfIndexedSegment_keepsAnIndexWithoutIt() throws IOException {
    ClosedSegment segment = write(20_000, "gone");
    assertThat(segment.erase("gone")).isTrue();
    UserLinesFile index = new UserLinesFile(segment());
    assertThat(index.isWhole()).isTrue();
    assertThat(index.find("gone")).hasValueSatisfying(lines -> assertThat(lines).isEmpty());
    assertThat(index.find("stays")).hasValueSatisfying(lines -> assertThat(lines).hasSize(20_000));
  }

  @Test
  void erase_segmentBecomesSmall_leavesNoIndex() throws IOException {
    int others = (int) (ClosedSegment.SMALL / LINE.formatted("stays").length());
    ClosedSegment segment = write(others, "gone-" + "x".repeat(100));
    assertThat(index()).exists();
    assertThat(segment.erase("gone-" + "x".repeat(100))).isTrue();
    assertThat(index()).doesNotExist();
  }

  @Test
  void erase_indexDoesNotFit_replacesIt() throws IOException {
    ClosedSegment segment = write(20_000, "gone");
    byte[] before = Files.readAllBytes(index());
    Files.writeString(segment(), LINE.formatted("more"), StandardOpenOption.APPEND);
    assertThat(segment.erase("nobody")).isFalse();
    assertThat(Files.readAllBytes(index())).isNotEqualTo(before);
    assertThat(new UserLinesFile(segment()).isWhole()).isTrue();
  }
}
