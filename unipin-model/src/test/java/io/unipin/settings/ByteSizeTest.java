package io.unipin.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ByteSizeTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0",
    "4096, 4096, 4KiB",
    "4097B, 4097, 4097",
    "' 64 KiB ', 65536, 64KiB",
    "1024KiB, 1048576, 1MiB",
    "512MiB, 536870912, 512MiB",
    "2GiB, 2147483648, 2GiB",
    "3072MiB, 3221225472, 3GiB",
    "8589934591GiB, 9223372035781033984, 8589934591GiB",
  })
  void parse_anyUnit_givesTheBytesAndTheShortestText(String text, long bytes, String shortest) {
    ByteSize size = ByteSize.parse(text);
    assertThat(size.bytes()).isEqualTo(bytes);
    assertThat(size).hasToString(shortest);
    assertThat(ByteSize.parse(size.toString())).isEqualTo(size);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "MiB", "512MB", "512mib", "-1", "1.5GiB", "1234567890123456"})
  void parse_noSize_isRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ByteSize.parse(text))
        .withMessage("a size such as 512MiB expected, got '" + text + "'");
  }

  @Test
  void size_outsideOfItsRange_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ByteSize.parse("8589934592GiB"))
        .withMessage("a size below 8589934592GiB expected, got '8589934592GiB'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ByteSize(-1))
        .withMessage("a size of 0 or more expected, got -1");
    assertThat(new ByteSize(0).bytes()).isZero();
  }
}
