package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ExpiriesTest {
  @Test
  void changes_equalThoseOfAMap() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      Expiries expiries = new Expiries();
      Map<Long, Long> map = new HashMap<>();
      long now = 0;
      for (int step = 0; step < 2000; step++) {
        long id = random.nextInt(100);
        if (random.nextInt(3) > 0) {
          long time = now + random.nextInt(50);
          expiries.set(id, time);
          map.put(id, time);
        } else {
          expiries.remove(id);
          map.remove(id);
        }
        long until = now + random.nextInt(20);
        assertThat(expiries.due(until))
            .as("seed %s, step %s", seed, step)
            .containsExactlyInAnyOrder(
                map.entrySet().stream()
                    .filter(entry -> entry.getValue() <= until)
                    .mapToLong(Map.Entry::getKey)
                    .toArray());
        if (step % 10 == 9) {
          now += 10;
          long passed = now;
          for (long due : expiries.due(passed)) {
            expiries.remove(due);
          }
          map.values().removeIf(time -> time <= passed);
        }
      }
    }
  }

  @Test
  void time_setBackAndForth_isDueOnce() {
    Expiries expiries = new Expiries();
    for (int i = 0; i < 100; i++) {
      expiries.set(1, 5);
      expiries.set(1, 7);
    }
    expiries.set(1, 5);
    assertThat(expiries.due(4)).isEmpty();
    assertThat(expiries.due(6)).containsExactly(1);
    assertThat(expiries.due(6)).as("it stays until it is removed").containsExactly(1);
    expiries.remove(1);
    assertThat(expiries.due(Long.MAX_VALUE)).isEmpty();
  }
}
