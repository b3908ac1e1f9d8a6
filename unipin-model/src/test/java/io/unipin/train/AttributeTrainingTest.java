package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Withheld;
import io.unipin.model.EngineOptions;
import io.unipin.model.ServingModel;
import io.unipin.model.features.AttributeBags;
import io.unipin.model.features.AttributeConfig;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the training of models that read the attributes of items. */
class AttributeTrainingTest {
  private static final int ITEMS = 30;
  private static final int DIM = 8;

  @TempDir Path folder;

  private static TrainConfig config() {
    return TrainConfig.defaults()
        .with(
            "model",
            "{itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 32, maxHistory:"
                + " 16, contentPath: 4, attributes: {buckets: 500, columns: [attributes, author]}}")
        .with("training.epochs", "2")
        .with("training.batchActions", "100");
  }

  private static CatalogueItem item(long id, List<String> attributes) {
    return new CatalogueItem(id, "", "", 0, new float[0], "", "", attributes);
  }

  /** Returns a log whose items have one attribute each: {@code prefix} followed by 0, 1 or 2. */
  private static FeedLog log(String prefix) {
    FeedLog random = TestLogs.random(60, ITEMS, 20, 11);
    return TestLogs.onCatalogue(
        random,
        Catalogue.of(
            IntStream.range(0, ITEMS)
                .mapToObj(row -> item(random.catalogue().id(row), List.of(prefix + row % 3)))
                .toList()));
  }

  private static Trainer trainer(FeedLog log, TrainConfig config, Path work, long killAt) {
    Holdout holdout = config.evaluation().holdout(log);
    return new Trainer(
        log,
        holdout,
        config,
        work,
        step -> {
          if (step.step() == killAt) {
            throw new IllegalStateException("killed");
          }
        });
  }

  private static Path train(FeedLog log, TrainConfig config, Path work) {
    return trainer(log, config, work, Long.MAX_VALUE).run(false).model();
  }

  @Test
  void model_embedsWithheldItems_byAttributesAlone() {
    FeedLog log = log("tag ");
    TrainConfig config = config().with("evaluation.withheld", "0.4");
    Withheld withheld = config.evaluation().holdout(log).withheld();
    try (ServingModel model = ServingModel.load(train(log, config, folder), EngineOptions.cpu())) {
      Map<Integer, float[]> cold = new HashMap<>();
      for (int item = 0; item < ITEMS; item++) {
        float[] vector = Arrays.copyOfRange(model.itemVectors(), DIM * item, DIM * (item + 1));
        if (withheld.contains(item)) {
          float[] first = cold.computeIfAbsent(item % 3, tag -> vector);
          assertThat(vector).as("item %s", item).containsExactly(first, within(1e-6f));
        }
      }
      assertThat(cold).hasSize(3);
      AttributeConfig read = model.config().attributes();
      float[] put =
          model.embed(
              new float[0], AttributeBags.of(1, row -> read.bucketsOf(List.of("tag 1"), "", "")));
      assertThat(Arrays.copyOf(put, DIM))
          .as("an item that is put has the vector of a withheld one of its tag")
          .containsExactly(cold.get(1), within(1e-6f));
      assertThat(model.learnedBuckets().cardinality()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7})
  void run_killedAndResumed_endsWithTheSameBytes(int negatives) {
    FeedLog log = log("tag ");
    TrainConfig config =
        config()
            .with("training.negatives", String.valueOf(negatives))
            .with("training.candidateUnknown", "0.3")
            .with("training.mixup", "0.2");
    Path whole = train(log, config, folder.resolve("whole"));
    Path work = folder.resolve("killed");
    long last = trainer(log, config, folder.resolve("count"), -1).run(false).steps();
    assertThatThrownBy(() -> trainer(log, config, work, last / 2 + 2).run(false))
        .hasMessage("killed");
    Path resumed = trainer(log, config, work, -1).run(true).model();
    for (String file : List.of("weights.safetensors", "items.safetensors", "config.json")) {
      assertThat(resumed.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
    }
  }

  @Test
  void run_warmStartOnAGrownCatalogue_knowsTheAttributesOfNewItems() {
    FeedLog log = log("tag ");
    Path earlier = train(log, config(), folder.resolve("a"));
    List<CatalogueItem> items = new ArrayList<>();
    items.add(item(900, List.of("tag 2")));
    items.add(item(901, List.of("a tag that nobody knew")));
    IntStream.range(0, ITEMS).forEach(row -> items.add(log.catalogue().item(row)));
    FeedLog newer = TestLogs.onCatalogue(log, Catalogue.of(items));
    Path next =
        trainer(newer, config(), folder.resolve("b"), -1)
            .run(false, new WarmStart(earlier, log.catalogue()))
            .model();
    try (ServingModel before = ServingModel.load(earlier, EngineOptions.cpu());
        ServingModel after = ServingModel.load(next, EngineOptions.cpu())) {
      assertThat(before.learnedBuckets().cardinality()).isEqualTo(3);
      assertThat(after.learnedBuckets().cardinality()).isEqualTo(4);
    }
    TrainConfig other = config().with("model.attributes.buckets", "600");
    assertThatThrownBy(
            () ->
                trainer(newer, other, folder.resolve("c"), -1)
                    .run(false, new WarmStart(earlier, log.catalogue())))
        .hasMessageContaining("attributes 500 of [attributes, author], got attributes 600 of");
  }

  @Test
  void run_logWithoutAttributes_isRefused() {
    FeedLog log = TestLogs.random(60, ITEMS, 20, 11);
    assertThatThrownBy(() -> train(log, config(), folder))
        .isInstanceOf(TrainException.class)
        .hasMessage(
            "model.attributes.buckets: 0 expected for items without values in [attributes,"
                + " author], got 500");
    TrainConfig path = config().with("model.attributes.buckets", "0");
    assertThatThrownBy(() -> train(log, path, folder))
        .isInstanceOf(TrainException.class)
        .hasMessage(
            "model.contentPath: 0 expected for items without content and attributes, got 4");
  }

  @Test
  void resume_otherAttributes_isRefused() {
    train(log("tag "), config(), folder);
    assertThatThrownBy(() -> trainer(log("label "), config(), folder, -1).run(true))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("another feed log (attributes 30 (");
  }

  @Test
  void recipe_wrongAttributes_areRefusedWithTheirSetting() {
    assertThatThrownBy(() -> TrainConfig.defaults(Map.of("model.attributes.columns", "[title]")))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("model.attributes")
        .hasMessageContaining("columns: some of [attributes, category, author]");
  }
}
