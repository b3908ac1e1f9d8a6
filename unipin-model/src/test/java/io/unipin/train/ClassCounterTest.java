package io.unipin.train;

import static io.unipin.train.RareClassesTest.BEGIN;
import static io.unipin.train.RareClassesTest.ITEMS;
import static io.unipin.train.RareClassesTest.LONGEST;
import static io.unipin.train.RareClassesTest.RELATED;
import static io.unipin.train.RareClassesTest.YEAR;
import static io.unipin.train.RareClassesTest.config;
import static io.unipin.train.RareClassesTest.gap;
import static io.unipin.train.RareClassesTest.log;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.features.ClassCounts;
import io.unipin.model.features.InputTable;
import io.unipin.train.batch.BatchSource;
import io.unipin.train.batch.ClassCounter;
import io.unipin.train.batch.EpochPlan;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the class counts that a training reports. */
class ClassCounterTest {
  @TempDir static Path folder;
  private static Path model;

  @BeforeAll
  static void train() {
    model = RareClassesTest.trained();
  }

  @Test
  void counts_ofARandomLog_equalThoseOfCountingItself() {
    FeedLog log = TestLogs.random(40, 30, 20, 3);
    Holdout holdout = Holdout.leaveLast(log, 1);
    TrainConfig config =
        config()
            .with("model.maxHistory", "40")
            .with("training.maskProbability", "0")
            .with("training.gapProbability", "1")
            .with("training.outcomeProbability", "0")
            .with("training.maxCandidates", "1000");
    ClassCounts counts =
        ClassCounter.count(
            BatchSource.of(log, holdout, config), new EpochPlan(log, holdout, config));
    NaiveCounts naive = new NaiveCounts(log, holdout);
    for (InputTable table : InputTable.values()) {
      assertThat(counts.of(table).examples()).as(table.tensor()).isEqualTo(naive.examples(table));
      assertThat(counts.of(table).users()).as(table.tensor()).isEqualTo(naive.users(table));
    }
    assertThat(counts.of(InputTable.CANDIDATE_GAP).users().stream().mapToLong(n -> n).sum())
        .isPositive();
  }

  @Test
  void counts_inTheFolderOfAModel_areThoseOfItsLog() {
    ClassCounts counts = ClassCounts.read(model).orElseThrow();
    assertThat(counts.leastUsers()).isEqualTo(20);
    assertThat(counts.of(InputTable.TOKEN_ACTION).users()).containsExactly(59L, 1L);
    assertThat(counts.of(InputTable.TOKEN_SURFACE).users()).containsExactly(59L, 1L);
    assertThat(counts.of(InputTable.CANDIDATE_POSITION).users())
        .startsWith(60L, 60L, 60L, 60L, 0L)
        .endsWith(0L);
    assertThat(counts.standIns(InputTable.CANDIDATE_GAP)[gap(YEAR)]).isEqualTo(gap(LONGEST));
  }

  @Test
  void run_resumed_countsWhatTheFirstRunCounted() throws IOException {
    FeedLog log = log();
    Holdout holdout = Holdout.leaveLast(log, 1);
    Path work = folder.resolve("resumed");
    for (int run = 0; run < 2; run++) {
      new Trainer(log, holdout, config(), work, TrainProgress.none()).run(true);
      for (String file : List.of("weights.safetensors", ClassCounts.FILE)) {
        assertThat(Files.readAllBytes(work.resolve("model").resolve(file)))
            .as(file)
            .isEqualTo(Files.readAllBytes(model.resolve(file)));
      }
    }
  }

  @Test
  void run_warmStarted_knowsWhatTheEarlierModelMet() {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    for (int u = 0; u < 30; u++) {
      builder.user("v" + u);
      for (int i = 0; i < 8; i++) {
        builder.action(i, TestLogs.HIDE, RELATED, BEGIN + i * Duration.ofDays(1).toMillis());
      }
    }
    FeedLog later = builder.build();
    Path warm =
        new Trainer(
                later,
                Holdout.leaveLast(later, 1),
                config().with("training.epochs", "1"),
                folder.resolve("warm"),
                TrainProgress.none())
            .run(false, new WarmStart(model, log().catalogue()))
            .model();
    ClassCounts counts = ClassCounts.read(warm).orElseThrow();
    assertThat(counts.of(InputTable.TOKEN_ACTION).users()).containsExactly(59L, 30L);
    int[] gaps = counts.standIns(InputTable.TOKEN_GAP);
    assertThat(gaps[gap(LONGEST)]).isEqualTo(gap(LONGEST));
    assertThat(gaps[gap(YEAR)]).isEqualTo(gap(Duration.ofDays(1)));
    assertThat(Arrays.stream(gaps)).contains(gap(Duration.ofMinutes(2)));
  }
}
