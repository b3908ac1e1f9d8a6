package io.unipin.cli.training;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.cli.check.CheckException;
import io.unipin.model.features.ModelConfig;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainingSpaceTest {
  private static final List<String> ANY = List.of("any");

  @TempDir Path folder;

  private void require(int layers, int feedForward) {
    ModelConfig config =
        new ModelConfig(60, 0, 8, 4096, layers, 2, 1, feedForward, 16, ANY, ANY, ANY);
    new TrainingSpace(config).require(folder.resolve("work"), folder.resolve("out"), false);
  }

  @Test
  void require_modelLargerThanAnyDisk_isRefused() {
    assertThatNoException().isThrownBy(() -> require(1, 16));
    assertThatThrownBy(() -> require(900, 2_000_000_000))
        .isInstanceOf(CheckException.class)
        .hasMessageContaining("MiB free for the checkpoints expected at ");
  }
}
