package io.unipin.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.unipin.model.Torch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

@EnabledOnOs(OS.LINUX)
class NativeMemoryTest {
  /**
   * Size of a block in floats. The C library does not map blocks of this size separately. So freed
   * blocks leave the process only with a trim.
   */
  private static final int FLOATS = 16 << 10;

  private static final int BLOCKS = 2048;

  @Test
  void trim_freedBetweenWhatIsUsed_leavesTheProcess() throws IOException {
    try (NDManager kept = Torch.newManager()) {
      long before;
      try (NDManager freed = kept.newSubManager()) {
        List<NDManager> managers = List.of(kept, freed);
        for (int i = 0; i < 2 * BLOCKS; i++) {
          int floats = i % 2 == 0 ? 16 : FLOATS;
          managers.get(i % 2).ones(new Shape(floats));
        }
        before = residentBytes();
      }
      assertThat(NativeMemory.trim()).isTrue();
      assertThat(residentBytes()).isLessThan(before - BLOCKS * FLOATS * Float.BYTES / 2);
    }
  }

  private static long residentBytes() throws IOException {
    List<String> lines = new ArrayList<>(Files.readAllLines(Path.of("/proc/self/status")));
    String resident = lines.stream().filter(l -> l.startsWith("VmRSS:")).findFirst().orElseThrow();
    return 1024 * Long.parseLong(resident.replaceAll("\\D", ""));
  }
}
