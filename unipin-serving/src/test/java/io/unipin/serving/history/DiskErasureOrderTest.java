package io.unipin.serving.history;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

final class DiskErasureOrderTest extends ErasureOrderContract {
  @TempDir Path folder;

  @Override
  protected HistoryStore open() {
    return HistoryStore.open(new HistoryConfig(folder, LIMIT, false));
  }
}
