package io.unipin.model;

import io.unipin.model.features.AttentionWindow;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.RequestContext;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.files.ModelFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The model as loops over arrays of doubles. It needs no engine, no batches and no blocks of the
 * cache.
 *
 * <p>This class follows the formulas of the model, and tests compare {@link ServingModel} with it.
 * It shares neither the program's order of computation nor its shortcuts: every layer keeps all
 * rows, and the two halves of a head are not interleaved.
 */
final class PlainModel {
  private static final double NORM_EPSILON = 1e-5;
  private static final double LENGTH_EPSILON = 1e-12;
  private static final double ROTATION_BASE = 10_000;

  private final ModelFiles files;
  private final ModelConfig config;
  private final int width;
  private final int headDim;

  PlainModel(Path folder) {
    this.files = ModelFiles.read(folder);
    this.config = files.config();
    this.width = config.width();
    this.headDim = config.headDim();
  }

  /**
   * An encoded history.
   *
   * @param keys (layers, rows, kvHeads * headDim), after the rotation by position
   * @param values (layers, rows, kvHeads * headDim), value vectors of all heads
   * @param state (width) state of the last row
   */
  record Encoded(double[][][] keys, double[][][] values, double[] state) {
    int rows() {
      return keys[0].length;
    }
  }

  Encoded encode(TokenSequence tokens) {
    int rows = 1 + tokens.size();
    double[][] x = new double[rows][];
    x[0] = row("token_first", 0);
    for (int t = 1; t < rows; t++) {
      x[t] = token(tokens, t - 1);
    }
    double[][][] keys = new double[config.layers()][rows][];
    double[][][] values = new double[config.layers()][rows][];
    for (int l = 0; l < config.layers(); l++) {
      double[][] queries = new double[rows][];
      for (int t = 0; t < rows; t++) {
        double[] qkv = product("attention_in", l, norm(x[t], row("attention_norm", l)));
        queries[t] = rotated(part(qkv, 0, config.heads()), t);
        keys[l][t] = rotated(part(qkv, config.heads(), config.kvHeads()), t);
        values[l][t] = part(qkv, config.heads() + config.kvHeads(), config.kvHeads());
      }
      for (int t = 0; t < rows; t++) {
        double[][] seenKeys = seen(keys[l], l, t);
        x[t] =
            finish(x[t], attend(queries[t], seenKeys, seen(values[l], l, t), seenKeys.length), l);
      }
    }
    return new Encoded(keys, values, x[rows - 1]);
  }

  /**
   * Returns the rows of a layer to which row {@code t} of a history attends: all rows up to itself.
   * In a layer with windows only those that are global rows, or lie in its block or in the block
   * before.
   */
  private double[][] seen(double[][] rows, int layer, int t) {
    AttentionWindow window = config.window();
    List<double[]> seen = new ArrayList<>();
    for (int s = 0; s <= t; s++) {
      boolean near =
          layer >= window.layers() || t / (window.rows() / 2) - s / (window.rows() / 2) <= 1;
      if (near || s < window.globalRows()) {
        seen.add(rows[s]);
      }
    }
    return seen.toArray(double[][]::new);
  }

  private double[] token(TokenSequence tokens, int t) {
    double[] x = product("token_item", 0, item(tokens.items()[t]));
    for (int c = 0; c < config.actions().size(); c++) {
      if ((tokens.actions()[t] >>> c & 1) == 1) {
        add(x, row("token_action", c));
      }
    }
    add(x, row("token_surface", tokens.surfaces()[t]));
    return add(x, row("token_gap", tokens.gaps()[t]));
  }

  /**
   * Returns the probability of every action for every candidate. Candidate i is shown at
   * {@code positions[i]}.
   */
  double[][] score(Encoded history, int[] candidates, RequestContext context, int[] positions) {
    double[][] scores = new double[candidates.length][];
    for (int i = 0; i < candidates.length; i++) {
      scores[i] = score(history, candidates[i], context, positions[i]);
    }
    return scores;
  }

