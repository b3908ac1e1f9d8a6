package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Tests that items without a finite vector are left out. */
final class EmbeddedTest {
  private static StoredItem item(long id) {
    return new StoredItem(id, new PutItem(id, "", "", "", 0, new float[] {1}, 0));
  }

  @Test
  void finite_rowsWithNanOrInfinity_areLeftOut() {
    List<StoredItem> items = List.of(item(0), item(1), item(2), item(3));
    float[] rows = {1, 2, Float.NaN, 3, 4, 5, 6, Float.NEGATIVE_INFINITY};
    Embedded embedded = Embedded.finite(items, rows);
    assertThat(embedded.items()).containsExactly(items.get(0), items.get(2));
    assertThat(embedded.rows()).containsExactly(1, 2, 4, 5);
  }

  @Test
  void finite_allFinite_keepsAll() {
    List<StoredItem> items = List.of(item(0), item(1));
    assertThat(Embedded.finite(items, new float[] {1, 2}).items()).isEqualTo(items);
  }

  @Test
  void finite_noneFinite_isEmpty() {
    Embedded embedded = Embedded.finite(List.of(item(0)), new float[] {Float.NaN, 1, 1});
    assertThat(embedded.items()).isEmpty();
    assertThat(embedded.rows()).isEmpty();
  }
}
