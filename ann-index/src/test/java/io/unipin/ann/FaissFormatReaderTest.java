package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class FaissFormatReaderTest {
  private final ByteBuffer out = ByteBuffer.allocate(256).order(ByteOrder.LITTLE_ENDIAN);

  private FaissFormatReader reader() {
    return new FaissFormatReader(
        new ByteArrayInputStream(out.array(), 0, out.position()), out.position());
  }

  private static void assertRefused(ThrowingCallable read, String message) {
    assertThatThrownBy(read)
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void read_everyKind_isLittleEndianAndCountsDown() {
    out.put((byte) 'I').put((byte) 'x').put((byte) 'F').put((byte) 0xE9);
    out.putInt(-7).putLong(1L << 40).put((byte) 1).put((byte) 0);
    out.putLong(2).putLong(5).putLong(6);
    out.putLong(3).putInt(1).putInt(2).putInt(-3);
    out.putLong(9);
    FaissFormatReader in = reader();
    assertThat(in.remaining()).isEqualTo(out.position());
    assertThat(in.tag()).isEqualTo("IxF\u00e9");
    assertThat(in.int32()).isEqualTo(-7);
    assertThat(in.int64()).isEqualTo(1L << 40);
    assertThat(in.flag("mark")).isTrue();
    assertThat(in.flag("mark")).isFalse();
    assertThat(in.longs("ids")).containsExactly(5, 6);
    assertThat(in.ints("links")).containsExactly(1, 2, -3);
    assertThat(in.remaining()).isEqualTo(Long.BYTES);
    long[] filled = new long[1];
    in.fill(filled);
    assertThat(filled).containsExactly(9);
    assertThat(in.remaining()).isZero();
    assertRefused(in::int32, "more bytes of the index expected, got its end");
    assertRefused(() -> in.skip(1), "got its end");
    in.skip(0);
  }

  @Test
  void table_ofItsLength_isPassedOver() {
    out.putLong(2).putFloat(1).putFloat(2).putLong(1).putFloat(3).put((byte) 1);
    FaissFormatReader in = reader();
    in.table("ranges", Float.BYTES, 2);
    in.table("means", Float.BYTES);
    assertThat(in.flag("mark")).isTrue();
    assertRefused(
        () -> reader().table("ranges", Float.BYTES, 3), "length of ranges 3 expected, got 2");
  }

  @Test
  void length_thatTheBytesLeftCannotHold_isRefused() {
    out.putLong(2).putInt(1).putInt(2);
    assertThat(reader().length("links", Integer.BYTES)).isEqualTo(2);
    out.clear().putLong(3).putInt(1).putInt(2);
    assertRefused(
        () -> reader().length("links", Integer.BYTES), "length of links of 0 to 2 expected, got 3");
    out.clear().putLong(-1);
    assertRefused(() -> reader().longs("ids"), "length of ids of 0 to 0 expected, got -1");
  }

  @Test
  void within_itsBounds_isTaken() {
    FaissFormatReader in = reader();
    assertThat(in.within("parts", 1, 1, 3)).isEqualTo(1);
    assertThat(in.within("parts", 3, 1, 3)).isEqualTo(3);
    assertRefused(() -> in.within("parts", 0, 1, 3), "parts of 1 to 3 expected, got 0");
    assertRefused(() -> in.within("parts", 4, 1, 3), "got 4");
    in.equal("bytes", 4, 4);
    assertRefused(() -> in.equal("bytes", 4, 5), "bytes 4 expected, got 5");
  }

  @Test
  void flag_otherThan0And1_isRefused() {
    out.put((byte) 2);
    assertRefused(() -> reader().flag("mark of rotation"), "mark of rotation of 0 to 1 expected");
  }

  @Test
  void read_streamShorterThanItSays_isRefused() {
    FaissFormatReader in = new FaissFormatReader(new ByteArrayInputStream(new byte[3]), 100);
    assertRefused(in::int32, "got its end");
    FaissFormatReader skips = new FaissFormatReader(new ByteArrayInputStream(new byte[3]), 100);
    assertRefused(() -> skips.skip(4), "got its end");
  }
}
