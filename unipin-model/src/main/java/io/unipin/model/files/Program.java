package io.unipin.model.files;

import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * The model's TorchScript source, the files of {@code program}: what it says for each use, and
 * which tensors of which shapes it needs.
 */
public final class Program {
  /** What a program is loaded for. */
  public enum Use {
    /** Answering requests. */
    SERVING,
    /** The same, and the ranking pass that serving is compared with. */
    COMPARISON,
    TRAINING
  }

  /** The table of the items' ids, (items + 1, itemDim); the program's first tensor. */
  public static final String ITEM_ID = "item_id";

  /**
   * The largest inputs of a layer's four matrices that were seen, per layer; zero where none were.
   */
  public static final String ACTIVATION_RANGE = "activation_range";

  /** Tensors that models from before they existed lack: zeros mean the same. */
  static final Set<String> LATER = Set.of(ACTIVATION_RANGE, "candidate_position", "query_offset");

  /** Tensors that no gradient reaches. */
  public static final Set<String> BUFFERS = Set.of("calibration", ACTIVATION_RANGE);

  private Program() {}

  /** The program for a use, as libtorch reads it. */
  public static String source(Use use) {
    return text(use).source();
  }

  /**
   * The program that answers requests, without comments: two programs of one such code give the
   * same answers.
   */
  public static String servingCode() {
    return text(Use.SERVING).code();
  }

  /** The programs that train and validate a model, without comments. */
  public static String trainingCode() {
    return text(Use.TRAINING).code() + servingCode();
  }

  /** A number that the program writes as {@code $name}. */
  public static int number(String name) {
    return ProgramText.number(name);
  }

  /** Names of the program's tensors in the order in which it declares them. */
  public static List<String> tensorNames() {
    return text(Use.TRAINING).tensorNames();
  }

  /**
   * Refuses names of arguments that are not those that a method declares, in its order.
   *
   * @throws IllegalStateException that tells the first difference
   */
  public static void requireParameters(Use use, String method, List<String> names) {
    List<String> declared = text(use).parameters(method);
    for (int i = 0; i < Math.max(declared.size(), names.size()); i++) {
      String expected = i < declared.size() ? declared.get(i) : "none";
      String got = i < names.size() ? names.get(i) : "none";
      if (!expected.equals(got)) {
        throw new IllegalStateException(
            "parameter %s of the program's %s: %s expected, got %s"
                .formatted(i + 1, method, expected, got));
      }
    }
  }

  static ProgramText text(Use use) {
    return text(use, Program::file);
  }

  /** The same of files that are read by their names. */
  static ProgramText text(Use use, UnaryOperator<String> read) {
    return ProgramText.of(files(use), read);
  }

  /** The files of a use, in order: the first begins the class that the others go on with. */
  private static List<String> files(Use use) {
    return switch (use) {
      case SERVING -> List.of("parts", "products", "serving", "batch");
      case COMPARISON -> List.of("parts", "products", "serving", "batch", "comparison");
      case TRAINING -> List.of("parts", "training");
    };
  }

  /** The text of one of the program's files. */
  static String file(String name) {
    String resource = "program/" + name + ".py";
    try (InputStream in = Program.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Shape of every tensor of the program for a configuration, in declaration order. */
  public static Map<String, long[]> shapes(ModelConfig config) {
    long items = config.items() + 1L;
    long e = config.itemDim();
    long d = config.width();
    long layers = config.layers();
    long actions = config.actions().size();
    long surfaces = config.surfaces().size();
    long qkv = d + 2L * config.kvHeads() * config.headDim();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put(ITEM_ID, new long[] {items, e});
    shapes.put("item_content", new long[] {config.contentDim(), e});
    shapes.put("item_in", new long[] {2 * e, e});
    shapes.put("item_out", new long[] {e, 2 * e});
    shapes.put("token_item", new long[] {d, e});
    shapes.put("token_action", new long[] {actions, d});
    shapes.put("token_mask", new long[] {d});
    shapes.put("token_first", new long[] {d});
    shapes.put("token_surface", new long[] {surfaces, d});
    shapes.put("token_gap", new long[] {GapBuckets.COUNT, d});
    shapes.put("candidate_gap", new long[] {GapBuckets.COUNT, d});
    shapes.put("candidate_position", new long[] {PagePositions.COUNT, d});
    shapes.put("attention_norm", new long[] {layers, d});
    shapes.put("attention_in", new long[] {layers, qkv, d});
    shapes.put("attention_out", new long[] {layers, d, d});
    shapes.put("forward_norm", new long[] {layers, d});
    shapes.put(
        "forward_in", new long[] {layers, (config.gated() ? 2L : 1L) * config.feedForward(), d});
    shapes.put("forward_out", new long[] {layers, d, config.feedForward()});
    shapes.put("query_norm", new long[] {d});
    shapes.put("query_in", new long[] {d, d});
    shapes.put("query_action", new long[] {actions, d});
    shapes.put("query_surface", new long[] {surfaces, d});
    shapes.put("query_gap", new long[] {GapBuckets.COUNT, d});
    shapes.put("query_offset", new long[] {TargetOffsets.COUNT, d});
    shapes.put("query_direct", new long[] {e, d});
    shapes.put("query_out", new long[] {e, d});
    shapes.put("head_norm", new long[] {d});
    shapes.put("head_in", new long[] {d, d});
    shapes.put("head_out", new long[] {actions, d});
    shapes.put("head_bias", new long[] {actions});
    shapes.put("logit_scale", new long[] {1});
    shapes.put("calibration", new long[] {2, actions});
    shapes.put(ACTIVATION_RANGE, new long[] {layers, 4});
    return shapes;
  }
}
