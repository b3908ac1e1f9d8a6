package io.unipin.benchmarks.rival;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.evaluate.BinaryMetrics;
import io.unipin.evaluate.baseline.CountsBaseline;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.feedlog.split.Slate;
import io.unipin.feedlog.split.Slates;
import io.unipin.train.recipe.EvaluationSettings;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CountsRivalTest {
  private static final int ITEMS = 8;
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

  /** Returns a log of feedviews with two impressions. Items differ in how often they are liked. */
  private static FeedLog views() {
    FeedLogBuilder builder = log();
    Random random = new Random(5);
    for (int u = 0; u < 100; u++) {
      builder.user("u" + u);
      for (int i = 0; i < 20; i++) {
        builder.view(0, 1_000_000L + 1000L * i);
        for (int k = 0; k < 2; k++) {
          int item = random.nextInt(ITEMS);
          boolean likes = random.nextInt(ITEMS) < item;
          builder.impression(item, likes ? LIKE : 0);
          builder.action(item, likes ? LIKE : HIDE, 0, 1_000_001L + 1000L * i + k);
        }
      }
    }
    return builder.build();
  }

  @Test
  void judge_itemsOfDifferentRates_equalsTheBaseline() {
    FeedLog log = views();
    JsonNode judged = new CountsRival(log, settings()).judge();
    Holdout holdout = settings().holdout(log);
    CountsBaseline baseline = CountsBaseline.of(log, holdout);
    Slates slates = new Slates(log, holdout);
    List<Float> scores = new ArrayList<>();
    List<Boolean> labels = new ArrayList<>();
    for (int user = 0; user < log.users(); user++) {
      for (Slate slate : slates.of(user)) {
        float[] own = baseline.probabilities(user, slate);
        for (int i = 0; slate.part() == Part.TEST && i < slate.size(); i++) {
          scores.add(own[2 * i]);
          labels.add((slates.bits()[slate.from() + i] & LIKE) != 0);
        }
      }
    }
    float[] all = new float[scores.size()];
    boolean[] liked = new boolean[labels.size()];
    for (int i = 0; i < all.length; i++) {
      all[i] = scores.get(i);
      liked[i] = labels.get(i);
    }
    assertThat(judged.at("/auc/like").asDouble())
        .isCloseTo(BinaryMetrics.auc(all, liked), within(1e-12))
        .isGreaterThan(0.7);
    assertThat(judged.at("/gauc/like").asDouble()).isGreaterThan(0.6);
    assertThat(judged.at("/auc/hide").isNull()).as("nothing shown was hidden").isTrue();
    assertThat(judged.at("/weights/like/item").asDouble()).isPositive();
  }

  @Test
  void new_noImpressions_saysWhere() {
    FeedLog empty = log().user("u").build();
    assertThatThrownBy(() -> new CountsRival(empty, settings()))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("got none in TEST");
  }
}
