package io.unipin.train.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Withheld;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharedValuesTest {
  private static CatalogueItem item(long id, String category, String author, List<String> tags) {
    return new CatalogueItem(id, "", category, FeedLog.NO_TIME, new float[0], author, "", tags);
  }

  /** Tags, categories and authors use the same texts, and an item may have a tag twice. */
  @ParameterizedTest
  @ValueSource(ints = {1_000_000, 300, 7, 1})
  void count_anyBound_equalsCountsByMaps(int mostHashes) {
    Random random = new Random(1);
    List<CatalogueItem> items = new ArrayList<>();
    Map<String, Integer> tags = new HashMap<>();
    Map<String, Integer> categories = new HashMap<>();
    for (int i = 0; i < 60; i++) {
      String category = random.nextInt(3) == 0 ? "" : "t" + random.nextInt(80);
      String tag = "t" + random.nextInt(80);
      items.add(item(i + 1, category, "t" + i, List.of(tag, tag)));
      tags.merge(tag, 1, Integer::sum);
      categories.merge(category, 1, Integer::sum);
    }
    categories.remove("");
    assertThat(SharedValues.count(Catalogue.of(items), Withheld.none(), mostHashes))
        .isEqualTo(
            Map.of("attributes", several(tags), "category", several(categories), "author", 0));
  }

  private static int several(Map<String, Integer> counts) {
    return (int) counts.values().stream().filter(count -> count > 1).count();
  }

  @Test
  void count_oneItem_sharesNothing() {
    Catalogue one = Catalogue.of(List.of(item(1, "a", "b", List.of("c"))));
    assertThat(SharedValues.count(one, Withheld.none()))
        .isEqualTo(Map.of("attributes", 0, "category", 0, "author", 0));
  }
}