  private double[] score(Encoded history, int candidate, RequestContext context, int position) {
    double[] x = product("token_item", 0, item(candidate));
    add(x, row("token_mask", 0));
    add(x, row("token_surface", context.surface()));
    add(x, row("candidate_gap", context.gap()));
    add(x, row("candidate_position", position));
    int rows = history.rows();
    for (int l = 0; l < config.layers(); l++) {
      double[] qkv = product("attention_in", l, norm(x, row("attention_norm", l)));
      double[][] keys = Arrays.copyOf(history.keys[l], rows + 1);
      double[][] values = Arrays.copyOf(history.values[l], rows + 1);
      keys[rows] = rotated(part(qkv, config.heads(), config.kvHeads()), rows);
      values[rows] = part(qkv, config.heads() + config.kvHeads(), config.kvHeads());
      double[] query = rotated(part(qkv, 0, config.heads()), rows);
      x = finish(x, attend(query, keys, values, rows + 1), l);
    }
    double[] hidden = product("head_in", 0, norm(x, row("head_norm", 0)));
    gelu(hidden);
    double[] logits = add(product("head_out", 0, hidden), row("head_bias", 0));
    double[] probabilities = new double[logits.length];
    for (int c = 0; c < logits.length; c++) {
      double calibrated = logits[c] * row("calibration", 0)[c] + row("calibration", 1)[c];
      probabilities[c] = 1 / (1 + Math.exp(-calibrated));
    }
    return probabilities;
  }

  /** Returns the query, a unit vector, for these outcomes. */
  double[] query(double[] state, RequestContext context, float[] outcomes, int offset) {
    double[] h = norm(state, row("query_norm", 0));
    double[] u = product("query_in", 0, h);
    for (int c = 0; c < outcomes.length; c++) {
      double[] action = row("query_action", c);
      for (int d = 0; d < width; d++) {
        u[d] += outcomes[c] * action[d];
      }
    }
    add(u, row("query_surface", context.surface()));
    add(u, row("query_gap", context.gap()));
    add(u, row("query_offset", offset));
    gelu(u);
    return unit(add(product("query_direct", 0, h), product("query_out", 0, u)));
  }

  /** Returns the embedding, of unit length, of an item with this content. */
  double[] embedding(int item, float[] content) {
    double[] x = row("item_id", item);
    for (int f = 0; f < content.length; f++) {
      double[] direction = row("item_content", f);
      for (int e = 0; e < x.length; e++) {
        x[e] += content[f] * direction[e];
      }
    }
    double[] hidden = product("item_in", 0, x);
    gelu(hidden);
    return unit(add(x, product("item_out", 0, hidden)));
  }

  private double[] item(int item) {
    double[] vector = new double[config.itemDim()];
    for (int e = 0; e < vector.length; e++) {
      vector[e] = files.items().floats().get(item * vector.length + e);
    }
    return vector;
  }

  /**
   * Returns the result of attention for a query over the first {@code rows} rows. Several query
   * heads share a key head.
   */
  private double[] attend(double[] query, double[][] keys, double[][] values, int rows) {
    double[] mixed = new double[config.heads() * headDim];
    int group = config.heads() / config.kvHeads();
    for (int head = 0; head < config.heads(); head++) {
      int own = head * headDim;
      int shared = head / group * headDim;
      double[] weights = new double[rows];
      double sum = 0;
      for (int t = 0; t < rows; t++) {
        double score = 0;
        for (int d = 0; d < headDim; d++) {
          score += query[own + d] * keys[t][shared + d];
        }
        weights[t] = Math.exp(score / Math.sqrt(headDim));
        sum += weights[t];
      }
      for (int t = 0; t < rows; t++) {
        for (int d = 0; d < headDim; d++) {
          mixed[own + d] += weights[t] / sum * values[t][shared + d];
        }
      }
    }
    return mixed;
  }

