package io.unipin.serving.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.serving.security.Secrets;
import io.unipin.settings.ByteSize;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AuditLogTest {
  private static final AuditEntry.Who WHO = new AuditEntry.Who("0123456789ab", "", "10.0.0.7");
  private static final long MAX_BYTES = 64 << 10;

  @TempDir Path folder;

  private final AtomicLong now = new AtomicLong(1_700_000_000_123L);

  private AuditLog open(Path place) {
    AuditConfig config = new AuditConfig(true, place, new ByteSize(MAX_BYTES));
    return AuditLog.open(config, place, Secrets.own(new byte[32]), now::get);
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private List<JsonNode> entries() throws IOException {
    List<JsonNode> entries = new ArrayList<>();
    for (Path file : files()) {
      for (String line : Files.readAllLines(file)) {
        entries.add(new ObjectMapper().readTree(line));
      }
    }
    return entries;
  }

  @Test
  void entry_hasWhoWhatWhenAndOutcome() throws IOException {
    try (AuditLog log = open(folder)) {
      AuditNote note = new AuditNote(log, "LoadBundle", WHO);
      note.names("bundle", "two");
      note.names("empty", "");
      note.counts("puts", 3);
      note.counts("puts", 4);
      note.end("OK");
      note.end("CANCELLED"); // has no effect: an entry has one outcome
      assertThat(entries()).as("before the log is closed").hasSize(1);
    }
    JsonNode entry = entries().get(0);
    assertThat(entry.path("time").asText()).isEqualTo("2023-11-14T22:13:20.123Z");
    assertThat(entry.path("call").asText()).isEqualTo("LoadBundle");
    assertThat(entry.path("who").toString())
        .isEqualTo("{\"token\":\"0123456789ab\",\"address\":\"10.0.0.7\"}");
    assertThat(entry.path("what").toString()).isEqualTo("{\"bundle\":\"two\",\"puts\":7}");
    assertThat(entry.path("outcome").asText()).isEqualTo("OK");
    assertThat(entry.path("ms").isIntegralNumber()).isTrue();
    assertThat(entry.has("suppressed")).isFalse();
  }

  @Test
  void user_isNamedByAPseudonymOfTheSecret() throws IOException {
    try (AuditLog log = open(folder)) {
      AuditNote note = new AuditNote(log, "EraseUser", WHO);
      note.namesUser("canary");
      note.end("OK");
      String name = log.pseudonym("canary");
      assertThat(name).matches("[0-9a-f]{32}").isNotEqualTo(log.pseudonym("other"));
      assertThat(entries().get(0).at("/what/user").asText()).isEqualTo(name);
      assertThat(Files.readString(files().get(0))).doesNotContain("canary");
    }
  }

  @Test
  void files_stayWithinTheirBytesAndKeepTheNewestEntries() throws IOException {
    int last = 1000;
    for (int start = 0; start < 3; start++) {
      try (AuditLog log = open(folder)) {
        for (int i = 0; i < last; i++) {
          AuditNote note = new AuditNote(log, "GetBundle", WHO);
          note.counts("number", i + 1L);
          note.end("OK");
          assertThat(i % 20 == 0 ? bytes() : 0).isLessThanOrEqualTo(MAX_BYTES);
        }
      }
    }
    List<JsonNode> entries = entries();
    assertThat(bytes()).isGreaterThan(MAX_BYTES * 3 / 4);
    for (int i = 0; i < entries.size(); i++) {
      int number = last - (entries.size() - 1 - i);
      assertThat(entries.get(i).at("/what/number").asInt()).isEqualTo(number);
    }
  }

  private long bytes() throws IOException {
    return files().stream().mapToLong(AuditLogTest::size).sum();
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void refusals_thatFlood_areCountedInsteadOfLogged() throws IOException {
    try (AuditLog log = open(folder)) {
      for (int i = 0; i < 1000; i++) {
        new AuditNote(log, "LoadBundle", WHO).end(i % 2 == 0 ? "UNAUTHENTICATED" : "403");
      }
      new AuditNote(log, "GetBundle", WHO).end("OK");
      assertThat(entries()).hasSize(11);
      assertThat(entries().get(10).path("suppressed").asInt()).isEqualTo(990);
      now.addAndGet(1000);
      new AuditNote(log, "LoadBundle", WHO).end("UNAUTHENTICATED");
      assertThat(entries()).hasSize(12);
      assertThat(entries().get(11).has("suppressed")).isFalse();
    }
  }

  @Test
  void entry_thatCannotBeWritten_isCountedAndTheNextOneIsTried() throws IOException {
    Path place = folder.resolve("log");
    Files.writeString(place, "a file stands where the folder should be");
    try (AuditLog log = open(place)) {
      new AuditNote(log, "GetBundle", WHO).end("OK");
      assertThat(log.lost()).isOne();
      Files.delete(place);
      new AuditNote(log, "GetBundle", WHO).end("OK");
      assertThat(log.lost()).isOne();
      assertThat(place).isDirectoryContaining("glob:**/audit-*.jsonl");
    }
  }

  @Test
  void log_thatIsSwitchedOff_writesNothing() throws IOException {
    AuditConfig off = new AuditConfig(false, folder, new ByteSize(MAX_BYTES));
    try (AuditLog log = AuditLog.open(off, folder, Secrets.own(new byte[32]), now::get)) {
      new AuditNote(log, "GetBundle", WHO).end("OK");
    }
    assertThat(files()).isEmpty();
  }
}
