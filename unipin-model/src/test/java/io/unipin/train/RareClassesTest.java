package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.evaluate.HistoryEncoder;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvLease;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.features.UserAction;
import io.unipin.train.recipe.TrainConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests a model with inputs that its training rarely or never met. The gaps of the training log are
 * minutes long, and its pages have four positions. Only one of its 60 users uses the second surface
 * and the second action.
 */
public class RareClassesTest {
  static final int ITEMS = 12;
  private static final int PLACES = 4;
  private static final int HOME = 0;
  static final int RELATED = 1;
  static final long BEGIN = 1_700_000_000_000L;
  static final Duration YEAR = Duration.ofDays(365);
  static final Duration LONGEST = Duration.ofMinutes(16);
  private static final float TOLERANCE = 1e-6f;

  @TempDir static Path folder;
  private static Path model;
  private static Path unreplaced;

  /**
   * Returns a log of sixty users. One user hides items on the surface "related". All others like
   * items on the surface "home".
   */
  static FeedLog log() {
    FeedLogBuilder builder = TestLogs.log(ITEMS);
    Random random = new Random(5);
    for (int u = 0; u < 60; u++) {
      builder.user("u" + u);
      int surface = u == 0 ? RELATED : HOME;
      long time = BEGIN;
      for (int i = 0; i < 12; i++) {
        time += Duration.ofMinutes(1 + random.nextInt(16)).toMillis();
        builder.view(surface, time);
        int liked = random.nextInt(PLACES);
        for (int place = 0; place < PLACES; place++) {
          builder.impression((i + 3 * place) % ITEMS, place == liked ? TestLogs.LIKE : 0);
        }
        builder.action(
            (i + 3 * liked) % ITEMS, u == 0 ? TestLogs.HIDE : TestLogs.LIKE, surface, time);
      }
    }
    return builder.build();
  }

  static TrainConfig config() {
    return TrainConfig.defaults()
        .with(
            "model",
            "{itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 32,"
                + " maxHistory: 12}")
        .with("training.epochs", "3")
        .with("training.batchActions", "200");
  }

  @BeforeAll
  static void train() throws IOException {
    model = trained();
    unreplaced = Files.createDirectories(folder.resolve("unreplaced"));
    for (String file : List.of("config.json", "weights.safetensors", "items.safetensors")) {
      Files.copy(model.resolve(file), unreplaced.resolve(file));
    }
  }

  /** Returns a model that was trained on {@link #log()} with {@link #config()}, once per JVM. */
  static Path trained() {
    return TrainedOnce.model(
        "rare classes",
        work -> {
          FeedLog log = log();
          Holdout holdout = Holdout.leaveLast(log, 1);
          return new Trainer(log, holdout, config(), work, TrainProgress.none()).run(false);
        });
  }