  private double[] finish(double[] x, double[] attended, int layer) {
    double[] y = add(product("attention_out", layer, attended), x);
    double[] wide = product("forward_in", layer, norm(y, row("forward_norm", layer)));
    if (config.gated()) {
      double[] open = new double[config.feedForward()];
      for (int f = 0; f < open.length; f++) {
        open[f] = wide[f] / (1 + Math.exp(-wide[f])) * wide[open.length + f];
      }
      wide = open;
    } else {
      gelu(wide);
    }
    return add(product("forward_out", layer, wide), y);
  }

  private double[] part(double[] qkv, int firstHead, int heads) {
    return Arrays.copyOfRange(qkv, firstHead * headDim, (firstHead + heads) * headDim);
  }

  private double[] rotated(double[] heads, int position) {
    double[] turned = new double[heads.length];
    int half = headDim / 2;
    for (int start = 0; start < heads.length; start += headDim) {
      for (int i = 0; i < half; i++) {
        double angle = position * Math.pow(ROTATION_BASE, -(double) i / half);
        double a = heads[start + i];
        double b = heads[start + half + i];
        turned[start + i] = a * Math.cos(angle) - b * Math.sin(angle);
        turned[start + half + i] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
    return turned;
  }

  /**
   * Returns a row of a tensor. If the tensor is a vector, {@code row} is 0 and the result is the
   * whole vector.
   */
  private double[] row(String tensor, int row) {
    long[] shape = files.weights().get(tensor).shape();
    double[] values = new double[(int) shape[shape.length - 1]];
    for (int i = 0; i < values.length; i++) {
      values[i] = files.weights().get(tensor).floats().get(row * values.length + i);
    }
    return values;
  }

  /**
   * Returns the product of a matrix and a vector. If every layer has such a matrix, {@code layer}
   * selects it.
   */
  private double[] product(String tensor, int layer, double[] x) {
    long[] shape = files.weights().get(tensor).shape();
    double[] y = new double[(int) shape[shape.length - 2]];
    for (int i = 0; i < y.length; i++) {
      double[] weights = row(tensor, layer * y.length + i);
      for (int j = 0; j < x.length; j++) {
        y[i] += weights[j] * x[j];
      }
    }
    return y;
  }

  private static double[] norm(double[] x, double[] weight) {
    double mean = 0;
    for (double value : x) {
      mean += value / x.length;
    }
    double variance = 0;
    for (double value : x) {
      variance += (value - mean) * (value - mean) / x.length;
    }
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] = (x[i] - mean) / Math.sqrt(variance + NORM_EPSILON) * weight[i];
    }
    return y;
  }

  private static double[] unit(double[] x) {
    double squares = LENGTH_EPSILON;
    for (double value : x) {
      squares += value * value;
    }
    for (int i = 0; i < x.length; i++) {
      x[i] /= Math.sqrt(squares);
    }
    return x;
  }

  /** Adds y to x in place and returns x. */
  private static double[] add(double[] x, double[] y) {
    for (int i = 0; i < x.length; i++) {
      x[i] += y[i];
    }
    return x;
  }

  private static void gelu(double[] x) {
    for (int i = 0; i < x.length; i++) {
      x[i] *= 0.5 * (1 + erf(x[i] / Math.sqrt(2)));
    }
  }

  /**
   * Returns the error function, computed by its series to within 1e-8. If |x| exceeds 4, the result
   * is 1 or -1 to this accuracy.
   */
  private static double erf(double x) {
    if (Math.abs(x) > 4) {
      return Math.signum(x);
    }
    double sum = 0;
    double power = x;
    for (int n = 0; n < 80; n++) {
      sum += power / (2 * n + 1);
      power *= -x * x / (n + 1);
    }
    return 2 / Math.sqrt(Math.PI) * sum;
  }
}
