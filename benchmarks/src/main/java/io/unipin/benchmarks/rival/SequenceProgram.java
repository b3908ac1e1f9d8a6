package io.unipin.benchmarks.rival;

import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.TorchArchive;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * The TorchScript programs of the rival models for retrieval, and their tensors. A program's text
 * is a file of its own, followed by {@code sequence.py}, which all rivals share.
 */
final class SequenceProgram {
  private static final String CLASS = "Rival";
  private static final float TABLE_SCALE = 0.02f;

  /** Width inside a feed-forward part, in units of the width of a row. */
  private static final int FORWARD = 2;

  /** Number of buckets of time, as in the program of HSTU's authors. */
  private static final int TIMES = 128;

  private SequenceProgram() {}

  /** Returns the text of a rival's program. */
  static String text(SequenceKind kind) {
    return file(kind.program()) + file("sequence");
  }

  private static String file(String name) {
    String resource = name + ".py";
    try (InputStream in = SequenceProgram.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(resource + " is missing from the jar");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the program and its tensors as an archive that libtorch loads. */
  static void write(
      Path file, SequenceKind kind, SequenceShape shape, Map<String, FloatTensor> tensors) {
    TorchArchive.write(file, CLASS, text(kind), Map.of("heads", shape.heads()), tensors);
  }

  /** Returns random tensors. */
  static Map<String, FloatTensor> random(SequenceKind kind, SequenceShape shape, long seed) {
    Random random = new Random(seed);
    Map<String, FloatTensor> tensors = new LinkedHashMap<>();
    shapes(kind, shape)
        .forEach((name, size) -> tensors.put(name, tensor(name, size, shape.layers(), random)));
    return tensors;
  }

  private static Map<String, long[]> shapes(SequenceKind kind, SequenceShape shape) {
    long d = shape.width();
    long layers = shape.layers();
    Map<String, long[]> shapes = new LinkedHashMap<>();
    shapes.put("item", new long[] {shape.items(), d});
    shapes.put("position", new long[] {shape.maxHistory(), d});
    shapes.put("last_norm", new long[] {d});
    shapes.put("last_norm_bias", new long[] {d});
    shapes.put("attention_norm", new long[] {layers, d});
    shapes.put("attention_norm_bias", new long[] {layers, d});
    if (kind == SequenceKind.HSTU) {
      long tables = layers * shape.heads();
      layer("attention_in", layers, 4 * d, d, shapes);
      shapes.put("output_norm", new long[] {layers, d});
      shapes.put("output_norm_bias", new long[] {layers, d});
      layer("attention_out", layers, d, d, shapes);
      shapes.put("position_bias", new long[] {tables, shape.maxHistory()});
      shapes.put("time_bias", new long[] {tables, TIMES});
    } else {
      layer("attention_in", layers, 3 * d, d, shapes);
      layer("attention_out", layers, d, d, shapes);
      shapes.put("forward_norm", new long[] {layers, d});
      shapes.put("forward_norm_bias", new long[] {layers, d});
      layer("forward_in", layers, FORWARD * d, d, shapes);
      layer("forward_out", layers, d, FORWARD * d, shapes);
    }
    return shapes;
  }

  private static void layer(
      String name, long layers, long out, long in, Map<String, long[]> shapes) {
    shapes.put(name, new long[] {layers, out, in});
    shapes.put(name + "_bias", new long[] {layers, out});
  }

  /**
   * Returns a tensor before training: norms are 1, biases 0, and all other elements random.
   * Matrices whose results are added to rows begin small, so that many blocks together add as much
   * as one block.
   */
  private static FloatTensor tensor(String name, long[] shape, int layers, Random random) {
    float[] values = new float[Math.toIntExact(FloatTensor.count(shape))];
    if (name.endsWith("_norm")) {
      Arrays.fill(values, 1);
    } else if (!name.endsWith("_bias")) {
      double scale = shape.length < 3 ? TABLE_SCALE : 1 / Math.sqrt((double) shape[2]);
      double factor = name.endsWith("_out") ? scale / Math.sqrt(2.0 * layers) : scale;
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) (factor * random.nextGaussian());
      }
    }
    return FloatTensor.of(values, shape);
  }

  /** Whether weight decay applies to a tensor. Norms and biases have none. */
  static boolean decays(String name) {
    return !name.endsWith("_norm") && !name.endsWith("_bias");
  }
}