  private static List<UserAction> history(int length, Duration lastGap) {
    List<UserAction> history = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      long gap = i == length - 1 ? lastGap.toMillis() : 60_000;
      long previous = i == 0 ? BEGIN : history.get(i - 1).timeMs();
      history.add(UserAction.of(i, TestLogs.LIKE, HOME, previous + gap));
    }
    return history;
  }

  private static List<UserAction> history() {
    return history(5, Duration.ofMinutes(2));
  }

  static int gap(Duration gap) {
    return GapBuckets.of(BEGIN, BEGIN + gap.toMillis());
  }

  private static float[] score(
      Path folder, List<UserAction> history, RequestContext context, int position) {
    return ask(
        folder,
        history,
        (serving, block, state, rows) ->
            serving.score(
                block, rows, IntStream.range(0, ITEMS).toArray(), context, new int[] {position}));
  }

  private static float[] query(Path folder, RequestContext context, float[] outcome, int offset) {
    return ask(
        folder,
        history(),
        (serving, block, state, rows) ->
            serving.queries(state, context, new float[][] {outcome}, new int[] {offset}));
  }

  private interface Question {
    float[] of(ServingModel model, KvRows kv, float[] state, int rows);
  }

  private static float[] ask(Path folder, List<UserAction> history, Question question) {
    try (ServingModel serving = ServingModel.load(folder, EngineOptions.cpu())) {
      TokenSequence tokens = TokenSequence.of(history);
      int rows = 1 + tokens.size();
      KvLayout layout = serving.config().kvLayout(KvType.FLOAT32);
      ByteBuffer memory =
          ByteBuffer.allocateDirect(Math.toIntExact(layout.blockBytes(rows)))
              .order(ByteOrder.nativeOrder());
      KvRows kv = new HostRows(memory, layout, rows);
      float[] state = serving.extend(tokens, 0, kv);
      return question.of(serving, kv, state, rows);
    }
  }

  private static void assertSame(float[] asked, float[] learned) {
    assertThat(asked).usingComparatorWithPrecision(TOLERANCE).containsExactly(learned);
  }

  private static void assertOther(float[] asked, float[] learned) {
    assertThat(IntStream.range(0, asked.length).mapToDouble(i -> Math.abs(asked[i] - learned[i])))
        .as("without the replacement")
        .anyMatch(difference -> difference > 100 * TOLERANCE);
  }

  @Test
  void score_aYearAfterGapsOfMinutes_isThatOfTheLongestOfThem() {
    RequestContext minutes = new RequestContext(HOME, gap(LONGEST));
    float[] learned = score(model, history(), minutes, 0);
    for (Duration asked :
        List.of(Duration.ofHours(1), Duration.ofDays(1), YEAR, YEAR.multipliedBy(9))) {
      RequestContext late = new RequestContext(HOME, gap(asked));
      assertSame(score(model, history(), late, 0), learned);
      assertOther(score(unreplaced, history(), late, 0), score(unreplaced, history(), minutes, 0));
    }
  }

  @Test
  void score_afterAHistoryWithAGapOfAYear_isThatOfTheLongestLearned() {
    RequestContext context = new RequestContext(HOME, gap(LONGEST));
    for (Path folder : List.of(model, unreplaced)) {
      float[] year = score(folder, history(5, YEAR), context, 0);
      float[] minutes = score(folder, history(5, LONGEST), context, 0);
      if (folder.equals(model)) {
        assertSame(year, minutes);
      } else {
        assertOther(year, minutes);
      }
    }
  }

  @Test
  void score_atAPlaceThatNoPageHad_isThatOfTheLastOne() {
    RequestContext context = new RequestContext(HOME, gap(LONGEST));
    float[] last = score(model, history(), context, PLACES - 1);
    assertSame(score(model, history(), context, PLACES), last);
    assertSame(score(model, history(), context, 31), last);
    assertOther(
        score(unreplaced, history(), context, 31),
        score(unreplaced, history(), context, PLACES - 1));
  }

  @Test
  void score_onASurfaceOfOneUser_isThatOfTheMean() {
    RequestContext home = new RequestContext(HOME, gap(LONGEST));
    RequestContext related = new RequestContext(RELATED, gap(LONGEST));
    assertSame(score(model, history(), related, 0), score(model, history(), home, 0));
    assertOther(score(unreplaced, history(), related, 0), score(unreplaced, history(), home, 0));
    float[] none = new float[2];
    assertSame(query(model, related, none, 0), query(model, home, none, 0));
  }

  @Test
  void score_afterAnActionOfOneUser_isThatOfTheMean() {
    List<UserAction> hidden =
        history().stream()
            .map(a -> UserAction.of(a.item(), TestLogs.HIDE, a.surface(), a.timeMs()))
            .toList();
    RequestContext context = new RequestContext(HOME, gap(LONGEST));
    assertSame(score(model, hidden, context, 0), score(model, history(), context, 0));
    assertOther(score(unreplaced, hidden, context, 0), score(unreplaced, history(), context, 0));
    float[] hide = {0, 1};
    float[] like = {1, 0};
    assertSame(query(model, context, hide, 0), query(model, context, like, 0));
  }

  @Test
  void queries_lookingAheadUntrained_areTheNextOnes() {
    RequestContext context = new RequestContext(HOME, gap(LONGEST));
    float[] none = new float[2];
    assertSame(query(model, context, none, 3), query(model, context, none, 0));
    assertOther(query(unreplaced, context, none, 3), query(unreplaced, context, none, 0));
    RequestContext late = new RequestContext(HOME, gap(YEAR));
    assertSame(query(model, late, none, 0), query(model, context, none, 0));
  }

  /**
   * The probabilities are calibrated even a year after the user's last action, because calibration
   * is fitted with the weights that serve.
   */
  @Test
  void calibration_isFittedOnWhatServes() {
    FeedLog log = log();
    Holdout holdout = Holdout.leaveLast(log, 1);
    try (ServingModel serving = ServingModel.load(model, EngineOptions.cpu());
        HistoryEncoder encoder = new HistoryEncoder(log, serving);
        KvLease lease = encoder.encode(1, holdout.trainEnd(1))) {
      float[] scores =
          serving.score(
              lease.kv(),
              lease.rows(),
              IntStream.range(0, ITEMS).toArray(),
              new RequestContext(HOME, gap(YEAR)));
      double mean =
          IntStream.range(0, ITEMS).mapToDouble(i -> scores[2 * i]).average().orElseThrow();
      assertThat(mean).as("one impression of four is liked").isCloseTo(0.25, within(0.12));
    }
  }
}
