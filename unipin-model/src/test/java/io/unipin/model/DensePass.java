package io.unipin.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.files.ModelFiles;
import io.unipin.model.files.Program;
import java.nio.file.Path;
import java.util.List;

/** Runs the program's dense pass over histories and candidates. Serving must give equal results. */
final class DensePass implements AutoCloseable {
  private final ModelFiles files;
  private final TorchModule module;

  DensePass(Path folder) {
    files = ModelFiles.read(folder);
    module =
        TorchModule.load(
            Program.Use.TRAINING, files.config(), files.weights(), EngineOptions.cpu());
  }

  /**
   * Result for one padded batch.
   *
   * @param states (B, n + 1, d) states of all rows of the histories
   * @param candidates (B, k, C) probabilities of the candidates' actions
   * @param history (B, n + 1, C) probabilities of the history's own actions
   */
  public record Result(float[] states, float[] candidates, float[] history) {}

  /**
   * Runs histories that all have the same number of candidates. If {@code maskedToken} is negative,
   * no token is masked.
   */
  Result run(
      List<TokenSequence> histories, int[][] candidates, RequestContext context, int maskedToken) {
    return run(histories, candidates, new int[candidates[0].length], context, maskedToken);
  }

  /** Runs the pass with candidates at the given positions (k) on their page. */
  Result run(
      List<TokenSequence> histories,
      int[][] candidates,
      int[] places,
      RequestContext context,
      int maskedToken) {
    ModelConfig config = files.config();
    int b = histories.size();
    int n = histories.stream().mapToInt(TokenSequence::size).max().orElse(0);
    int k = candidates[0].length;
    int c = config.actions().size();
    long[] items = new long[b * n];
    float[] actions = new float[b * n * c];
    float[] masked = new float[b * n];
    long[] surfaces = new long[b * n];
    long[] gaps = new long[b * n];
    long[] slate = new long[b * k];
    long[] slateSurfaces = new long[b * k];
    long[] slateGaps = new long[b * k];
    long[] positions = new long[b * k];
    long[] cuts = new long[b * k];
    for (int i = 0; i < b; i++) {
      TokenSequence tokens = histories.get(i);
      for (int t = 0; t < tokens.size(); t++) {
        int cell = i * n + t;
        items[cell] = tokens.items()[t];
        surfaces[cell] = tokens.surfaces()[t];
        gaps[cell] = tokens.gaps()[t];
        masked[cell] = t == maskedToken ? 1 : 0;
        for (int a = 0; a < c; a++) {
          actions[cell * c + a] = (int) (tokens.actions()[t] >>> a) & 1;
        }
      }
      for (int j = 0; j < k; j++) {
        slate[i * k + j] = candidates[i][j];
        slateSurfaces[i * k + j] = context.surface();
        slateGaps[i * k + j] = context.gap();
        positions[i * k + j] = places[j];
        cuts[i * k + j] = 1L + tokens.size();
      }
    }
    try (PtNDManager scope = module.newManager()) {
      NDArray table = scope.create(files.items().toArray(), new Shape(files.items().shape()));
      NDArray paths = scope.create(files.paths().toArray(), new Shape(files.paths().shape()));
      NDList inputs =
          new NDList(
              table,
              paths,
              scope.create(items, new Shape(b, n)),
              scope.create(actions, new Shape(b, n, c)),
              scope.create(masked, new Shape(b, n, 1)),
              scope.create(surfaces, new Shape(b, n)),
              scope.create(gaps, new Shape(b, n)),
              scope.create(slate, new Shape(b, k)),
              scope.create(slateSurfaces, new Shape(b, k)),
              scope.create(slateGaps, new Shape(b, k)),
              scope.create(positions, new Shape(b, k)),
              scope.create(cuts, new Shape(b, k)));
      IValue[] arguments =
          inputs.stream().map(a -> IValue.from((PtNDArray) a)).toArray(IValue[]::new);
      try (IValue result = module.run("dense_scores", arguments)) {
        NDList outputs = result.toNDList(scope);
        return new Result(
            outputs.get(0).toFloatArray(),
            outputs.get(1).toFloatArray(),
            outputs.get(2).toFloatArray());
      }
    }
  }

  @Override
  public void close() {
    module.close();
  }
}
