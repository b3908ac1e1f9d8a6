package io.unipin.serving.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.serving.log.ServedLogConfig;
import io.unipin.settings.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ExposureLogTest {
  private static final Experiments EXPERIMENTS =
      new Experiments(
          Vectors.config(
              "{'salt': 's', 'holdout': 0, 'layers': {'l': {'experiments': {'e': {'arms': {'a': {},"
                  + " 'b': {}}}}}}}"));

  @TempDir Path folder;

  private ServedLogConfig config(Path logs, int queue) {
    return new ServedLogConfig(true, logs, queue, new ByteSize(4096), Duration.ofMillis(1));
  }

  private static void expose(ExposureLog log, String user) {
    log.exposed(
        EXPERIMENTS.assign(user),
        new ExposureLog.Answer(
            "r", user, log.mark(user), 5, EnumSet.allOf(Knob.class), "b", "i", "c"));
  }

  private Set<String> users() throws IOException {
    Set<String> users = new HashSet<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        for (String line : Files.readAllLines(file)) {
          users.add(new ObjectMapper().readTree(line).path("user").asText());
        }
      }
    }
    return users;
  }

  @Test
  @Tag("long")
  void fullQueue_dropsCountsAndTriesAgainWithTheNextRequest() throws IOException {
    int users = 3000;
    try (ExposureLog log = ExposureLog.open(EXPERIMENTS, config(folder, 1))) {
      long before = -1;
      while (log.dropped() != before) {
        before = log.dropped();
        for (int i = 0; i < users; i++) {
          expose(log, "u" + i);
        }
      }
    }
    assertThat(users()).hasSize(users);
  }

  @Test
  void erase_oneUser_isLoggedAgainAndNobodyElse() throws IOException {
    ServedLogConfig config = config(folder, 1000);
    try (ExposureLog log = ExposureLog.open(EXPERIMENTS, config)) {
      for (String user : List.of("gone", "stays")) {
        expose(log, user);
      }
      assertThat(log.erase("gone")).isTrue();
      for (String user : List.of("gone", "stays")) {
        expose(log, user);
      }
    }
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    lines.removeIf(String::isBlank);
    assertThat(lines).filteredOn(line -> line.contains("\"stays\"")).hasSize(1);
    assertThat(lines).filteredOn(line -> line.contains("\"gone\"")).hasSize(1);
  }

  private JsonNode onlyLine() throws IOException {
    List<String> lines = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> path.toString().endsWith(".jsonl")).toList()) {
        lines.addAll(Files.readAllLines(file));
      }
    }
    assertThat(lines).hasSize(1);
    return new ObjectMapper().readTree(lines.get(0));
  }

  private static Experiments withKnobs() {
    return new Experiments(
        Vectors.config(
            "{'salt': 's', 'holdout': 0, 'layers': {'l': {'experiments': {'e': {'salt': 'own',"
                + " 'arms': {'a': {}, 'b': {'settings': {'page': {'size': 3}}}}, 'overrides': {'u':"
                + " 'a'}}}}}}"));
  }

  private static ExposureLog.Answer answer(ExposureLog log, long timeMs, Set<Knob> used) {
    return new ExposureLog.Answer("r" + timeMs, "u", log.mark("u"), timeMs, used, "b", "i", "c");
  }

  @Test
  void exposed_whereAnArmTakesEffect_isLoggedOnceADay() throws IOException {
    Experiments experiments = withKnobs();
    long day = Duration.ofDays(1).toMillis();
    try (ExposureLog log = ExposureLog.open(experiments, config(folder, 1000))) {
      List<Assignment> assigned = experiments.assign("u");
      log.exposed(assigned, answer(log, 4, EnumSet.noneOf(Knob.class)));
      log.exposed(assigned, answer(log, 5, EnumSet.of(Knob.CANDIDATES)));
      log.exposed(assigned, answer(log, 6, EnumSet.of(Knob.PAGE_SIZE, Knob.CANDIDATES)));
      log.exposed(assigned, answer(log, day - 1, EnumSet.allOf(Knob.class)));
      assertThat(log.dropped()).isZero();
    }
    JsonNode line = onlyLine();
    assertThat(line.path("timeMs").asLong()).as("the first that used a knob").isEqualTo(6);
    assertThat(line.path("requestId").asText()).isEqualTo("r6");
    assertThat(line.path("layer").asText()).isEqualTo("l");
    assertThat(line.path("experiment").asText()).isEqualTo("e");
    assertThat(line.path("arm").asText()).isEqualTo("a");
    assertThat(line.path("salt").asText()).isEqualTo("own");
    assertThat(line.path("overridden").asBoolean()).isTrue();
    assertThat(line.path("bundle").asText()).isEqualTo("b");
    assertThat(line.path("index").asText()).isEqualTo("i");
    assertThat(line.path("config").asText()).isEqualTo("c");
    // Lines in segments and in the topic have had this form since the first version, and readers
    // rely on it.
    assertThat(line.toString())
        .isEqualTo(
            "{\"timeMs\":6,\"user\":\"u\",\"layer\":\"l\",\"experiment\":\"e\",\"arm\":\"a\","
                + "\"salt\":\"own\",\"overridden\":true,\"requestId\":\"r6\",\"bundle\":\"b\","
                + "\"index\":\"i\",\"config\":\"c\"}");
  }

  @Test
  void exposed_nextDay_isLoggedAgain() throws IOException {
    long day = Duration.ofDays(1).toMillis();
    Experiments experiments = withKnobs();
    try (ExposureLog log = ExposureLog.open(experiments, config(folder, 1000))) {
      List<Assignment> assigned = experiments.assign("u");
      log.exposed(assigned, answer(log, day - 1, EnumSet.allOf(Knob.class)));
      log.exposed(assigned, answer(log, day, EnumSet.allOf(Knob.class)));
      assertThat(log.erase("nobody")).isFalse();
    }
    try (Stream<Path> files = Files.list(folder)) {
      Path file =
          files.filter(path -> path.toString().endsWith(".jsonl")).findFirst().orElseThrow();
      assertThat(Files.readAllLines(file)).hasSize(2);
    }
  }

  @Test
  void open_disabledOrWithoutExperiments_takesNothing() throws IOException {
    ServedLogConfig off =
        new ServedLogConfig(false, folder, 10, new ByteSize(4096), Duration.ofMillis(1));
    try (ExposureLog log = ExposureLog.open(EXPERIMENTS, off)) {
      expose(log, "u");
      assertThat(log.dropped()).isZero();
    }
    Experiments none = new Experiments(ExperimentsConfig.none());
    try (ExposureLog log = ExposureLog.open(none, config(folder, 10))) {
      expose(log, "u");
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.filter(path -> path.toString().endsWith(".jsonl"))).isEmpty();
    }
  }

  @Test
  void brokenDisk_dropsAndCounts() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "no folder");
    ExposureLog log = ExposureLog.open(EXPERIMENTS, config(file.resolve("logs"), 100));
    expose(log, "u");
    log.close();
    assertThat(log.dropped()).isEqualTo(1);
  }

  @Test
  void recentHashes_forgetButNeverMakeUp() {
    RecentHashes hashes = new RecentHashes();
    assertThat(hashes.add(1L << 40)).isTrue();
    assertThat(hashes.add(1L << 40)).isFalse();
    // this hash replaces the first hash, which has the same slot
    assertThat(hashes.add((1L << 40) + 1)).isTrue();
    assertThat(hashes.add(1L << 40)).isTrue();
    hashes.remove(1L << 40);
    assertThat(hashes.add(1L << 40)).isTrue();
    hashes.clear();
    assertThat(List.of(hashes.add(1L << 40), hashes.add(1L << 40))).containsExactly(true, false);
  }
}
