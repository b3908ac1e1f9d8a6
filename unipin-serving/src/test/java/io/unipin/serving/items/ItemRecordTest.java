package io.unipin.serving.items;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.bytes.MalformedBytesException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ItemRecordTest {
  private static final PutItem ITEM =
      new PutItem(42, "title", "all", "me", 1_700_000_000_000L, new float[] {1, -0.5f}, 5)
          .keyed("sku");

  /** A put in format 1, which every later version must be able to read. */
  private static final String PUT =
      "0101"
          + "23" // three bytes: version, kind, and length of the item
          + "02"
          + "00"
          + "80a0abfef962"
          + "0a" // four numbers in four lines: version, revision, time of creation, expiry
          + "05"
          + "7469746c65"
          + "03"
          + "616c6c"
          + "02"
          + "6d65"
          + "03"
          + "736b75"
          + "02"
          + "3f800000"
          + "bf000000";

  private static final String DELETE = "0102";
  private static final String UPSERT = "0103" + "03" + "6f6e65" + "01" + "3e800000";

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  @Test
  void decode_bytesOfVersionOne_givesTheirChanges() {
    ItemRecord put = ItemRecord.decode(42, bytes(PUT));
    assertThat(put.kind()).isEqualTo(ItemRecord.Kind.PUT);
    PutItem item = Objects.requireNonNull(put.item());
    assertThat(item).usingRecursiveComparison().isEqualTo(ITEM);
    assertThat(ItemRecord.decode(42, bytes(DELETE))).isEqualTo(ItemRecord.delete(42));
    assertThat(ItemRecord.decode(42, bytes(UPSERT)))
        .isEqualTo(ItemRecord.upsert(new ItemWriter.Upsert(42, List.of(0.25f)), "one"));
  }

  @Test
  void encode_givesTheBytesOfVersionOne() {
    assertThat(ItemRecord.put(ITEM).encode()).asHexString().isEqualToIgnoringCase(PUT);
    assertThat(ItemRecord.delete(42).encode()).isEqualTo(bytes(DELETE));
    assertThat(ItemRecord.upsert(new ItemWriter.Upsert(42, List.of(0.25f)), "one").encode())
        .isEqualTo(bytes(UPSERT));
  }

  @Test
  void decode_laterVersionOrDamage_isRefused() {
    assertThatThrownBy(() -> ItemRecord.decode(42, bytes("0202")))
        .isInstanceOf(MalformedBytesException.class)
        .hasMessage("an item's change of version 1 expected, got 2");
    assertThatThrownBy(() -> ItemRecord.decode(42, bytes("0104")))
        .isInstanceOf(MalformedBytesException.class);
    byte[] whole = bytes(PUT);
    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> ItemRecord.decode(42, cut))
          .isInstanceOf(MalformedBytesException.class);
    }
  }
}
