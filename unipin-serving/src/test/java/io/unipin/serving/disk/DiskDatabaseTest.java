package io.unipin.serving.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.Status;

final class DiskDatabaseTest {
  @TempDir Path folder;

  private DiskDatabase open() {
    return DiskDatabase.open(new DiskDatabase.Place("items", folder, true));
  }

  @Test
  void failure_diskIsFull_canBeRetried() {
    RocksDBException full =
        new RocksDBException(new Status(Status.Code.IOError, Status.SubCode.NoSpace, "no room"));
    RocksDBException broken =
        new RocksDBException(new Status(Status.Code.Corruption, Status.SubCode.None, "damage"));
    ServingException retried = DiskDatabase.failure("items", full);
    assertThat(retried.kind()).isEqualTo(FailureKind.UNAVAILABLE);
    assertThat(retried).hasMessage("the items store's disk is full");
    assertThat(DiskDatabase.failure("items", broken).kind()).isEqualTo(FailureKind.INTERNAL);
  }

  @Test
  void open_folderInUse_saysWhichSetting() {
    try (DiskDatabase first = open()) {
      assertThatThrownBy(this::open)
          .isInstanceOf(ServingException.class)
          .hasMessage("items.folder: a folder that no other server uses expected, got " + folder);
      assertThat(first.texts((byte) 'a')).isEmpty();
    }
  }

  @Test
  void write_batch_survivesReopening() {
    try (DiskDatabase database = open();
        Batch batch = new Batch()) {
      database.use(
          () -> {
            database.put(new byte[] {'a', 1}, new byte[] {1});
            batch.put(new byte[] {'a', 2}, new byte[] {2});
            batch.put(new byte[] {'b', 3}, new byte[] {3});
            batch.erase(new byte[] {'a', 1}, new byte[] {'a', 1, 0});
            database.write(batch);
            return true;
          });
    }
    List<byte[]> found = new ArrayList<>();
    try (DiskDatabase database = open()) {
      database.use(
          () -> {
            database.forEach((byte) 'a', (key, value) -> found.add(value));
            return true;
          });
    }
    assertThat(found).containsExactly(new byte[] {2});
  }
}
