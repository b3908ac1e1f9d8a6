package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.unipin.model.device.ForkedEngine;
import io.unipin.model.features.ModelConfig;
import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests that a CUDA build of libtorch loads. On the processor, this build must compute the same
 * results as the build for processors. Needs {@code -Dunipin.gpuLibs=DIR}, the folder of the
 * build's libraries; further folders with libraries of CUDA may follow, separated by colons. Needs
 * no card.
 */
@Tag("long")
class CudaBuildTest {
  private static final float TOLERANCE = 1e-4f;

  @TempDir Path folder;

  @Test
  void cudaBuild_onTheProcessor_computesTheSame() throws Exception {
    String libraries = System.getProperty("unipin.gpuLibs");
    assumeThat(libraries).as("-Dunipin.gpuLibs=DIR, a CUDA build of libtorch").isNotNull();
    ModelConfig config = TestModels.config(4, 2, 64);
    Path model = folder.resolve("model");
    TestModels.write(model, config, 3);
    List<String> printed = answers(model, String.valueOf(libraries));
    String first = String.valueOf(libraries).split(File.pathSeparator, -1)[0];
    assertThat(printed).contains("folder " + Path.of(first).toAbsolutePath());
    assertThat(printed)
        .containsAnyOf(
            "cuda computes",
            "cuda an NVIDIA driver with a card expected for cuda, found none;"
                + " does nvidia-smi list it?");
    float[] expected = CudaBuildAnswers.of(model);
    float[] got = CudaBuildAnswers.parse(printed);
    assertThat(got).hasSameSizeAs(expected);
    assertThat(TestModels.largestDifference(expected, got)).isLessThanOrEqualTo(TOLERANCE);
  }

  /** Runs {@link CudaBuildAnswers} in another process, with other libraries. */
  private List<String> answers(Path model, String libraries) throws Exception {
    String before = System.getenv("LD_LIBRARY_PATH");
    Map<String, String> variables =
        Map.of(
            "PYTORCH_LIBRARY_PATH",
            libraries.split(File.pathSeparator, -1)[0],
            "PYTORCH_FLAVOR",
            "cu128",
            "LD_LIBRARY_PATH",
            before == null ? libraries : libraries + File.pathSeparatorChar + before);
    return ForkedEngine.run(CudaBuildAnswers.class, folder, variables, model.toString());
  }
}
