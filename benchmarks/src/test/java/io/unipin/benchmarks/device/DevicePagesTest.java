package io.unipin.benchmarks.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.ScoredItem;
import java.util.List;
import org.junit.jupiter.api.Test;

class DevicePagesTest {
  private static DevicePages pages(RetrieveAndRankResponse... answers) {
    return new DevicePages(List.of(answers), 1, 1);
  }

  private static RetrieveAndRankResponse page(float save, long... items) {
    RetrieveAndRankResponse.Builder page = RetrieveAndRankResponse.newBuilder();
    for (long item : items) {
      page.addItems(
          ScoredItem.newBuilder()
              .setItemId(item)
              .putProbabilities("click", 0.5f)
              .putProbabilities("save", save));
    }
    return page.build();
  }

  @Test
  void from_equalPagesInAnotherOrder_isNoDifference() {
    DevicePages.Difference difference =
        pages(page(0.25f, 1, 2, 3)).from(pages(page(0.25f, 3, 1, 2)));

    assertThat(difference).isEqualTo(new DevicePages.Difference(1, 0));
  }

  @Test
  void from_otherItemsAndProbabilities_comparesItemsThatBothPagesHave() {
    DevicePages.Difference difference =
        pages(page(0.25f, 1, 2), page(0.5f, 7, 8))
            .from(pages(page(0.375f, 1, 9), page(0.5f, 7, 8)));

    assertThat(difference.shared()).isEqualTo(0.75);
    assertThat(difference.probability()).isCloseTo(0.125, within(1e-9));
  }
}
