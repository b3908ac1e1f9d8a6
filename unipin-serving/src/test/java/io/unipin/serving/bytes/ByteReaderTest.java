package io.unipin.serving.bytes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteReaderTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 1, -1, 127, 128, -129, 1L << 32, Long.MAX_VALUE, Long.MIN_VALUE})
  void numbers_written_areReadBack(long value) {
    byte[] bytes =
        new ByteWriter(8)
            .int8((int) value)
            .int32((int) value)
            .int64(value)
            .varint(value)
            .zigzag(value)
            .toByteArray();
    ByteReader reader = ByteReader.of(bytes);
    assertThat(reader.int8()).isEqualTo((byte) value);
    assertThat(reader.int32()).isEqualTo((int) value);
    assertThat(reader.int64()).isEqualTo(value);
    assertThat(reader.varint()).isEqualTo(value);
    assertThat(reader.zigzag()).isEqualTo(value);
    reader.end();
  }

  @Test
  void varint_withoutEnd_isRefused() {
    byte[] endless = new byte[20];
    Arrays.fill(endless, (byte) -1);
    assertThatThrownBy(() -> ByteReader.of(endless).varint())
        .isInstanceOf(MalformedBytesException.class)
        .hasMessageContaining("at most 64 bits expected");
  }

  @Test
  void count_ofMoreThanTheBytesHold_isRefused() {
    byte[] bytes = new ByteWriter(8).varint(3).bytes(new byte[5]).toByteArray();
    assertThat(ByteReader.of(bytes).count(1)).isEqualTo(3);
    assertThatThrownBy(() -> ByteReader.of(bytes).count(2))
        .isInstanceOf(MalformedBytesException.class)
        .hasMessage("at most 2 parts expected in 5 bytes, got 3");
    byte[] negative = new ByteWriter(8).int32(-1).toByteArray();
    assertThatThrownBy(() -> ByteReader.of(negative).count32(1))
        .isInstanceOf(MalformedBytesException.class);
  }

  @Test
  void cut_anywhere_isRefused() {
    byte[] bytes = new ByteWriter(8).int32(1).int64(2).varint(300).toByteArray();
    for (int length = 0; length < bytes.length; length++) {
      ByteReader reader = ByteReader.of(bytes, length);
      assertThatThrownBy(
              () -> {
                reader.int32();
                reader.int64();
                reader.varint();
              })
          .isInstanceOf(MalformedBytesException.class);
    }
  }

  @Test
  void end_beforeTheEnd_isRefused() {
    assertThatThrownBy(() -> ByteReader.of(new byte[2]).end())
        .hasMessage("the end expected, got 2 more bytes");
  }
}
