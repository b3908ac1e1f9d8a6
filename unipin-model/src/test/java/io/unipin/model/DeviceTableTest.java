package io.unipin.model;

import static io.unipin.model.TestModels.CONTEXT;
import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.batch.TestPool;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import io.unipin.model.files.ModelFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that live items are written to a device's copy of the table and to the host's table. */
class DeviceTableTest {
  private static final float TOLERANCE = 1e-5f;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void writeLive_tableOfADevice_isThatOfTheHost(boolean described) {
    ModelConfig plain = TestModels.config(4, 2, 16);
    ModelConfig config = described ? TestModels.described(plain) : plain;
    TestModels.write(folder, config, 1);
    EngineOptions options = EngineOptions.cpu().withLiveItems(3);
    ModelFiles files = ModelFiles.read(folder, 3);
    EngineOptions batched = options.batched(4, Duration.ZERO);
    try (ServingModel host = ServingModel.load(folder, options);
        ServingModel device = ServingModel.load(files, batched, AttentionKernel.PADDED);
        TestPool pool = new TestPool(KvType.FLOAT32, 1 << 16)) {
      KvLayout layout = config.kvLayout(KvType.FLOAT32);
      KvRows hostBlock = TestModels.block(config, KvType.FLOAT32, 16);
      KvRows deviceBlock = pool.block(layout, 16);
      host.extend(TokenSequence.empty(), 0, hostBlock);
      device.extend(TokenSequence.empty(), 0, deviceBlock);
      float[] row = new float[config.itemDim() + config.contentPath()];
      for (int round = 0; round < 2; round++) {
        Arrays.fill(row, 0.1f + round);
        host.writeLive(1, row);
        device.writeLive(1, row);
        int[] candidates = {3, host.liveRow(1)};
        float[] expected = host.score(hostBlock, 1, candidates, CONTEXT);
        float[] actual = device.score(deviceBlock, 1, candidates, CONTEXT);
        assertThat(largestDifference(expected, actual)).isLessThan(TOLERANCE);
        assertThat(device.rows()).isEqualTo(host.rows());
        assertThat(device.rows().get(device.liveRow(1) * config.itemDim())).isEqualTo(row[0]);
      }
    }
  }
}
