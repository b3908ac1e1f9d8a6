package io.unipin.model.batch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvType;
import io.unipin.model.TestModels;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.Program;
import io.unipin.model.files.TorchArchive;
import io.unipin.model.files.Weights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Counts the operators of calls of several users, as a measure of the kernels that a device starts.
 * Views start no kernels and are not counted. Attention counts as one operator, because CUDA's
 * kernels compute it in one operator. This test runs {@code PADDED} in their place.
 */
class RaggedOperatorsTest {
  private static final int MOST_PER_LAYER = 24;
  private static final int NEW = 3;
  private static final int USED = 13;
  private static final int CAPACITY = 16;

  private static final Set<String> VIEWS =
      Set.of(
          "view",
          "reshape",
          "narrow",
          "slice",
          "select",
          "transpose",
          "permute",
          "expand",
          "unsqueeze",
          "squeeze",
          "unbind",
          "split_with_sizes",
          "view_as_complex",
          "numel");

  private static final Set<String> COPIES = Set.of("stack", "cat", "clone");

  @TempDir Path folder;

  /** A call of a model with {@code layers} layers for some users. */
  private final class Calls implements AutoCloseable {
    private final ModelConfig config;
    private final RawProgram program;
    private final PtNDArray pool;
    private final int users;

    Calls(int layers, boolean gated, String arithmetic, int users) {
      ModelConfig some = TestModels.config(4, 2, 16);
      this.config =
          new ModelConfig(
              some.items(),
              some.contentDim(),
              some.itemDim(),
              some.width(),
              layers,
              some.heads(),
              some.kvHeads(),
              some.feedForward(),
              gated,
              some.maxHistory(),
              some.actions(),
              some.positives(),
              some.surfaces(),
              some.attributes(),
              some.contentPath(),
              some.window());
      this.users = users;
      Path archive = folder.resolve("program.pt");
      TorchArchive.write(archive, Program.Use.SERVING, config, Weights.random(config, 1));
      program = new RawProgram(archive, arithmetic, AttentionKernel.PADDED);
      KvType type = arithmetic.equals("HALF") ? KvType.FLOAT16 : KvType.FLOAT32;
      KvLayout layout = config.kvLayout(type);
      long elements = layout.blockBytes(CAPACITY) / type.bytes() * users;
      DataType elementType = type == KvType.FLOAT16 ? DataType.FLOAT16 : DataType.FLOAT32;
      pool = (PtNDArray) program.manager().ones(new Shape(elements), elementType);
    }

    private RaggedRows rows() {
      List<RaggedRows.Part> parts = new ArrayList<>();
      for (int b = 0; b < users; b++) {
        long[] positions = new long[NEW];
        Arrays.setAll(positions, i -> USED - NEW + i);
        parts.add(
            new RaggedRows.Part(
                new long[NEW],
                new long[NEW],
                new long[NEW],
                positions,
                new RaggedRows.BlockPlace(USED, (long) b * config.layers() * CAPACITY, CAPACITY)));
      }
      return RaggedRows.of(parts);
    }

    /** Returns the operators of a call of several users. */
    List<String> call(String method) {
      boolean extending = method.equals("extend_ragged");
      RaggedRows rows = rows();
      try (PtNDManager scope = (PtNDManager) program.manager().newSubManager()) {
        PtNDArray table = (PtNDArray) scope.ones(new Shape(config.items() + 1, config.itemDim()));
        PtNDArray other =
            (PtNDArray)
                (extending
                    ? scope.ones(new Shape(rows.rows(), config.actions().size()))
                    : scope.ones(new Shape(0)));
        IValue ints = IValue.from((PtNDArray) scope.create(rows.ints()));
        IValue second = extending ? ints : IValue.from(other);
        IValue third = extending ? IValue.from(other) : ints;
        return operators(
            method,
            IValue.from(table),
            second,
            third,
            IValue.from((long) users),
            IValue.from((long) rows.mostNew()),
            IValue.from((long) rows.mostUsed()),
            IValue.from(pool),
            IValue.listFrom(new PtNDArray[0]),
            IValue.listFrom(new PtNDArray[0]));
      }
    }

