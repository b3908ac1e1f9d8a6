package io.unipin.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.CatalogueItem;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogBuilder;
import io.unipin.feedlog.FeedSchema;
import io.unipin.proto.v1.Action;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DemoUserTest {
  private static final long HOUR_MS = 3_600_000;

  private static DemoUser user(long pauseMs, long... times) {
    FeedSchema schema = new FeedSchema(List.of("click"), List.of("click"), List.of("home"));
    Catalogue one =
        Catalogue.of(List.of(new CatalogueItem(7, "seven", "", FeedLog.NO_TIME, new float[0])));
    FeedLogBuilder builder = new FeedLogBuilder(schema, one).user("ann");
    for (long time : times) {
      builder.action(0, 1, 0, time);
    }
    return new DemoUser(builder.build(), 0, pauseMs);
  }

  private static List<Long> times(DemoUser user) {
    return user.history().stream().map(Action::getTimeMs).toList();
  }

  @Test
  void history_timesOfThePast_areKept() {
    DemoUser user = user(HOUR_MS, 1_600_000_000_000L, 1_600_000_060_000L);
    assertThat(times(user)).containsExactly(1_600_000_000_000L, 1_600_000_060_000L);
    assertThat(user.visitMs()).isEqualTo(1_600_000_060_000L + HOUR_MS);
  }

  /** A server refuses actions without a time and actions of the future. */
  @Test
  void history_noTimes_isOfTheLastMinutes() {
    DemoUser user = user(0, FeedLog.NO_TIME, FeedLog.NO_TIME);
    long last = user.visitMs() - 60_000;
    assertThat(user.visitMs()).isBetween(1L, System.currentTimeMillis());
    assertThat(times(user)).containsExactly(last - 60_000, last);
  }

  @Test
  void history_timesAhead_areMovedByWholeDays() {
    long now = System.currentTimeMillis();
    long[] ahead = {now + HOUR_MS, now + 3 * HOUR_MS, now + 30 * HOUR_MS};
    DemoUser user = user(5 * HOUR_MS, ahead);
    List<Long> days =
        LongStream.range(0, ahead.length)
            .mapToObj(a -> ahead[(int) a] - times(user).get((int) a))
            .toList();
    assertThat(days).containsOnly(2 * 24 * HOUR_MS);
    assertThat(user.visitMs()).isBetween(times(user).get(2), now);
  }
}
