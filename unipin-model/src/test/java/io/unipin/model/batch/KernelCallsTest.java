package io.unipin.model.batch;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.TestModels;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.files.Program;
import io.unipin.model.files.TorchArchive;
import io.unipin.model.files.Weights;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests what the program passes to CUDA's attention kernels. The processor lacks these kernels, so
 * methods written from the kernels' documentation replace them. These methods return NaN if an
 * argument has a type or size that the kernel does not take, or if {@link AttentionKernel#FLASH}
 * gets a copy of keys or values. The results of these methods must equal the results of {@link
 * AttentionKernel#PADDED}.
 */
class KernelCallsTest {
  private static final float TOLERANCE = 1e-4f;
  private static final int[] OLD = {5, 0, 11};
  private static final int[] NEW = {3, 7, 1};
  private static final int[] CANDIDATES = {2, 40, 9};

  /**
   * The methods that replace the kernels. A user's queries begin at q_starts, and the user's keys
   * begin at k_starts.
   */
  private static final String STAND_INS =
      """

        def stand_in(self, q: Tensor, keys: Tensor, values: Tensor, q_starts: Tensor,
            k_starts: Tensor, used: Tensor, most_q: int, most_k: int,
            causal: bool) -> Tuple[Tensor, List[Tensor]]:
          users = used.size(0)
          right = q_starts.dtype == $int32 and k_starts.dtype == $int32 and used.dtype == $int32
          right = right and q_starts.size(0) == users + 1 and k_starts.size(0) == users + 1
          mixed = annotate(List[Tensor], [])
          lses = annotate(List[Tensor], [])
          group = q.size(1) // keys.size(1)
          for b in range(users):
            first = int(q_starts.select(0, b))
            m = int(q_starts.select(0, b + 1)) - first
            n = int(used.select(0, b))
            right = right and m <= most_q and n <= most_k
            k = keys.narrow(0, int(k_starts.select(0, b)), n)
            v = values.narrow(0, int(k_starts.select(0, b)), n)
            k = torch.repeat_interleave(k, group, 1).permute([1, 2, 0])
            v = torch.repeat_interleave(v, group, 1).transpose(0, 1)
            scores = torch.matmul(q.narrow(0, first, m).transpose(0, 1), k)
            if causal:
              hidden = torch.triu(torch.ones([m, n], dtype=$int64), n - m + 1)
              scores = torch.masked_fill(scores, hidden > 0, float("-inf"))
            mixed.append(torch.matmul(torch.softmax(scores, -1), v).transpose(0, 1))
            lses.append(torch.logsumexp(scores, [-1]))
          result = torch.cat(mixed)
          if not right:
            result = result * float("nan")
          return (result, lses)

        def stand_in_flash(self, q: Tensor, keys: Tensor, values: Tensor, q_starts: Tensor,
            k_starts: Tensor, most_q: int, most_k: int, dropout: float, causal: bool, debug: bool,
            scale: float, seqused_k: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
          mixed, lses = self.stand_in(
            q, keys, values, q_starts, k_starts, seqused_k, most_q, most_k, causal)
          # In the pool, a row's keys lie beside its values. In a copy there would be keys alone.
          apart = 2 * keys.size(1) * keys.size(2)
          if keys.stride(0) != apart or values.stride(0) != apart:
            mixed = mixed * float("nan")
          return (mixed, torch.cat(lses, 1) * scale, q, q, q)

        def stand_in_efficient(self, q: Tensor, keys: Tensor, values: Tensor,
            bias: Optional[Tensor], q_starts: Tensor, k_starts: Tensor, most_q: int, most_k: int,
            dropout: float, mask: int, compute_lse: bool, scale: float,
            seqlen_k: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor, int, int]:
          mixed, lses = self.stand_in(
            q.squeeze(0), keys.squeeze(0), values.squeeze(0), q_starts, k_starts, seqlen_k, most_q,
            most_k, mask == 2)
          wide = (most_q + 31) // 32 * 32
          lse = torch.full([len(lses), q.size(2), wide], float("nan"), dtype=$float32)
          for b in range(len(lses)):
            lse.select(0, b).narrow(1, 0, lses[b].size(1)).copy_(lses[b])
          return (mixed.unsqueeze(0), lse, q, q, most_q, most_k)
      """;

  @TempDir Path folder;

  private static String withStandIns(String program) {
    String types = STAND_INS.replace("$int32", "3").replace("$int64", "4").replace("$float32", "6");
    return program
            .replace("torch._flash_attention_forward(", "self.stand_in_flash(")
            .replace("torch._efficient_attention_forward(", "self.stand_in_efficient(")
        + types;
  }

  /** Writes the archive of a program in which methods replace CUDA's kernels. */
  private Path archive(ModelConfig config, Weights weights) throws IOException {
    Path file = folder.resolve("program.pt");
    byte[] plain = TorchArchive.bytes(Program.Use.SERVING, config, weights);
    try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(plain));
        OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (ZipEntry old = in.getNextEntry(); old != null; old = in.getNextEntry()) {
        byte[] content = in.readAllBytes();
        if (old.getName().endsWith(".py")) {
          String text = new String(content, StandardCharsets.UTF_8);
          content = withStandIns(text).getBytes(StandardCharsets.UTF_8);
        }
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(old.getName());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(content);
      }
    }
    return file;
  }

  /** Runs a method of a program on the users of this test. */
  private static final class Runs {
    private final PtNDManager scope;
    private final RawProgram program;
    private final ModelConfig config;
    private final TestPool pool;
    private final List<EngineRows> blocks = new ArrayList<>();
    private final PtNDArray table;

    Runs(RawProgram program, ModelConfig config, TestPool pool) {
      this.scope = program.manager();
      this.program = program;
      this.config = config;
      this.pool = pool;
      for (int i = 0; i < OLD.length; i++) {
        blocks.add(pool.block(config.kvLayout(KvType.FLOAT32), 16));
      }
      float[] rows = new float[(config.items() + 1) * config.itemDim()];
      for (int i = 0; i < rows.length; i++) {
        rows[i] = (float) Math.sin(i);
      }
      table = (PtNDArray) scope.create(rows, new Shape(config.items() + 1, config.itemDim()));
    }

    float[] run(String method, IValue... arguments) {
      try (IValue result = program.run(method, arguments)) {
        return result.toTensor(scope).toType(DataType.FLOAT32, true).toFloatArray();
      }
    }

    /**
     * Returns the rows of users. User b has {@code counts[b]} rows, which follow {@code from[b]}
     * earlier rows.
     */
    private RaggedRows rows(int[] from, int[] counts, boolean histories) {
      List<RaggedRows.Part> parts = new ArrayList<>();
      for (int b = 0; b < counts.length; b++) {
        int user = b;
        int first = from[b];
        long[] items = new long[counts[b]];
        long[] positions = new long[counts[b]];
        Arrays.setAll(items, i -> (7 * user + 3 * i) % config.items());
        Arrays.setAll(positions, i -> histories ? first + i : i % 5);
        int used = histories ? first + counts[b] : first;
        parts.add(
            new RaggedRows.Part(
                items,
                new long[counts[b]],
                new long[counts[b]],
                positions,
                PoolBlocks.place(blocks.get(b), used)));
      }
      return RaggedRows.of(parts);
    }

    float[] extend(int[] from, int[] counts) {
      RaggedRows rows = rows(from, counts, true);
      Shape actions = new Shape(rows.rows(), config.actions().size());
      return call("extend_ragged", List.of(), rows, List.of((PtNDArray) scope.ones(actions)));
    }

    float[] score(int[] used, int[] counts) {
      PtNDArray noPaths = (PtNDArray) scope.create(new float[0], new Shape(0));
      return call("score_ragged", List.of(noPaths), rows(used, counts, false), List.of());
    }

    /** Calls a method. Its tensors are {@code before}, then the integers, then {@code after}. */
    private float[] call(
        String method, List<PtNDArray> before, RaggedRows rows, List<PtNDArray> after) {
      List<IValue> arguments = new ArrayList<>();
      arguments.add(IValue.from(table));
      before.forEach(array -> arguments.add(IValue.from(array)));
      arguments.add(IValue.from((PtNDArray) scope.create(rows.ints())));
      after.forEach(array -> arguments.add(IValue.from(array)));
      arguments.add(IValue.from((long) rows.users()));
      arguments.add(IValue.from((long) rows.mostNew()));
      arguments.add(IValue.from((long) rows.mostUsed()));
      arguments.add(IValue.from(pool.tensor()));
      arguments.add(IValue.listFrom(new PtNDArray[0]));
      arguments.add(IValue.listFrom(new PtNDArray[0]));
      return run(method, arguments.toArray(IValue[]::new));
    }
  }

  /** Runs a program with a kernel. Returns the states of two extensions, and then the scores. */
  private List<float[]> results(Path archive, ModelConfig config, AttentionKernel kernel) {
    try (RawProgram program = new RawProgram(archive, "PLAIN", kernel);
        TestPool pool = new TestPool(KvType.FLOAT32, 1 << 16)) {
      Runs runs = new Runs(program, config, pool);
      List<float[]> results = new ArrayList<>();
      int[] some = {OLD[0], OLD[2]};
      EngineRows middle = runs.blocks.remove(1);
      results.add(runs.extend(new int[2], some));
      runs.blocks.add(1, middle);
      results.add(runs.extend(OLD, NEW));
      int[] used = new int[OLD.length];
      Arrays.setAll(used, b -> OLD[b] + NEW[b]);
      results.add(runs.score(used, CANDIDATES));
      return results;
    }
  }

  private static float difference(float[] expected, float[] actual) {
    assertThat(actual).hasSameSizeAs(expected);
    float largest = 0;
    for (int i = 0; i < expected.length; i++) {
      float difference = Math.abs(expected[i] - actual[i]);
      largest = difference <= largest ? largest : difference; // keeps NaN
    }
    return largest;
  }

  @ParameterizedTest
  @CsvSource({"FLASH, 4", "FLASH, 2", "EFFICIENT, 4", "EFFICIENT, 1"})
  void kernel_ofACard_givesWhatThePaddedFormGives(AttentionKernel kernel, int kvHeads)
      throws IOException {
    ModelConfig config = TestModels.config(4, kvHeads, 16);
    Path archive = archive(config, Weights.random(config, 5));
    List<float[]> expected = results(archive, config, AttentionKernel.PADDED);
    List<float[]> actual = results(archive, config, kernel);
    for (int i = 0; i < expected.size(); i++) {
      assertThat(difference(expected.get(i), actual.get(i)))
          .as("result %d", i)
          .isLessThan(TOLERANCE);
    }
  }
}
