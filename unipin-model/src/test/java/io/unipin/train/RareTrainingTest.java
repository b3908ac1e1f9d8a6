package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineOptions;
import io.unipin.model.ModelFolder;
import io.unipin.model.ServingModel;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests training with the settings for new and rare items. */
class RareTrainingTest {
  private static final int ITEMS = 30;

  /**
   * The number of items that users like in most logs. Later items are shown, but no user acts on
   * them.
   */
  private static final int LIKED = 24;

  @TempDir Path folder;

  /** Returns a log whose users like only the first {@code liked} items. */
  private static FeedLog log(int liked) {
    Random random = new Random(7);
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, catalogue());
    for (int user = 0; user < 40; user++) {
      builder.user("u" + user);
      long time = 1_000_000;
      for (int i = 0; i < 10; i++) {
        time += 60_000;
        int item = (user + i) % liked;
        builder.view(0, time).impression(item, TestLogs.LIKE);
        builder.impression(random.nextInt(ITEMS), random.nextInt(2) * TestLogs.HIDE);
        builder.action(item, TestLogs.LIKE, 0, time);
      }
    }
    return builder.build();
  }

  /** Returns items with content. Every third item has the same content. */
  private static Catalogue catalogue() {
    return Catalogue.of(
        IntStream.range(0, ITEMS)
            .mapToObj(i -> new CatalogueItem(i, "item " + i, "", 0, new float[] {1, i % 3}))
            .toList());
  }

  private static TrainConfig config(String training) {
    return TrainConfig.defaults()
        .with(
            "model",
            "{itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 32, maxHistory:"
                + " 12}")
        .with("training.epochs", "3")
        .with("training.batchActions", "100")
        .with("training.patience", "100")
        .with("training", training);
  }

  private static final String EVERYTHING =
      "{idDropout: 0.1, unseenClasses: false, candidateUnknown: 0.2, scoreReg: 0.1, coldBelow: 15,"
          + " mixup: 0.2, mixupAlpha: 0.2, negatives: %s}";

  private TrainResult train(FeedLog log, TrainConfig config, String work, TrainProgress progress) {
    return new Trainer(log, Holdout.leaveLast(log, 1), config, folder.resolve(work), progress)
        .run(true);
  }

  private TrainResult train(TrainConfig config, String work) {
    return train(log(LIKED), config, work, TrainProgress.none());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10})
  void run_withEverything_killedAndResumed_equalsUninterrupted(int negatives) throws IOException {
    TrainConfig config = config(EVERYTHING.formatted(negatives));
    TrainResult whole = train(config, "whole");
    long killAt = whole.steps() / 2;
    TrainProgress dying =
        step -> {
          if (step.step() == killAt) {
            throw new IllegalStateException("killed");
          }
        };
    assertThatThrownBy(() -> train(log(LIKED), config, "broken", dying)).hasMessage("killed");
    assertThat(TrainState.read(folder.resolve("broken")).step()).isPositive().isLessThan(killAt);
    train(config, "broken");
    Path plain = train(config("{negatives: %s}".formatted(negatives)), "plain").model();
    for (String file : new String[] {"weights.safetensors", "items.safetensors"}) {
      byte[] expected = Files.readAllBytes(whole.model().resolve(file));
      assertThat(Files.readAllBytes(folder.resolve("broken/model").resolve(file)))
          .as(file)
          .isEqualTo(expected);
      assertThat(Files.readAllBytes(plain.resolve(file))).as(file).isNotEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "idDropout: 0.3",
        "unseenClasses: false",
        "candidateUnknown: 0.3",
        "scoreReg: 0.3, coldBelow: 15",
        "mixup: 0.3",
      })
  void run_anyOfTheSettings_trainsAnotherModel(String setting) throws IOException {
    byte[] plain = Files.readAllBytes(weights(train(config("{epochs: 1}"), "plain")));
    TrainConfig config = config("{epochs: 1, %s}".formatted(setting));
    assertThat(Files.readAllBytes(weights(train(config, "with")))).isNotEqualTo(plain);
  }

  private static Path weights(TrainResult result) {
    return result.model().resolve("weights.safetensors");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 10})
  void run_itemsWithoutTargetsLeftOut_exportsThemByContentAlone(int negatives) {
    TrainConfig config = config("{unseenClasses: false, negatives: %s}".formatted(negatives));
    Path model = train(config, "out").model();
    assertThat(ModelFolder.haveIds(model)).isEqualTo(below(LIKED));
    float[] vectors = vectors(model);
    for (int item = LIKED; item + 3 < ITEMS; item++) {
      assertThat(row(vectors, item)).as("equal contents").isEqualTo(row(vectors, item + 3));
      assertThat(row(vectors, item)).isNotEqualTo(row(vectors, item + 1));
      assertThat(row(vectors, item)).isNotEqualTo(row(vectors, item % 3));
    }
    Path plain = train(config("{epochs: 1}"), "plain").model();
    assertThat(ModelFolder.haveIds(plain)).isEqualTo(below(ITEMS));
  }

  private static boolean[] below(int items) {
    boolean[] below = new boolean[ITEMS];
    Arrays.fill(below, 0, items, true);
    return below;
  }

  private static float[] vectors(Path model) {
    try (ServingModel serving = ServingModel.load(model, EngineOptions.cpu())) {
      return serving.itemVectors();
    }
  }

  private static float[] row(float[] vectors, int item) {
    return Arrays.copyOfRange(vectors, 8 * item, 8 * (item + 1));
  }

  @Test
  void run_warmStart_keepsTheIdsOfTheEarlierModel() {
    TrainConfig config = config("{epochs: 1, unseenClasses: false}");
    Path earlier = train(log(LIKED), config, "earlier", TrainProgress.none()).model();
    FeedLog newer = log(12);
    Trainer trainer =
        new Trainer(
            newer,
            Holdout.leaveLast(newer, 1),
            config,
            folder.resolve("newer"),
            TrainProgress.none());
    WarmStart warm = new WarmStart(earlier, newer.catalogue());
    assertThat(ModelFolder.haveIds(trainer.run(false, warm).model())).isEqualTo(below(LIKED));
    Path cold = train(newer, config, "cold", TrainProgress.none()).model();
    assertThat(ModelFolder.haveIds(cold)).isEqualTo(below(12));
  }

  @Test
  void run_withheldItems_haveNoIdsAndLeaveTheSoftmax() {
    FeedLog log = log(LIKED);
    Holdout holdout = Holdout.leaveLast(log, 1).withholding(0.2, 0);
    TrainConfig config =
        config("{epochs: 1, unseenClasses: false}").with("evaluation.withheld", "0.2");
    boolean[] expected = below(LIKED);
    holdout.withheld().rows().stream().forEach(item -> expected[item] = false);
    Path earlier =
        new Trainer(log, holdout, config, folder.resolve("one"), TrainProgress.none())
            .run(false)
            .model();
    assertThat(ModelFolder.haveIds(earlier)).isEqualTo(expected).isNotEqualTo(below(LIKED));
    Path later =
        new Trainer(log, holdout, config, folder.resolve("two"), TrainProgress.none())
            .run(false, new WarmStart(earlier, log.catalogue()))
            .model();
    assertThat(ModelFolder.haveIds(later)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "idDropout, 0.1, 0.0",
    "unseenClasses, false, true",
    "candidateUnknown, 0.1, 0.0",
    "scoreReg, 0.1, 0.0",
    "coldBelow, 12, 10",
    "mixup, 0.2, 0.0",
    "mixupAlpha, 0.4, 0.2"
  })
  void resume_withAnotherSetting_namesIt(String setting, String now, String then) {
    train(config("{epochs: 1}"), "work");
    TrainConfig other = config("{epochs: 1, %s: %s}".formatted(setting, now));
    assertThatThrownBy(() -> train(other, "work"))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining(
            "another recipe (training.%s %s then, %s now)".formatted(setting, then, now));
  }
}
