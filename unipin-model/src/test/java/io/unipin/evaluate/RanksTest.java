package io.unipin.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RanksTest {
  @Test
  void ranks_byHand() {
    Ranks ranks = new Ranks(new int[] {1, 3, 10, 11});
    assertThat(ranks.users()).isEqualTo(4);
    assertThat(ranks.hr(10)).isEqualTo(0.75);
    assertThat(ranks.hr(1)).isEqualTo(0.25);
    double log2Of11 = Math.log(11) / Math.log(2);
    assertThat(ranks.ndcg(10)).isCloseTo((1 + 0.5 + 1 / log2Of11) / 4, within(1e-12));
    assertThat(ranks.mrr()).isCloseTo((1 + 1 / 3.0 + 0.1 + 1 / 11.0) / 4, within(1e-12));
  }

  @Test
  void ranks_noUsers_areNotDefined() {
    assertThat(new Ranks(new int[0]).hr(10)).isNaN();
    assertThat(new Ranks(new int[0]).ndcg(10)).isNaN();
    assertThat(new Ranks(new int[0]).mrr()).isNaN();
  }

  @Test
  void targetRank_ties_goToTheSmallerId() {
    Catalogue catalogue = catalogue(5, 3, 9, 1);
    float[] scores = {1, 1, 1, 2};
    assertThat(TargetRank.of(scores, 0, new int[0], catalogue)).isEqualTo(3);
    assertThat(TargetRank.of(scores, 1, new int[0], catalogue)).isEqualTo(2);
    assertThat(TargetRank.of(scores, 2, new int[0], catalogue)).isEqualTo(4);
  }

  @Test
  void targetRank_seenItems_doNotCompete() {
    Catalogue catalogue = catalogue(5, 3, 9, 1);
    float[] scores = {4, 1, 3, 2};
    assertThat(TargetRank.of(scores, 1, new int[] {0, 3}, catalogue)).isEqualTo(2);
    assertThat(TargetRank.of(scores, 2, new int[] {1, 3}, catalogue)).isEqualTo(2);
  }

  private static Catalogue catalogue(long... ids) {
    List<CatalogueItem> items =
        LongStream.of(ids).mapToObj(id -> new CatalogueItem(id, "", "", 0, new float[0])).toList();
    return Catalogue.of(items);
  }
}
