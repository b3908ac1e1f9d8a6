package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Tests searches over item vectors with user vectors as queries. The vectors come from a sequential
 * recommender that was trained on Amazon Beauty. One test uses simulated vectors of the same shape
 * instead.
 */
@Tag("long")
class RecommendationVectorsTest {
  private static final int DIMENSION = 64;
  private static final int ITEMS = 12_101;
  private static final int USERS = 300;
  private static final int TRUE_NEIGHBOURS = 20;

  private static Optional<Path> vectors(String name) {
    Path root = Path.of(System.getProperty("unipin.root", "."));
    Path data =
        Optional.ofNullable(System.getenv("UNIPIN_DATA"))
            .map(Path::of)
            .orElse(root.resolve("../shared/data"));
    return Optional.of(data.resolve("vectors").resolve(name)).filter(Files::exists);
  }

  /**
   * Returns the four-byte cells of the first rows of an fvecs or ivecs file, without the number of
   * values that precedes each row.
   */
  private static ByteBuffer cells(Path file, int rows, int dimension) throws IOException {
    ByteBuffer all = ByteBuffer.allocate(rows * dimension * 4).order(ByteOrder.LITTLE_ENDIAN);
    try (InputStream raw = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(new GZIPInputStream(raw, 1 << 16))) {
      byte[] row = new byte[4 + dimension * 4];
      for (int i = 0; i < rows; i++) {
        in.readFully(row);
        assertThat(ByteBuffer.wrap(row).order(ByteOrder.LITTLE_ENDIAN).getInt())
            .isEqualTo(dimension);
        all.put(row, 4, dimension * 4);
      }
    }
    return all.flip();
  }

  private static float[] floats(ByteBuffer cells) {
    float[] values = new float[cells.remaining() / 4];
    cells.asFloatBuffer().get(values);
    return values;
  }

  @Test
  void search_realVectors_agreesWithTheirGroundTruth() throws IOException {
    Optional<Path> items = vectors("iclrec-beauty.items.fvecs.gz");
    Optional<Path> users = vectors("iclrec-beauty.users.fvecs.gz");
    Optional<Path> truth = vectors("iclrec-beauty.gt-ip20.ivecs.gz");
    assumeThat(List.of(items, users, truth))
        .as("real vectors of iclrec-beauty (set UNIPIN_DATA)")
        .allMatch(Optional::isPresent);
    float[] vectors = floats(cells(items.orElseThrow(), ITEMS, DIMENSION));
    float[] queries = floats(cells(users.orElseThrow(), USERS, DIMENSION));
    ByteBuffer neighbours = cells(truth.orElseThrow(), USERS, TRUE_NEIGHBOURS);
    AnnResult expected =
        ExactIndex.of(vectors, DIMENSION, ids())
            .search(queries, USERS, AnnSearch.top(TRUE_NEIGHBOURS));
    long[] known =
        IntStream.range(0, USERS * TRUE_NEIGHBOURS)
            .mapToLong(i -> neighbours.getInt(i * 4))
            .toArray();
    AnnResult published = new AnnResult(USERS, TRUE_NEIGHBOURS, known, expected.scores());
    assertThat(TestVectors.recall(published, expected)).isGreaterThan(0.9999);

    // Vectors of unequal Euclidean length are harder for a graph, because most links lead to the
    // longest vectors.
    assertIndexesFindThem(vectors, queries, 0.92);
  }

  @Test
  void search_simulatedVectors_agreesWithExact() {
    assertIndexesFindThem(
        TestVectors.clustered(ITEMS, DIMENSION, 300, 6),
        TestVectors.clustered(USERS, DIMENSION, 300, 7),
        0.97);
  }

  private static void assertIndexesFindThem(float[] vectors, float[] queries, double graphBound) {
    ExactIndex exact = ExactIndex.of(vectors, DIMENSION, ids());
    long[] seen = exact.search(queries, USERS, AnnSearch.top(1)).ids();
    assertThat(Arrays.stream(seen).distinct().count()).isGreaterThan(10);
    List<ItemFilter> filters = List.of(ItemFilter.NONE, ItemFilter.excluding(seen));
    assertRecall(exact, "Flat", 0, vectors, queries, filters, 0.999);
    assertRecall(exact, "HNSW32", 128, vectors, queries, filters, graphBound);
    assertRecall(exact, "IVF64,Flat", 24, vectors, queries, filters, 0.95);
  }

  private static void assertRecall(
      ExactIndex exact,
      String factory,
      int breadth,
      float[] vectors,
      float[] queries,
      List<ItemFilter> filters,
      double bound) {
    try (FaissIndex index =
        FaissIndex.build(factory, vectors, DIMENSION, ids(), FaissBuild.DEFAULT)) {
      for (ItemFilter filter : filters) {
        AnnSearch search = new AnnSearch(10, breadth, filter);
        double recall =
            TestVectors.recall(
                exact.search(queries, USERS, search), index.search(queries, USERS, search));
        assertThat(recall).as(factory).isGreaterThan(bound);
      }
    }
  }

  private static long[] ids() {
    return LongStream.range(0, ITEMS).toArray();
  }
}
