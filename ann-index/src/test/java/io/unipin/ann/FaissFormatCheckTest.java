package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Tests which bytes of an index are checked before FAISS reads them.
 *
 * <p>For the file of every kind of index, {@code refused.csv} lists two sets of positions in the
 * payload. The check must refuse the payload if a byte of the first set is increased by one. The
 * check must also refuse the payload if the highest bit of a byte of the second set is flipped. All
 * other bytes belong to numbers that may have any value, such as components and links.
 */
class FaissFormatCheckTest {
  private static final int DIMENSION = 4;
  private static final int SIZE = 40;

  private static byte[] payload(String name) throws IOException, URISyntaxException {
    Path file =
        Path.of(
            Objects.requireNonNull(
                    FaissFormatCheckTest.class.getResource("format-1/" + name + ".faiss"))
                .toURI());
    return IndexFile.read(file).payload().readAllBytes();
  }

  private static void check(byte[] payload) {
    FaissFormatCheck.run(
        new FaissFormatReader(new ByteArrayInputStream(payload), payload.length), DIMENSION, SIZE);
  }

  private static boolean isRefused(byte[] payload) {
    try {
      check(payload);
      return false;
    } catch (IllegalArgumentException e) {
      assertThat(e).hasMessageContaining("expected");
      return true;
    }
  }

  /** Returns, as ranges, the positions of the bytes whose change the check refuses. */
  private static String refused(byte[] good, boolean flips) {
    List<String> ranges = new ArrayList<>();
    int first = -1;
    for (int place = 0; place <= good.length; place++) {
      boolean is = false;
      if (place < good.length) {
        byte[] bad = good.clone();
        bad[place] = (byte) (flips ? bad[place] ^ 0x80 : bad[place] + 1);
        is = isRefused(bad);
      }
      if (is && first < 0) {
        first = place;
      } else if (!is && first >= 0) {
        ranges.add(first == place - 1 ? "" + first : first + "-" + (place - 1));
        first = -1;
      }
    }
    return String.join(" ", ranges);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "format-1/refused.csv", delimiter = '|', maxCharsPerColumn = 16384)
  void run_oneByteChanged_isRefusedWhereItSaysHowMuchFollows(
      String name, String more, String flipped) throws Exception {
    byte[] good = payload(name);
    check(good);
    assertThat(refused(good, false)).as("one more").isEqualTo(more);
    assertThat(refused(good, true)).as("the highest bit flipped").isEqualTo(flipped);
  }

  @ParameterizedTest
  @CsvFileSource(resources = "format-1/expected.csv", delimiter = '|')
  void run_cutShortOrLonger_isRefused(String kind, String name) throws Exception {
    byte[] good = payload(name);
    for (int length = 0; length < good.length; length++) {
      assertThat(isRefused(Arrays.copyOf(good, length)))
          .as("%s bytes of %s", length, kind)
          .isTrue();
    }
    byte[] longer = Arrays.copyOf(good, good.length + 1);
    assertThatThrownBy(() -> check(longer)).hasMessage("bytes behind the index 0 expected, got 1");
  }
}
