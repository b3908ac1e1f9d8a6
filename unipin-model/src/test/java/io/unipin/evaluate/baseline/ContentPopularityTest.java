package io.unipin.evaluate.baseline;

import static io.unipin.train.TestLogs.HIDE;
import static io.unipin.train.TestLogs.LIKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.split.Holdout;
import io.unipin.feedlog.split.Part;
import io.unipin.train.TestLogs;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ContentPopularityTest {
  private static FeedLog log(float[]... contents) {
    List<CatalogueItem> items = new ArrayList<>();
    for (float[] content : contents) {
      items.add(new CatalogueItem(100L + items.size(), "", "", 0, content));
    }
    FeedLogBuilder builder = new FeedLogBuilder(TestLogs.SCHEMA, Catalogue.of(items));
    builder.user("a").action(0, LIKE, 0, 1).action(0, LIKE, 0, 2).action(1, HIDE, 0, 3);
    builder.action(2, LIKE, 0, 4); // the test part
    builder.user("b").action(1, LIKE, 0, 1).action(0, HIDE, 0, 2).action(0, HIDE, 0, 3);
    builder.action(2, LIKE, 0, 4); // the test part
    return builder.build();
  }

  @Test
  void scores_areDotProductsWithTheMeanContentOfPositives() {
    FeedLog log =
        log(new float[] {2, 0}, new float[] {0, 5}, new float[] {3, 4}, new float[] {0, 0});
    float[] scores = ContentPopularity.of(log, Holdout.leaveLast(log, 1), Part.TEST).scores();
    // two likes of item 0 and one of item 1: the mean content is (2/3, 1/3)
    assertThat(scores[0]).isCloseTo(2 / 3f, within(1e-6f));
    assertThat(scores[1]).isCloseTo(1 / 3f, within(1e-6f));
    assertThat(scores[2]).isCloseTo((0.6f * 2 + 0.8f) / 3, within(1e-6f));
    assertThat(scores[3]).isZero();
  }

  @Test
  void scores_ofItemsWithoutContent_areZeros() {
    FeedLog log = log(new float[0], new float[0], new float[0]);
    assertThat(ContentPopularity.of(log, Holdout.leaveLast(log, 1), Part.TEST).scores())
        .containsExactly(0, 0, 0);
  }
}
