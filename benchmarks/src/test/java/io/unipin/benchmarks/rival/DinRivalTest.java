package io.unipin.benchmarks.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.train.recipe.EvaluationSettings;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DinRivalTest {
  private static final int ITEMS = 4;

  private static final FeedSchema SCHEMA =
      new FeedSchema(List.of("like", "hide"), List.of("like"), List.of("home", "related"));
  private static final long LIKE = 1;
  private static final long HIDE = 2;

  private static FeedLogBuilder log() {
    List<CatalogueItem> items = new ArrayList<>();
    for (int i = 0; i < ITEMS; i++) {
      items.add(new CatalogueItem(100L + i, "item " + i, "", 0, new float[0]));
    }
    return new FeedLogBuilder(SCHEMA, Catalogue.of(items));
  }

  private static EvaluationSettings settings() {
    return TrainConfig.defaults().with("evaluation.holdout", "5").evaluation();
  }

  /**
   * Returns a log in which half of the users like items with even numbers, and the other users like
   * items with odd numbers. All items are equally popular, so only the user's history makes a
   * prediction possible. With more items or more noise, the loss stays at one value for several
   * epochs, and a last bit decides whether the training ends there.
   */
  private static FeedLog halves() {
    FeedLogBuilder builder = log();
    Random random = new Random(5);
    for (int u = 0; u < 1000; u++) {
      builder.user("u" + u);
      for (int i = 0; i < 20; i++) {
        int item = random.nextInt(ITEMS);
        boolean likes = (item % 2 == u % 2) == (random.nextInt(50) > 0);
        builder.view(0, 1_000_000L + 1000L * i);
        builder.impression(item, likes ? LIKE : 0);
        builder.action(item, likes ? LIKE : HIDE, 0, 1_000_001L + 1000L * i);
      }
    }
    return builder.build();
  }

  @Test
  void judge_tasteInHistoryAlone_isFound() {
    List<String> said = new ArrayList<>();
    JsonNode figures = new DinRival(halves(), settings()).judge(5, said::add);
    assertThat(figures.at("/din_auc/like").asDouble()).as("%s", said).isGreaterThan(0.95);
    assertThat(figures.at("/din_auc/hide").isNull()).as("nothing shown was hidden").isTrue();
    assertThat(said.get(0)).startsWith("DIN epoch 1: loss");
  }

  @Test
  void train_seed_decidesTheFirstEpoch() {
    DinRival rival = new DinRival(halves(), settings());
    double loss = firstLoss(rival, 5);
    assertThat(firstLoss(rival, 5)).as("the same seed").isCloseTo(loss, within(0.01));
    assertThat(firstLoss(rival, 4)).as("another seed").isNotCloseTo(loss, within(0.03));
  }

  private static double firstLoss(DinRival rival, long seed) {
    List<String> said = new ArrayList<>();
    rival.train(seed, Duration.ofSeconds(1), said::add);
    return Double.parseDouble(said.get(0).replaceAll(".*loss ([0-9.]+),.*", "$1"));
  }

  @Test
  void new_noImpressions_saysWhere() {
    FeedLog empty = log().user("u").build();
    assertThatThrownBy(() -> new DinRival(empty, settings()))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("got none in TRAIN");
  }
}
