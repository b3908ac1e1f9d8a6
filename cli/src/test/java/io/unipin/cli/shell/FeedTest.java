package io.unipin.cli.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

final class FeedTest {
  private final Feed feed = new Feed();

  @Test
  void changes_ofTheFirstPage_areNone() {
    feed.begin(Pages.of(1, 2, 3), 0);
    assertThat(feed.changes()).isEmpty();
  }

  @Test
  void changes_ofALaterPage_areNewUpAndDown() {
    feed.begin(Pages.of(1, 2, 3), 0);
    feed.begin(Pages.of(3, 1, 9), 0);
    assertThat(feed.changes()).isEqualTo(Map.of(3L, "up 2", 1L, "down 1", 9L, "new"));
  }

  @Test
  void changes_beyondTheEndOfThePageBefore_areUnknown() {
    feed.begin(Pages.of(1, 2), 0);
    feed.begin(Pages.of(1, 2, 3), 0);
    feed.extend(Pages.of(4));
    assertThat(feed.changes()).isEqualTo(Map.of(1L, "", 2L, "", 3L, "", 4L, ""));
  }

  @Test
  void changes_compareWithAllPagesBefore() {
    feed.begin(Pages.of(1, 2), 0);
    feed.extend(Pages.of(3, 4));
    feed.begin(Pages.of(4, 1), 0);
    assertThat(feed.changes()).isEqualTo(Map.of(4L, "up 3", 1L, "down 1"));
    assertThat(feed.items()).hasSize(2);
  }
}
