package io.unipin.benchmarks.ann;

import io.unipin.ann.AnnIndex;
import io.unipin.ann.AnnSearch;
import io.unipin.ann.ExactIndex;
import io.unipin.ann.FaissBuild;
import io.unipin.ann.FaissIndex;
import io.unipin.ann.ItemFilter;
import io.unipin.cli.bundle.VectorFile;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.zip.GZIPInputStream;

/**
 * Measures how much quality a recommender loses if an index replaces exact search. The vectors of
 * items and users come from ICLRec, trained on Amazon Beauty. As in the evaluation of ICLRec, each
 * user's last item is held out, and all items that the user has not seen before are ranked.
 */
final class AnnReal {
  private static final int K = 10;
  private static final String[] KINDS = {
    "HNSW32", "HNSW32,SQ8", "IVF256,Flat", "IVF256,SQ8", "SQ8"
  };

  private final VectorFile items;
  private final VectorFile users;
  private final long[][] seen;
  private final long[] target;

  private AnnReal(VectorFile items, VectorFile users, long[][] seen, long[] target) {
    this.items = items;
    this.users = users;
    this.seen = seen;
    this.target = target;
  }

  /** Returns whether a folder contains the data. */
  static boolean isIn(Path data) {
    return Files.isRegularFile(data.resolve("vectors/iclrec-beauty.items.fvecs.gz"))
        && Files.isRegularFile(data.resolve("amazon-beauty/sequences.tsv.gz"));
  }

  static AnnReal read(Path data) throws IOException {
    VectorFile items = VectorFile.read(data.resolve("vectors/iclrec-beauty.items.fvecs.gz"));
    VectorFile users = VectorFile.read(data.resolve("vectors/iclrec-beauty.users.fvecs.gz"));
    long[][] seen = new long[users.size()][];
    long[] target = new long[users.size()];
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(
                    Files.newInputStream(data.resolve("amazon-beauty/sequences.tsv.gz"))),
                StandardCharsets.UTF_8))) {
      lines.readLine();
      for (int user = 0; user < seen.length; user++) {
        String[] columns = String.valueOf(lines.readLine()).split("\t", -1);
        long[] sequence =
            Arrays.stream(columns[1].split(" ", -1))
                .mapToLong(id -> Long.parseLong(id) - 1)
                .toArray();
        seen[user] = Arrays.copyOf(sequence, sequence.length - 1);
        target[user] = sequence[sequence.length - 1];
      }
    }
    return new AnnReal(items, users, seen, target);
  }

  /**
   * Returns, for each index, HR@10 and NDCG@10, their loss against exact search, the recall and the
   * queries per second.
   */
  Map<String, Object> figures() {
    long[] ids = LongStream.range(0, items.size()).toArray();
    Map<String, Object> figures = new LinkedHashMap<>();
    try (ExactIndex exact = ExactIndex.of(items.rows(), items.dimension(), ids)) {
      long[][] truth = new long[users.size()][];
      Quality best = measure(exact, 0, truth, truth);
      figures.put("exact", best.toJson(best));
      for (String kind : KINDS) {
        try (FaissIndex index =
            FaissIndex.build(kind, items.rows(), items.dimension(), ids, FaissBuild.DEFAULT)) {
          int breadth = kind.startsWith("HNSW") ? 128 : 32;
          Quality one = measure(index, breadth, new long[users.size()][], truth);
          figures.put(kind, one.toJson(best));
        }
      }
    }
    return figures;
  }

  /** The quality of an index, and its speed in queries per second. */
  private record Quality(double hr10, double ndcg10, double recall10, double qps) {
    /** Returns the figures, together with the loss against {@code best}. */
    Map<String, Object> toJson(Quality best) {
      Map<String, Object> figures = new LinkedHashMap<>();
      figures.put("hr10", hr10);
      figures.put("ndcg10", ndcg10);
      figures.put("hr10_loss", best.hr10 - hr10);
      figures.put("ndcg10_loss", best.ndcg10 - ndcg10);
      figures.put("recall10", recall10);
      figures.put("qps", qps);
      return figures;
    }
  }

  private Quality measure(AnnIndex index, int breadth, long[][] found, long[][] truth) {
    double hits = 0;
    double gain = 0;
    int dimension = items.dimension();
    long begin = System.nanoTime();
    for (int user = 0; user < users.size(); user++) {
      float[] query = Arrays.copyOfRange(users.rows(), user * dimension, (user + 1) * dimension);
      AnnSearch search = new AnnSearch(K, breadth, ItemFilter.excluding(seen[user]));
      found[user] = index.search(query, 1, search).ids();
      for (int rank = 0; rank < K; rank++) {
        if (found[user][rank] == target[user]) {
          hits++;
          gain += Math.log(2) / Math.log(rank + 2.0);
        }
      }
    }
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Quality(
        hits / users.size(),
        gain / users.size(),
        AnnData.recall(truth, found),
        users.size() / seconds);
  }
}