    /** Returns the operators of one layer's attention. */
    List<String> attention(boolean causal) {
      RaggedRows rows = rows();
      try (PtNDManager scope = (PtNDManager) program.manager().newSubManager()) {
        PtNDArray ints = (PtNDArray) scope.create(rows.ints());
        NDList parts = list(scope, "cut", IValue.from(ints), IValue.from((long) users));
        PtNDArray[] all = parts.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new);
        IValue mostUsed = IValue.from((long) USED);
        NDList reads = list(scope, "reads", IValue.listFrom(all), mostUsed);
        PtNDArray seen = all[3].add(1);
        NDList rectangle =
            list(
                scope,
                "rectangle",
                IValue.from(all[4]),
                IValue.from(all[5]),
                IValue.from(all[6]),
                IValue.from(seen),
                IValue.from((long) NEW),
                IValue.from((long) USED),
                IValue.from(false));
        DataType half = pool.getDataType();
        PtNDArray q = (PtNDArray) scope.ones(new Shape(rows.rows(), config.width()), half);
        Shape shape = new Shape(-1, 2, config.kvHeads(), config.headDim());
        PtNDArray keys = (PtNDArray) pool.reshape(shape).get(":, 0");
        return operators(
            "attend_ragged",
            IValue.from(q),
            IValue.from(keys),
            IValue.from(keys),
            IValue.from((PtNDArray) reads.get(0)),
            IValue.listFrom(
                rectangle.stream().map(PtNDArray.class::cast).toArray(PtNDArray[]::new)),
            IValue.from((long) NEW),
            IValue.from((long) USED),
            IValue.from(causal));
      }
    }

    private NDList list(PtNDManager scope, String method, IValue... arguments) {
      try (IValue result = program.run(method, arguments)) {
        return result.toNDList(scope);
      }
    }

    /** Returns the outermost operators of a call, without views. */
    private List<String> operators(String method, IValue... arguments) {
      JniUtils.setGradMode(false);
      Path trace = folder.resolve("trace.json");
      JniUtils.startProfile(false, false, false);
      try {
        program.run(method, arguments).close();
      } finally {
        JniUtils.stopProfile(trace.toString());
      }
      return outermost(trace).stream().filter(name -> !VIEWS.contains(name)).toList();
    }

    @Override
    public void close() {
      program.close();
    }
  }

  private static List<String> outermost(Path trace) {
    try {
      List<JsonNode> events = new ArrayList<>();
      for (JsonNode event : new ObjectMapper().readTree(trace.toFile())) {
        if (event.path("name").asText().startsWith("aten::")) {
          events.add(event);
        }
      }
      events.sort(
          Comparator.comparingDouble((JsonNode event) -> event.get("ts").asDouble())
              .thenComparingDouble(event -> -event.get("dur").asDouble()));
      List<String> names = new ArrayList<>();
      double end = -1;
      for (JsonNode event : events) {
        double start = event.get("ts").asDouble();
        if (start >= end) {
          names.add(event.get("name").asText().substring("aten::".length()));
          end = start + event.get("dur").asDouble();
        }
      }
      return names;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private double perLayer(String method, boolean gated, String arithmetic, int users) {
    int[] counts =
        IntStream.of(2, 4)
            .map(
                layers -> {
                  try (Calls calls = new Calls(layers, gated, arithmetic, users)) {
                    int attention = calls.attention(method.equals("extend_ragged")).size();
                    List<String> all = calls.call(method);
                    assertThat(attention).isGreaterThan(5);
                    assertThat(all).doesNotContainAnyElementsOf(COPIES);
                    return all.size() - layers * (attention - 1);
                  }
                })
            .toArray();
    return (counts[1] - counts[0]) / 2.0;
  }

  @ParameterizedTest
  @CsvSource({
    "extend_ragged, false, PLAIN",
    "extend_ragged, false, HALF",
    "extend_ragged, true, HALF",
    "score_ragged, false, PLAIN",
    "score_ragged, false, HALF",
    "score_ragged, true, HALF"
  })
  void operators_ofALayer_areFewAndTheSameForSixteenUsers(
      String method, boolean gated, String arithmetic) {
    double one = perLayer(method, gated, arithmetic, 1);
    assertThat(one).isBetween(10.0, (double) MOST_PER_LAYER);
    try (Calls single = new Calls(2, gated, arithmetic, 1);
        Calls sixteen = new Calls(2, gated, arithmetic, 16)) {
      assertThat(sixteen.call(method)).isEqualTo(single.call(method));
    }
  }
}
