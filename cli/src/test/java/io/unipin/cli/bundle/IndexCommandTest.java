package io.unipin.cli.bundle;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.ann.FaissIndex;
import io.unipin.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

final class IndexCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"RQ4x4", "L2norm,Flat", "Pad64,Flat", "PQ4x4fs"})
  void index_kindThatNoServerCanLoad_isRefusedBeforeItIsPlanned(String factory) throws IOException {
    Path index = folder.resolve("items.faiss");
    assertThat(index(vectors(400, 32), index, "--factory", factory)).isNotZero();
    assertThat(err.toString())
        .contains("index '" + factory + "': a kind of index that UniPin can load expected");
    assertThat(out.toString()).isEmpty();
    assertThat(index).doesNotExist();
  }

  /** The memory is what auto may use. It is too little for these vectors. */
  @Test
  void index_kindThatTheUserChose_isBuiltWhateverItTakes() throws IOException {
    Path index = folder.resolve("items.faiss");
    Path vectors = vectors(10_000, 128);
    assertThat(index(vectors, index, "--memory", "1")).isNotZero();
    assertThat(err.toString()).contains("2 MiB at least, got 1 MiB");
    assertThat(index(vectors, index, "--memory", "1", "--factory", "SQ4"))
        .as(err.toString())
        .isZero();
    assertThat(out.toString()).contains("index SQ4: as asked for").contains("wrote ");
    try (FaissIndex loaded = FaissIndex.load(index)) {
      assertThat(loaded.size()).isEqualTo(10_000);
    }
  }

  private int index(Path vectors, Path to, String... more) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] all = new String[more.length + 5];
    all[0] = "index";
    all[1] = "--vectors";
    all[2] = vectors.toString();
    all[3] = "--out";
    all[4] = to.toString();
    System.arraycopy(more, 0, all, 5, more.length);
    return main.execute(all);
  }

  /** Writes random vectors in the format fvecs. */
  private Path vectors(int size, int dimension) throws IOException {
    ByteBuffer rows =
        ByteBuffer.allocate(size * (dimension + 1) * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(3);
    for (int row = 0; row < size; row++) {
      rows.putInt(dimension);
      for (int i = 0; i < dimension; i++) {
        rows.putFloat((float) random.nextGaussian());
      }
    }
    return Files.write(folder.resolve("items.fvecs"), rows.array());
  }
}
