package io.unipin.benchmarks.ann;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.lucene.codecs.hnsw.DefaultFlatVectorScorer;
import org.apache.lucene.index.VectorSimilarityFunction;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.util.hnsw.HnswGraphBuilder;
import org.apache.lucene.util.hnsw.HnswGraphSearcher;
import org.apache.lucene.util.hnsw.OnHeapHnswGraph;
import org.apache.lucene.util.hnsw.RandomAccessVectorValues;

/**
 * A side that searches with Lucene's HNSW in plain Java. Graph and vectors are on the heap, without
 * segments and codecs.
 */
final class AnnLuceneSide implements AnnSide {
  private static final int LINKS = 32;
  private static final int BUILD_BREADTH = 100;
  private static final VectorSimilarityFunction SIMILARITY = VectorSimilarityFunction.DOT_PRODUCT;

  private final RandomAccessVectorValues.Floats vectors;
  private final OnHeapHnswGraph graph;
  private final long[] ids;

  AnnLuceneSide(AnnData data) {
    List<float[]> rows = new ArrayList<>();
    for (int row = 0; row < data.size(); row++) {
      rows.add(
          Arrays.copyOfRange(data.vectors(), row * data.dimension(), (row + 1) * data.dimension()));
    }
    vectors = RandomAccessVectorValues.fromFloats(rows, data.dimension());
    ids = data.ids();
    try {
      graph =
          HnswGraphBuilder.create(
                  DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorerSupplier(
                      SIMILARITY, vectors),
                  LINKS,
                  BUILD_BREADTH,
                  1)
              .build(data.size());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public long[] search(float[] query, int k, int breadth) {
    try {
      ScoreDoc[] found =
          HnswGraphSearcher.search(
                  DefaultFlatVectorScorer.INSTANCE.getRandomVectorScorer(
                      SIMILARITY, vectors, query),
                  breadth,
                  graph,
                  null,
                  Integer.MAX_VALUE)
              .topDocs()
              .scoreDocs;
      return Arrays.stream(found, 0, Math.min(k, found.length))
          .mapToLong(hit -> ids[hit.doc])
          .toArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    // There is nothing to close, because everything is on the heap.
  }
}
