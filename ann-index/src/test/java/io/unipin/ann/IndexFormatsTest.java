package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;

/**
 * Tests that files of an earlier format still load. {@code format-1} holds a file of every kind of
 * index. It also holds the results that a search of each file had when the file was written.
 */
class IndexFormatsTest {
  private static final float[] QUERY = {-0.16080733f, 0.57128984f, 0.80132264f, -0.07517225f};
  private static final int SIZE = 40;
  private static final int FOUND = 5;
  private static final int BREADTH = 4;
  private static final float TOLERANCE = 1e-5f;

  @ParameterizedTest
  @CsvFileSource(resources = "format-1/expected.csv", delimiter = '|')
  void load_fileOfFormat1_findsWhatItDidWhereItWasWritten(
      String kind, String name, String ids, String scores) throws URISyntaxException {
    Path file =
        Path.of(
            Objects.requireNonNull(getClass().getResource("format-1/" + name + ".faiss")).toURI());
    try (FaissIndex index = FaissIndex.load(file)) {
      assertThat(index.description()).isEqualTo(kind);
      assertThat(index.dimension()).isEqualTo(QUERY.length);
      assertThat(index.size()).isEqualTo(SIZE);
      AnnResult found =
          index.search(QUERY, 1, new AnnSearch(FOUND, BREADTH, ItemFilter.excluding()));
      String[] expected = scores.split(" ", -1);
      for (int rank = 0; rank < FOUND; rank++) {
        assertThat(found.scores()[rank])
            .as("score %s", rank)
            .isCloseTo(Float.parseFloat(expected[rank]), within(TOLERANCE));
      }
      long[] wanted = Arrays.stream(ids.split(" ", -1)).mapToLong(Long::parseLong).toArray();
      if (kind.startsWith("PQ")) {
        assertThat(found.ids()[0]).as("the others share their code").isEqualTo(wanted[0]);
      } else {
        assertThat(found.ids()).isEqualTo(wanted);
      }
    }
  }
}
