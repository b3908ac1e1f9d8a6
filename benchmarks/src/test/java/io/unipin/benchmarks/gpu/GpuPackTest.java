package io.unipin.benchmarks.gpu;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.model.archive.Argument;
import io.unipin.model.archive.ArrayFile;
import io.unipin.model.archive.ArrayValue;
import io.unipin.model.archive.RunnableArchive;
import io.unipin.model.files.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class GpuPackTest {
  private static final float TOLERANCE = 1e-5f;
  private static final long MOST_BYTES = 30_000_000;

  @TempDir private static Path folder;
  private static long bytes;
  private static JsonNode schema;

  @BeforeAll
  static void write() throws IOException {
    bytes = GpuPack.write(folder);
    schema = new ObjectMapper().readTree(folder.resolve(GpuPack.SCHEMA).toFile());
  }

  private static Stream<JsonNode> models() {
    return StreamSupport.stream(schema.path("models").spliterator(), false);
  }

  private static ArrayValue get(Map<String, ArrayValue> arrays, String name) {
    return requireNonNull(arrays.get(name), name);
  }

  private static Map<String, ArrayValue> arrays(JsonNode model) throws IOException {
    return ArrayFile.read(folder.resolve(model.path("file").asText()));
  }

  @Test
  void pack_isSmall_andTheSchemaListsEachFile() throws IOException {
    Set<String> listed = new TreeSet<>(Set.of(GpuPack.SCHEMA, schema.path("pool").asText()));
    models()
        .forEach(
            model -> {
              listed.add(model.path("file").asText());
              model.path("archives").forEach(archive -> listed.add(archive.path("file").asText()));
            });
    Set<String> files = new TreeSet<>();
    long size = 0;
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        files.add(file.getFileName().toString());
        size += Files.size(file);
      }
    }
    assertThat(files).isEqualTo(listed).hasSize(14);
    assertThat(bytes).isEqualTo(size).isLessThan(MOST_BYTES);
  }

  @Test
  void arrays_haveTheTypesAndShapesOfTheSchema() throws IOException {
    for (JsonNode model : models().toList()) {
      Map<String, ArrayValue> arrays = arrays(model);
      List<String> names = new ArrayList<>();
      model.path("arrays").fieldNames().forEachRemaining(names::add);
      assertThat(arrays.keySet()).containsExactlyElementsOf(names);
      arrays.forEach(
          (name, array) -> {
            JsonNode listed = model.path("arrays").path(name);
            assertThat(listed.path("type").asText()).isEqualTo(array.type().code());
            assertThat(shape(listed)).as(name).containsExactly(array.shape());
          });
      for (String tensor : Program.tensorNames()) {
        assertThat(names).contains("weight." + tensor);
      }
    }
  }

  private static long[] shape(JsonNode array) {
    return StreamSupport.stream(array.path("shape").spliterator(), false)
        .mapToLong(JsonNode::asLong)
        .toArray();
  }

  @Test
  void methods_haveTheParametersThatTheProgramDeclares() {
    assertThat(methods("serving")).isEqualTo(Program.methods(Program.Use.COMPARISON));
    assertThat(methods("training")).isEqualTo(Program.methods(Program.Use.TRAINING));
    for (String method : List.of("prepare", "extend_ragged", "score_ragged", "queries")) {
      assertThat(methods("serving")).containsKey(method);
    }
    assertThat(methods("training")).containsKeys("loss", "adamw");
    assertThat(methods("pool")).isEqualTo(Program.poolMethods()).containsKey("copy_rows");
    for (JsonNode kernel : schema.path("kernels").path("cuda")) {
      assertThat(schema.path("numbers").has(kernel.asText())).isTrue();
      assertThat(kernel.asText()).isNotEqualTo("EACH");
    }
  }

  private static Map<String, List<String>> methods(String archive) {
    Map<String, List<String>> methods = new LinkedHashMap<>();
    schema
        .path("methods")
        .path(archive)
        .properties()
        .forEach(
            method -> {
              List<String> parameters = new ArrayList<>();
              method.getValue().forEach(parameter -> parameters.add(parameter.asText()));
              methods.put(method.getKey(), parameters);
            });
    return methods;
  }

  @Test
  void answers_areThoseOfThePackedArchives() throws IOException {
    int calls = 0;
    for (JsonNode model : models().toList()) {
      Map<String, ArrayValue> arrays = arrays(model);
      for (Map.Entry<String, JsonNode> archive : model.path("archives").properties()) {
        Path file = folder.resolve(archive.getValue().path("file").asText());
        try (RunnableArchive runnable = RunnableArchive.load(file)) {
          if (archive.getKey().equals("serving")) {
            long plain = schema.path("numbers").path("PLAIN").asLong();
            long each = schema.path("numbers").path("EACH").asLong();
            runnable.run("prepare", List.of(new Argument.Whole(plain), new Argument.Whole(each)));
          }
          for (JsonNode call : archive.getValue().path("calls")) {
            check(runnable, call, archive.getKey(), arrays);
            calls++;
          }
        }
      }
    }
    // Each model has two calls for items, six for each of its three users, three for all users
    // together, and two of training.
    assertThat(calls).isEqualTo(4 * (2 + 3 * 6 + 3 + 2));
  }

  private static void check(
      RunnableArchive archive, JsonNode call, String use, Map<String, ArrayValue> arrays) {
    String method = call.path("method").asText();
    List<String> names = new ArrayList<>();
    List<Argument> arguments = new ArrayList<>();
    for (JsonNode argument : call.path("arguments")) {
      names.add(argument.path("name").asText());
      arguments.add(argument(argument, arrays));
    }
    assertThat(names).isEqualTo(methods(use).get(method));
    RunnableArchive.Outcome outcome = archive.run(method, arguments);
    assertThat(call.path("results")).hasSameSizeAs(outcome.results()).isNotEmpty();
    for (int i = 0; i < outcome.results().size(); i++) {
      String name = call.path("results").path(i).asText();
      assertEqual(name, outcome.results().get(i), get(arrays, name));
    }
    call.path("changed")
        .properties()
        .forEach(
            changed ->
                assertEqual(
                    changed.getValue().asText(),
                    outcome.arguments().get(names.indexOf(changed.getKey())).get(0),
                    get(arrays, changed.getValue().asText())));
    boolean writes = method.startsWith("extend");
    assertThat(call.path("changed").size()).as(method).isEqualTo(writes ? 1 : 0);
  }

  private static Argument argument(JsonNode argument, Map<String, ArrayValue> arrays) {
    if (argument.has("whole")) {
      return new Argument.Whole(argument.path("whole").asLong());
    }
    if (argument.has("tensor")) {
      return new Argument.Tensor(get(arrays, argument.path("tensor").asText()));
    }
    List<ArrayValue> values = new ArrayList<>();
    argument.path("tensors").forEach(name -> values.add(get(arrays, name.asText())));
    return new Argument.Tensors(values);
  }

  /**
   * Compares two arrays. If an element is NaN in one array, it must be NaN in the other array, too.
   */
  private static void assertEqual(String name, ArrayValue actual, ArrayValue expected) {
    assertThat(actual.shape()).as(name).containsExactly(expected.shape());
    float[] a = actual.floats();
    float[] b = expected.floats();
    for (int i = 0; i < a.length; i++) {
      if (Float.isNaN(b[i])) {
        assertThat(a[i]).as("%s, %s", name, i).isNaN();
      } else {
        assertThat(Math.abs(a[i] - b[i])).as("%s, %s", name, i).isLessThan(TOLERANCE);
      }
    }
  }

  /** Checks that a call for several users gives the same answers as calls for single users. */
  @Test
  void answers_ofSeveralUsers_areThoseOfSingleUsers() throws IOException {
    for (JsonNode model : models().toList()) {
      Map<String, ArrayValue> arrays = arrays(model);
      assertJoined(arrays, "prefill-all.result.0", "prefill-");
      assertJoined(arrays, "append-all.result.0", "append-");
      assertJoined(arrays, "score-all.result.0", "score-");
      // The pass without a block scores at the first position.
      for (int user = 0; user < 3; user++) {
        float[] dense = get(arrays, "dense-" + user + ".result.0").floats();
        float[] first = get(arrays, "first-" + user + ".result.0").floats();
        assertThat(largestDifference(dense, first)).isLessThan(1e-4f);
      }
    }
  }

  private static void assertJoined(Map<String, ArrayValue> arrays, String all, String single) {
    List<Float> joined = new ArrayList<>();
    for (int user = 0; user < 3; user++) {
      for (float value : get(arrays, single + user + ".result.0").floats()) {
        joined.add(value);
      }
    }
    float[] values = get(arrays, all).floats();
    float[] expected = new float[joined.size()];
    for (int i = 0; i < expected.length; i++) {
      expected[i] = joined.get(i);
    }
    assertThat(largestDifference(values, expected)).as(all).isLessThan(1e-4f);
  }

  private static float largestDifference(float[] a, float[] b) {
    assertThat(a).hasSameSizeAs(b).isNotEmpty();
    float largest = 0;
    for (int i = 0; i < a.length; i++) {
      largest = Math.max(largest, Math.abs(a[i] - b[i]));
      assertThat(a[i]).isNotNaN();
    }
    return largest;
  }

  @Test
  void losses_ofTheSteps_fall() throws IOException {
    for (JsonNode model : models().toList()) {
      JsonNode steps = model.path("archives").path("training").path("steps");
      float[] losses = get(arrays(model), steps.path("losses").asText()).floats();
      float loss = get(arrays(model), "loss.result.0").floats()[0];
      assertThat(losses[0]).isCloseTo(loss, offset(1e-3f));
      assertThat(losses[8]).isLessThan(losses[0]);
      assertThat(losses[1]).isPositive();
    }
  }
}
