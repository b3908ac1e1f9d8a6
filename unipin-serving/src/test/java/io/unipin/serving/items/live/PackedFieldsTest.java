package io.unipin.serving.items.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PackedFieldsTest {
  @Test
  void texts_ofAnyLength_comeBack() {
    List<String> texts =
        List.of("", "x", "Größe 🎬", "a".repeat(127), "ä".repeat(64), "b".repeat(20_000));
    for (String first : texts) {
      for (String last : texts) {
        byte[] packed = PackedFields.of(1_700_000_000_000L, 0, first, "", last);
        assertThat(PackedFields.text(packed, 0)).isEqualTo(first);
        assertThat(PackedFields.text(packed, 1)).isEmpty();
        assertThat(PackedFields.text(packed, 2)).isEqualTo(last);
      }
    }
  }

  @Test
  void times_anyTimes_comeBack() {
    List<Long> times = List.of(0L, FeedLog.NO_TIME, 1L, 1_700_000_000_000L, Long.MAX_VALUE);
    for (long created : times) {
      for (long expires : List.of(0L, 1L, 1_800_000_000_000L, Long.MAX_VALUE)) {
        byte[] packed = PackedFields.of(created, expires, "item 7");
        assertThat(PackedFields.createdMs(packed)).isEqualTo(created);
        assertThat(PackedFields.expiresMs(packed)).isEqualTo(expires);
        assertThat(PackedFields.text(packed, 0)).isEqualTo("item 7");
      }
    }
  }

  @Test
  void packed_unknownTimesAndTexts_takeOneByteMoreEach() {
    assertThat(PackedFields.of(FeedLog.NO_TIME, 0, "item 7", "", "")).hasSize(2 + 6 + 3);
  }
}
