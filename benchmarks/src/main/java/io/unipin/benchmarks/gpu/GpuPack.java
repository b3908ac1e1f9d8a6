package io.unipin.benchmarks.gpu;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.model.archive.ArrayFile;
import io.unipin.model.archive.ArrayValue;
import io.unipin.model.archive.RunnableArchive;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.features.GapBuckets;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.PagePositions;
import io.unipin.model.features.TargetOffsets;
import io.unipin.model.files.Program;
import io.unipin.model.files.TorchArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A pack: a folder with small models as TorchScript archives, their inputs, and the answers that
 * the CPU computes in float32. The file {@code schema.json} lists each file, array, method and
 * call. {@code gpu/check} reads a pack on another machine, and compares its own answers with those
 * of the CPU.
 */
final class GpuPack {
  /** Name of the file that describes the pack. */
  static final String SCHEMA = "schema.json";

  /** Version of the schema's format. */
  static final int VERSION = 1;

  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  private final Path folder;
  private final ObjectNode schema = JSON.createObjectNode();

  private GpuPack(Path folder) {
    this.folder = folder;
  }

  /**
   * Writes the pack into a folder. Replaces files of the same names.
   *
   * @return the number of bytes of all files
   */
  static long write(Path folder) throws IOException {
    Files.createDirectories(folder);
    return new GpuPack(folder).write();
  }

  private long write() throws IOException {
    schema.put("version", VERSION);
    Program.tensorNames().forEach(schema.putArray("tensors")::add);
    Program.BUFFERS.stream().sorted().forEach(schema.putArray("buffers")::add);
    ObjectNode numbers = schema.putObject("numbers");
    Program.numbers().forEach(numbers::put);
    ObjectNode methods = schema.putObject("methods");
    methods(methods.putObject("serving"), Program.methods(Program.Use.COMPARISON));
    methods(methods.putObject("training"), Program.methods(Program.Use.TRAINING));
    methods(methods.putObject("pool"), Program.poolMethods());
    kernels(schema.putObject("kernels"));
    TimedShapes.describe(schema.putObject("shapes"));
    ObjectNode models = schema.putObject("models");
    Path pool = folder.resolve("pool.pt");
    TorchArchive.writePool(pool);
    schema.put("pool", pool.getFileName().toString());
    long bytes = Files.size(pool);
    for (PackModel model : PackModel.all()) {
      bytes += write(model, models.putObject(model.name()));
    }
    Path file = folder.resolve(SCHEMA);
    JSON.writeValue(file.toFile(), schema);
    return bytes + Files.size(file);
  }

  private static void methods(ObjectNode out, Map<String, List<String>> methods) {
    methods.forEach((name, parameters) -> parameters.forEach(out.putArray(name)::add));
  }

  /** Adds the attention kernel that serving chooses for each device and element type. */
  private static void kernels(ObjectNode out) {
    int head = PackModel.HEAD_DIM;
    out.putObject("cpu").put("float32", AttentionKernel.of(true, false, head).name());
    out.putObject("cuda")
        .put("float32", AttentionKernel.of(false, false, head).name())
        .put("float16", AttentionKernel.of(false, true, head).name());
  }

  private long write(PackModel model, ObjectNode out) throws IOException {
    config(out.putObject("config"), model.config());
    Map<String, ArrayValue> arrays = new LinkedHashMap<>();
    Path serving = folder.resolve(model.name() + "-serving.pt");
    Path training = folder.resolve(model.name() + "-training.pt");
    TorchArchive.write(serving, Program.Use.COMPARISON, model.config(), model.weights());
    TorchArchive.write(training, Program.Use.TRAINING, model.config(), model.weights());
    ObjectNode parts = out.putObject("archives");
    ObjectNode part = part(parts, "serving", serving);
    try (PackedCalls calls =
        calls(Program.Use.COMPARISON, serving, arrays, part.putArray("calls"))) {
      new ServingCalls(model, calls).pack();
    }
    ObjectNode trained = part(parts, "training", training);
    try (PackedCalls calls =
        calls(Program.Use.TRAINING, training, arrays, trained.putArray("calls"))) {
      new TrainingCalls(model, calls).pack(trained.putObject("steps"));
    }
    weights(model, arrays);
    Path file = folder.resolve(model.name() + ".safetensors");
    ArrayFile.write(file, arrays);
    out.put("file", file.getFileName().toString());
    ObjectNode listed = out.putObject("arrays");
    arrays.forEach((name, array) -> describe(listed.putObject(name), array));
    return Files.size(serving) + Files.size(training) + Files.size(file);
  }

  private static PackedCalls calls(
      Program.Use use, Path archive, Map<String, ArrayValue> arrays, ArrayNode calls) {
    return new PackedCalls(use, RunnableArchive.load(archive), arrays, calls);
  }

  private static ObjectNode part(ObjectNode parts, String name, Path archive) {
    return parts.putObject(name).put("file", archive.getFileName().toString());
  }

  static void config(ObjectNode out, ModelConfig config) {
    out.put("items", config.items())
        .put("content_dim", config.contentDim())
        .put("item_dim", config.itemDim())
        .put("width", config.width())
        .put("layers", config.layers())
        .put("heads", config.heads())
        .put("kv_heads", config.kvHeads())
        .put("head_dim", config.headDim())
        .put("feed_forward", config.feedForward())
        .put("gated", config.gated())
        .put("actions", config.actions().size())
        .put("surfaces", config.surfaces().size())
        .put("gaps", GapBuckets.COUNT)
        .put("positions", PagePositions.COUNT)
        .put("offsets", TargetOffsets.COUNT)
        .put("buckets", config.attributes().buckets())
        .put("content_path", config.contentPath());
  }

  /** Adds the model's weights, from which {@code gpu/check} computes a reference of its own. */
  private static void weights(PackModel model, Map<String, ArrayValue> arrays) {
    model
        .weights()
        .tensors()
        .forEach(
            (name, tensor) ->
                arrays.put("weight." + name, ArrayValue.of(tensor.toArray(), tensor.shape())));
  }

  private static void describe(ObjectNode out, ArrayValue array) {
    out.put("type", array.type().code());
    ArrayNode shape = out.putArray("shape");
    Arrays.stream(array.shape()).forEach(shape::add);
  }
}
