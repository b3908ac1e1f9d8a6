package io.unipin.kvcache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UseSketchTest {
  private static final int NEVER = Integer.MAX_VALUE;

  private final UseSketch sketch = new UseSketch();

  @Test
  void uses_ofAKeyThatWent_areThoseItWentWith() {
    assertThat(sketch.uses("a")).isZero();
    sketch.set("a", 5, NEVER);
    assertThat(sketch.uses("a")).isEqualTo(5);
    sketch.set("a", 3, NEVER);
    assertThat(sketch.uses("a")).as("the most of both").isEqualTo(5);
    sketch.set("a", 1000, NEVER);
    assertThat(sketch.uses("a")).as("what a byte holds").isEqualTo(127);
  }

  @Test
  void set_asManyKeysAsAreToPass_halvesAllCountsOnce() {
    sketch.set("a", 10, 3);
    sketch.set("b", 7, 3);
    assertThat(sketch.uses("a")).isEqualTo(10);
    sketch.set("c", 100, 3);
    assertThat(sketch.uses("a")).isEqualTo(5);
    assertThat(sketch.uses("b")).isEqualTo(3);
    assertThat(sketch.uses("c")).isEqualTo(50);
    sketch.set("c", 1, 3);
    sketch.set("d", 1, 3);
    assertThat(sketch.uses("a")).as("the count begins anew").isEqualTo(5);
    sketch.set("e", 1, 3);
    assertThat(sketch.uses("a")).isEqualTo(2);
  }

  /**
   * The sketch counts a key in two slots, and other keys rarely share both. Therefore only a few
   * counts are too high, and none is too low.
   */
  @Test
  void uses_ofManyKeys_areRarelyThoseOfOthers() {
    int keys = 20_000;
    for (int i = 0; i < keys; i++) {
      sketch.set("key-" + i, i % 100, NEVER);
    }
    int tooHigh = 0;
    for (int i = 0; i < keys; i++) {
      int uses = sketch.uses("key-" + i);
      assertThat(uses).isGreaterThanOrEqualTo(i % 100);
      tooHigh += uses > i % 100 ? 1 : 0;
    }
    assertThat(tooHigh).isLessThan(keys / 100);
    int unknown = 0;
    for (int i = 0; i < keys; i++) {
      unknown += sketch.uses("other-" + i) > 0 ? 1 : 0;
    }
    assertThat(unknown).isLessThan(keys / 50);
  }
}
