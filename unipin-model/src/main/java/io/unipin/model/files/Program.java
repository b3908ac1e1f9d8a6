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
import java.util.stream.Stream;

/**
 * The model's TorchScript source in the files of {@code program}. This class provides the source
 * for each use, and the names and shapes of its tensors.
 */
public final class Program {
  /** The purpose for which a program is loaded. */
  public enum Use {
    /** Answers requests. */
    SERVING,
    /** Answers requests. Also has the ranking pass with which serving is compared. */
    COMPARISON,
    TRAINING
  }

  /** Name of the table (items + 1, itemDim) of the items' ids. It is the program's first tensor. */
  public static final String ITEM_ID = "item_id";

  /**
   * Name of the tensor (layers, 4) with the largest observed inputs of each layer's four matrices.
   * Its elements are zero if no inputs were observed.
   */
  public static final String ACTIVATION_RANGE = "activation_range";

  /** Name of the table (buckets, itemDim) of the items' attributes. */
  public static final String ITEM_ATTRIBUTE = "item_attribute";

  /** Tensors that a model's file may lack. A missing tensor is read as zeros. */
  static final Set<String> LATER = Set.of(ACTIVATION_RANGE, "candidate_position", "query_offset");

  /** Names of the matrices of the content path, on which content reaches the head of ranking. */
  static final String PATH_IN = "path_in";

  static final String PATH_OUT = "path_out";

  /** Tensors without a gradient. */
  public static final Set<String> BUFFERS = Set.of("calibration", ACTIVATION_RANGE);

  /** Files of the program that answers requests, without the tower that embeds live items. */
  private static final List<String> ANSWERING = List.of("parts", "products", "serving", "ragged");

  private Program() {}

  /** Returns the text of the program for a use, in the form that libtorch reads. */
  public static String source(Use use) {
    return text(use).source();
  }

  /** Returns the text of the program that moves the elements of a pool. */
  static String poolSource() {
    return poolText().source();
  }

  private static ProgramText poolText() {
    return ProgramText.of(List.of("pool"), Program::file);
  }

  /**
   * Returns the program that answers requests, without comments and without the tower that embeds
   * live items. Programs with equal code give the same answers if item vectors are equal.
   */
  public static String servingCode() {
    return servingCode(Program::file);
  }

  /**
   * Returns the code of the program that answers requests. {@code read} provides the text of a file
   * by its name.
   */
  static String servingCode(UnaryOperator<String> read) {
    return ProgramText.of(ANSWERING, read).code();
  }

  /** Returns the code of the two programs that train and validate a model, without comments. */
  public static String trainingCode() {
    return text(Use.TRAINING).code() + servingCode();
  }

  /** Whether a model of this configuration uses a tensor. Model files hold no unused tensors. */
  public static boolean isUsed(String tensor, ModelConfig config) {
    return switch (tensor) {
      case ITEM_ATTRIBUTE -> config.attributes().reads();
      case PATH_IN, PATH_OUT -> config.contentPath() > 0;
      default -> true;
    };
  }

  /** Returns the number that stands for each {@code $name} in the program, by the name. */
  public static Map<String, Integer> numbers() {
    return ProgramText.numbers();
  }

  /** Returns the number that stands for {@code $name} in the program. */
  public static int number(String name) {
    return ProgramText.number(name);
  }

  /** Returns the names of each method's parameters, by the method's name. */
  public static Map<String, List<String>> methods(Use use) {
    return methods(text(use));
  }

  /**
   * Returns the names of each method's parameters in the program that moves the elements of a pool.
   */
  public static Map<String, List<String>> poolMethods() {
    return methods(poolText());
  }

  private static Map<String, List<String>> methods(ProgramText text) {
    Map<String, List<String>> methods = new LinkedHashMap<>();
    text.methods().forEach(method -> methods.put(method, text.parameters(method)));
    return methods;
  }

  /** Returns the names of the program's tensors in the order of their declarations. */
  public static List<String> tensorNames() {
    return text(Use.TRAINING).tensorNames();
  }

  /**
   * Refuses argument names that differ from a method's declared parameters or their order.
   *
   * @throws IllegalStateException if the names differ; the message states the first difference
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

  /** Returns the program's text for a use. {@code read} provides the text of a file by its name. */
  static ProgramText text(Use use, UnaryOperator<String> read) {
    return ProgramText.of(files(use), read);
  }

  /**
   * Returns the program's files that a use needs, in order. The first file begins the class and the
   * other files continue it.
   */
  private static List<String> files(Use use) {
    return switch (use) {
      case SERVING -> answeringAnd("items");
      case COMPARISON -> answeringAnd("items", "comparison");
      case TRAINING -> List.of("parts", "items", "training");
    };
  }

  private static List<String> answeringAnd(String... more) {
    return Stream.concat(ANSWERING.stream(), Stream.of(more)).toList();
  }

  /** Returns the text of one of the program's files. */
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

  /**
   * Returns the shape of each tensor of the program for a configuration, in the order in which the
   * program declares the tensors.
   */
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
    shapes.put(ITEM_ATTRIBUTE, new long[] {config.attributes().buckets(), e});
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
    shapes.put(PATH_IN, new long[] {config.contentPath(), e});
    shapes.put(PATH_OUT, new long[] {d, config.contentPath()});
    shapes.put("head_out", new long[] {actions, d});
    shapes.put("head_bias", new long[] {actions});
    shapes.put("logit_scale", new long[] {1});
    shapes.put("calibration", new long[] {2, actions});
    shapes.put(ACTIVATION_RANGE, new long[] {layers, 4});
    return shapes;
  }
}
