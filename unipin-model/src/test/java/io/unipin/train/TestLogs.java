package io.unipin.train;

import io.unipin.data.Catalogue;
import io.unipin.data.CatalogueItem;
import io.unipin.data.FeedLogBuilder;
import io.unipin.data.FeedSchema;
import java.util.List;
import java.util.stream.IntStream;

/** Small feed logs in memory. */
final class TestLogs {
  static final long LIKE = 1;
  static final long HIDE = 2;
  static final FeedSchema SCHEMA =
      new FeedSchema(List.of("like", "hide"), List.of("like"), List.of("home", "related"));

  private TestLogs() {}

  static FeedLogBuilder log(int items) {
    return new FeedLogBuilder(SCHEMA, catalogue(items));
  }

  static Catalogue catalogue(int items) {
    return Catalogue.of(
        IntStream.range(0, items)
            .mapToObj(i -> new CatalogueItem(100L + i, "item " + i, "", 0, new float[0]))
            .toList());
  }
}
