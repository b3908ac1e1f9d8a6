package io.unipin.cli.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.cli.report.ReportQuestion.Metric;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExperimentReportTest {
  private static final long SINCE = 1_000_000;
  private static final long MODERN = 1_795_800_000_000L;
  private static final Map<String, Double> HALVES = Map.of("control", 0.5, "wide", 0.5);

  @TempDir Path folder;

  private static ReportQuestion question(String... metrics) {
    return new ReportQuestion(
        "e",
        "control",
        HALVES,
        List.of(metrics).stream().map(Metric::parse).toList(),
        0.1,
        Duration.ofDays(1),
        Long.MAX_VALUE);
  }

  private static String exposure(
      String user, String arm, String salt, long time, boolean overridden) {
    return "{\"timeMs\":%d,\"user\":\"%s\",\"layer\":\"l\",\"experiment\":\"e\",\"arm\":\"%s\",\"salt\":\"%s\",\"overridden\":%s,\"requestId\":\"r\",\"bundle\":\"b\",\"index\":\"i\",\"config\":\"c\"}"
        .formatted(time, user, arm, salt, overridden);
  }

  private static String page(String user, long time, int items) {
    return "{\"view\":\"v%d\",\"user\":\"%s\",\"timeMs\":%d,\"surface\":\"s\",\"items\":[%s]}"
        .formatted(time, user, time, "1,".repeat(items - 1) + "1");
  }

  private static String action(String user, long time, String name, String event) {
    return "{\"user\":\"%s\",\"timeMs\":%d,\"surface\":\"s\",\"items\":[1],\"actions\":[\"%s\"],\"event\":\"%s\"}"
        .formatted(user, time, name, event);
  }

  private Path write(String name, List<String> lines) throws IOException {
    Path directory = Files.createDirectories(folder.resolve(name));
    Files.write(directory.resolve(name + "-1.jsonl"), lines);
    return directory;
  }

  /**
   * Reports on users with pages of ten items. Users of the arm "wide" click more often, by the
   * factor 1 + {@code lift}. Users who clicked before their exposure click more afterwards as well.
   */
  private ExperimentReport report(double lift, int users, long seed, String... metrics)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    List<String> exposures = new ArrayList<>();
    List<String> served = new ArrayList<>();
    for (int i = 0; i < users; i++) {
      String user = "u" + i;
      String arm = i % 2 == 0 ? "control" : "wide";
      exposures.add(exposure(user, arm, "s", SINCE, false));
      double taste = random.nextDouble();
      for (int pages = 1 + random.nextInt(3); pages > 0; pages--) {
        served.add(page(user, SINCE + pages, 10));
      }
      for (int chance = 0; chance < 20; chance++) {
        if (random.nextDouble() < taste * 0.4) {
          served.add(action(user, SINCE - 1000 + chance, "click", "p" + chance));
        }
        if (random.nextDouble() < taste * 0.4 * (arm.equals("wide") ? 1 + lift : 1)) {
          served.add(action(user, SINCE + 10 + chance, "click", "n" + chance));
        }
      }
    }
    return ExperimentReport.of(
        question(metrics),
        write("exposures", exposures),
        Optional.of(write("served", served)),
        Optional.empty());
  }

  @Test
  void lift_isFoundWithItsSizeAndSharpenedByThePast() throws IOException {
    ExperimentReport report = report(0.1, 6000, 1, "click", "click/impressions");
    assertThat(report.comparisons())
        .extracting(Comparison::metric)
        .containsExactly("click per user", "click/impressions");
    for (Comparison comparison : report.comparisons()) {
      assertThat(comparison.onceInterval().contains(0.1)).isTrue();
      assertThat(comparison.interval().contains(0.1)).isTrue();
      assertThat(comparison.interval().high()).isGreaterThan(comparison.onceInterval().high());
      assertThat(comparison.arm()).isEqualTo("wide");
    }
    Comparison clicks = report.comparisons().get(0);
    assertThat(clicks.varianceLeft()).isBetween(0.2, 0.8);
    assertThat(clicks.p()).isLessThan(0.05);
    assertThat(clicks.onceP()).isLessThan(clicks.p());
    assertThat(clicks.control()).isCloseTo(4, within(0.2));
  }

  /**
   * Each user has three pages and clicks on one or two of them. Treated users click on one more. The
   * last time is the only one of which the exposures are kept.
   */
  @Test
  void lift_withoutTheExposuresOfTheFirstDays_isFound() throws IOException {
    long day = Duration.ofDays(1).toMillis();
    List<String> exposures = new ArrayList<>();
    List<String> served = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      String user = "u" + i;
      boolean wide = i % 2 == 1;
      String arm = wide ? "wide" : "control";
      exposures.add(exposure(user, arm, "s", SINCE + 2 * day, false));
      for (int visit = 0; visit < 3; visit++) {
        long time = SINCE + visit * day;
        served.add(page(user, time, 10).replace("}", ",\"arm\":\"x=y,e=%s\"}".formatted(arm)));
        for (int click = 0; click < 1 + i / 2 % 2 + (wide ? 1 : 0); click++) {
          served.add(action(user, time + 1, "click", "v" + visit + "c" + click));
        }
      }
    }
    ExperimentReport report =
        ExperimentReport.of(
            question("click"),
            write("exposures", exposures),
            Optional.of(write("served", served)),
            Optional.empty());
    Comparison clicks = report.comparisons().get(0);
    assertThat(clicks.lift()).isCloseTo(1 / 1.5, within(1e-9));
    assertThat(clicks.onceInterval().contains(1 / 1.5)).isTrue();
    assertThat(clicks.varianceLeft()).isCloseTo(1, within(1e-9));
    assertThat(report.exposed().underArmBefore()).isEqualTo(600);
    assertThat(report.exposed().firstExposure()).isEqualTo("1970-01-03T00:16:40Z");
  }

  private static String corrected(String event, long revision, String name) {
    return action("u", SINCE + 5, name, event)
        .replace("}", ",\"format\":2,\"revision\":%d}")
        .formatted(revision);
  }

  private static String retracted(String event, long revision) {
    return "{\"user\":\"u\",\"timeMs\":%d,\"surface\":\"\",\"items\":[],\"event\":\"%s\",\"format\":2,\"revision\":%d,\"retracted\":true}"
        .formatted(SINCE + 9, event, revision);
  }

  @Test
  void outcomes_areOfActionsThatHold() throws IOException {
    List<String> lines =
        new ArrayList<>(
            List.of(
                action("u", SINCE + 1, "click", "stays"),
                action("u", SINCE + 1, "click", "stays"),
                action("u", SINCE + 2, "click", "gone"),
                retracted("gone", 0),
                action("u", SINCE + 3, "click", "changed"),
                corrected("changed", 2, "save"),
                corrected("changed", 1, "click"),
                retracted("changed", 1),
                action("u", SINCE + 4, "click", "back"),
                retracted("back", 3),
                corrected("back", 4, "hide"),
                retracted("never", 0),
                action("v", SINCE + 2, "click", "gone"),
                action("v", SINCE + 2, "click", "twice"),
                action("v", SINCE + 3, "save", "twice")));
    Path exposures = write("exposures", List.of(exposure("u", "control", "s", SINCE, false)));
    for (int order = 0; order < 10; order++) {
      Collections.shuffle(lines, new Random(order));
      Path served = write("served", lines);
      try (ExperimentData data =
          ExperimentData.read(exposures, Optional.of(served), Optional.empty())) {
        data.join(question());
        assertThat(data.metrics())
            .extracting(Metric::numerator)
            .as("order %d", order)
            .containsExactlyInAnyOrder("click", "hide", "save");
        for (Metric metric : data.metrics()) {
          assertThat(Objects.requireNonNull(data.sums(metric).get("control")).metric())
              .containsExactly(1);
        }
      }
    }
  }

  @Test
  void metrics_withoutAnyNamed_areAllThatAreFound() throws IOException {
    assertThat(report(0, 400, 2).comparisons())
        .extracting(Comparison::metric)
        .containsExactly(
            "click per user", "impressions per user", "pages per user", "click/impressions");
  }

  @Test
  void lostUsers_areAReasonToRefuse() throws IOException {
    List<String> exposures = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      exposures.add(exposure("u" + i, i % 9 < 4 ? "wide" : "control", "s", SINCE, false));
    }
    Path log = write("exposures", exposures);
    Path served = write("served", List.of(page("u1", SINCE, 1)));
    assertThatThrownBy(
            () -> ExperimentReport.of(question(), log, Optional.of(served), Optional.empty()))
        .isInstanceOf(ReportException.class)
        .hasMessageStartingWith("refused: users by arm")
        .hasMessageContaining("sample ratio, p = ");
  }

  @Test
  void users_whoDoNotBelong_areLeftOut() throws IOException {
    List<String> exposures = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      exposures.add(exposure("u" + i, i % 2 == 0 ? "control" : "wide", "old", SINCE - 5, false));
      exposures.add(exposure("u" + i, i % 2 == 0 ? "wide" : "control", "new", SINCE, false));
      exposures.add(exposure("u" + i, i % 2 == 0 ? "wide" : "control", "new", SINCE + 9, false));
    }
    exposures.add(exposure("both", "wide", "new", SINCE, false));
    exposures.add(exposure("both", "control", "new", SINCE + 1, false));
    exposures.add(exposure("tester", "wide", "new", SINCE, true));
    Path log = write("exposures", exposures);
    Files.writeString(
        log.resolve("exposures-1.jsonl"), "{\"timeMs\":1,\"us", StandardOpenOption.APPEND);
    List<String> served = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      served.add(action("u" + i, SINCE + i, "click", "e" + i));
      served.add(action("u" + i, SINCE + i, "click", "e" + i)); // the same action again
      served.add(action("u" + i, SINCE - 2, "click", "before" + i));
      if (i % 4 < 2) {
        served.add(action("u" + i, SINCE + i + 1, "click", "more" + i));
      }
    }
    ExperimentReport report =
        ExperimentReport.of(
            question("click"), log, Optional.of(write("served", served)), Optional.empty());
    assertThat(report.users().users()).isEqualTo(Map.of("control", 200L, "wide", 200L));
    assertThat(report.exposed().inSeveralArms()).isEqualTo(1);
    assertThat(report.exposed().overridden()).isEqualTo(1);
    assertThat(report.unreadable()).isEqualTo(1);
    Comparison clicks = report.comparisons().get(0);
    assertThat(clicks.control()).isCloseTo(1.5, within(1e-12));
    assertThat(clicks.treatment()).isCloseTo(1.5, within(1e-12));
    // all users clicked equally often before their exposure, so the past explains nothing
    assertThat(clicks.varianceLeft()).isCloseTo(1, within(1e-12));
  }

  @Test
  void export_readsBackAsParquetAndCsvWithOutcomesOfOtherSystems() throws IOException {
    List<String> exposures = new ArrayList<>();
    StringBuilder outcomes = new StringBuilder("user,timeMs,metric,value\n");
    for (int i = 0; i < 300; i++) {
      exposures.add(exposure("u," + i, i % 2 == 0 ? "control" : "wide", "", SINCE, false));
      outcomes.append("\"u,%d\",%d,revenue,%s%n".formatted(i, SINCE + 1, 2 + i % 2 + i % 3));
    }
    Path log = write("exposures", exposures);
    Path csv = Files.writeString(folder.resolve("outcomes.csv"), outcomes);
    for (String name : List.of("out.parquet", "out.csv")) {
      Path file = folder.resolve(name);
      assertThat(ExperimentReport.export(log, file)).isEqualTo(300);
      ExperimentReport report =
          ExperimentReport.of(question("revenue"), file, Optional.empty(), Optional.of(csv));
      assertThat(report.comparisons().get(0).lift()).isCloseTo(1.0 / 3, within(1e-9));
    }
    assertThatThrownBy(() -> ExperimentReport.export(log, folder.resolve("out.json")))
        .hasMessageContaining(".parquet or .csv expected");
  }

  @Test
  void tooFewUsersOrNone_areNamed() throws IOException {
    List<String> few = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      few.add(exposure("u" + i, i % 2 == 0 ? "control" : "wide", "s", SINCE, false));
    }
    Path log = write("exposures", few);
    Path served = write("served", List.of(page("u1", SINCE, 1)));
    assertThatThrownBy(
            () -> ExperimentReport.of(question(), log, Optional.of(served), Optional.empty()))
        .hasMessage("at least 100 users in each arm expected, got 25 in control");
    Path none = write("exposures", List.of());
    assertThatThrownBy(
            () -> ExperimentReport.of(question(), none, Optional.of(served), Optional.empty()))
        .hasMessage("exposures of the experiment 'e' expected, got none");
    assertThatThrownBy(
            () ->
                ExperimentReport.of(
                    question(), folder.resolve("missing"), Optional.of(served), Optional.empty()))
        .isInstanceOf(ReportException.class);
  }

  private ExperimentReport outcomes(String user, String more) throws IOException {
    return outcomes("user,timeMs,metric,value", user, 1, more);
  }

  /**
   * Reports on a file with purchases of 400 users. A user makes one to three purchases, and a
   * treated user makes one more. The arguments can make the file's lines wrong.
   */
  private ExperimentReport outcomes(String header, String user, long divisor, String more)
      throws IOException {
    List<String> exposures = new ArrayList<>();
    StringBuilder outcomes = new StringBuilder(header + "\n");
    for (int i = 0; i < 400; i++) {
      String arm = i % 2 == 0 ? "control" : "wide";
      exposures.add(exposure("%06d".formatted(i), arm, "s", MODERN, false));
      for (int k = 0; k <= i % 3 + i % 2; k++) {
        long time = (MODERN + 3_600_000L * (k + 1)) / divisor;
        outcomes.append("%s,%d,purchase,1\n".formatted(user.formatted(i), time));
      }
    }
    Path csv = Files.writeString(folder.resolve("o.csv"), outcomes + more);
    return ExperimentReport.of(
        question(), write("exposures", exposures), Optional.empty(), Optional.of(csv));
  }

  private void assertRefused(String message, ThrowingCallable report) {
    assertThatThrownBy(report).isInstanceOf(ReportException.class).hasMessageContaining(message);
  }

  @Test
  void outcomes_thatFit_areCounted() throws IOException {
    ExperimentReport report =
        outcomes("%06d", "nobody,1795803600000,purchase,1\n000001,5,purchase,1\n");
    assertThat(report.comparisons()).hasSize(1);
    assertThat(report.outcomes()).isEqualTo(new OutcomeFit(1001, 1, 1));
  }

  @Test
  void outcomes_ofNobodyExposed_sayHowIdsDiffer() {
    assertRefused(
        "of 999 none is, they are of such as '0'; exposed are such as '000000'",
        () -> outcomes("%d", ""));
  }

  @Test
  void outcomes_inSeconds_sayThatMillisecondsAreExpected() {
    assertRefused(
        "milliseconds expected, got 17958",
        () -> outcomes("user,timeMs,metric,value", "%06d", 1000, ""));
  }

  @Test
  void outcomes_ofAnotherTime_sayWhich() {
    assertRefused(
        "all lie outside of the time that counts",
        () -> outcomes("user,timeMs,metric,value", "%06d", 2, ""));
  }

  @Test
  void outcomes_withABadValue_nameFileLineAndColumn() {
    for (String value : List.of("nan", "inf", "-inf", "two", "")) {
      assertRefused(
          "o.csv line 1001, column value: a finite number expected, got ",
          () -> outcomes("%06d", "000001,1795803600000,purchase," + value + "\n"));
    }
    assertRefused(
        "o.csv line 1001, column timeMs: milliseconds since 1970 expected, got 2026-11-28T",
        () -> outcomes("%06d", "000001,2026-11-28T00:00:00Z,purchase,1\n"));
    assertRefused(
        "o.csv line 1001, column user: a name or id expected, got",
        () -> outcomes("%06d", ",1795803600000,purchase,1\n"));
  }

  @Test
  void outcomes_withOtherColumns_nameThose() {
    assertRefused(
        "o.csv: columns user, timeMs, metric, value expected, got user_id, time_ms, metric, value",
        () -> outcomes("user_id,time_ms,metric,value", "%06d", 1, ""));
  }

  /** Reports on users of whom a served log and a file have outcomes. */
  private ExperimentReport twoSources(String action, String metric, String... asked)
      throws IOException {
    List<String> exposures = new ArrayList<>();
    List<String> served = new ArrayList<>();
    StringBuilder outcomes = new StringBuilder("user,timeMs,metric,value\n");
    for (int i = 0; i < 400; i++) {
      String user = "u" + i;
      exposures.add(exposure(user, i % 2 == 0 ? "control" : "wide", "s", SINCE, false));
      served.add(page(user, SINCE + 1, 10));
      for (int clicks = 0; clicks <= i % 3; clicks++) {
        served.add(action(user, SINCE + 2, action, "e" + clicks));
      }
      outcomes.append("%s,%d,%s,%d\n".formatted(user, SINCE + 2, metric, 1 + i % 3));
    }
    return ExperimentReport.of(
        question(asked),
        write("exposures", exposures),
        Optional.of(write("served", served)),
        Optional.of(Files.writeString(folder.resolve("o.csv"), outcomes)));
  }

  @Test
  void outcomes_ofTwoSourcesWithOneName_areRefused() throws IOException {
    String served = folder.resolve("served").toString();
    String file = folder.resolve("o.csv").toString();
    assertRefused(
        "one source of the metric 'click' expected, got two: the actions of %s, and %s"
            .formatted(served, file),
        () -> twoSources("click", "click"));
    assertRefused(
        "one source of the metric 'impressions' expected, got two: the pages of %s, and %s"
            .formatted(served, file),
        () -> twoSources("click", "impressions", "click/impressions"));
    assertRefused(
        "one source of the metric 'pages' expected, got two: the pages of %s, and the actions of %s"
            .formatted(served, served),
        () -> twoSources("pages", "click"));
    assertThat(twoSources("click", "click", "impressions", "pages").comparisons()).isEmpty();
    assertThat(twoSources("click", "order", "click", "order", "order/impressions").comparisons())
        .extracting(Comparison::metric)
        .containsExactly("click per user", "order per user", "order/impressions");
  }

  @Test
  void outcomes_belowZero_areCompared() throws IOException {
    List<String> exposures = new ArrayList<>();
    StringBuilder outcomes = new StringBuilder("user,timeMs,metric,value\n");
    for (int i = 0; i < 400; i++) {
      exposures.add(exposure("u" + i, i % 2 == 0 ? "control" : "wide", "s", SINCE, false));
      outcomes.append("u%d,%d,refund,-%d\n".formatted(i, SINCE + 1, 10 + i % 3 - 4 * (i % 2)));
    }
    Path csv = Files.writeString(folder.resolve("o.csv"), outcomes);
    Comparison refunds =
        ExperimentReport.of(
                question(), write("exposures", exposures), Optional.empty(), Optional.of(csv))
            .comparisons()
            .get(0);
    assertThat(refunds.control()).isNegative();
    assertThat(refunds.lift()).isBetween(0.3, 0.4);
    assertThat(refunds.onceInterval().contains(refunds.lift())).isTrue();
  }

  @Test
  void salt_ofAnExposureToCome_isNotTheReports() throws IOException {
    List<String> exposures = new ArrayList<>();
    List<String> served = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      exposures.add(exposure("u" + i, i % 2 == 0 ? "control" : "wide", "new", SINCE, false));
      served.add(action("u" + i, SINCE + 1, "click", "a"));
      if (i % 3 == 0) {
        served.add(action("u" + i, SINCE + 1, "click", "b"));
      }
    }
    exposures.add(exposure("u1", "wide", "old", SINCE + 1_000_000_000, false));
    Path log = write("exposures", exposures);
    Path clicks = write("served", served);
    ReportQuestion until =
        new ReportQuestion(
            "e", "control", HALVES, List.of(), 0.1, Duration.ofDays(1), SINCE + 1000);
    ReportQuestion salted =
        new ReportQuestion(
            "e",
            "control",
            HALVES,
            List.of(),
            0.1,
            Duration.ofDays(1),
            Long.MAX_VALUE,
            Optional.of("new"));
    for (ReportQuestion question : List.of(until, salted)) {
      ExperimentReport report =
          ExperimentReport.of(question, log, Optional.of(clicks), Optional.empty());
      assertThat(report.users().users()).isEqualTo(Map.of("control", 200L, "wide", 200L));
    }
    ReportQuestion other =
        new ReportQuestion(
            "e",
            "control",
            HALVES,
            List.of(),
            0.1,
            Duration.ofDays(1),
            Long.MAX_VALUE,
            Optional.of("newest"));
    assertRefused(
        "under the salt 'newest' expected, got none",
        () -> ExperimentReport.of(other, log, Optional.of(clicks), Optional.empty()));
  }
}
