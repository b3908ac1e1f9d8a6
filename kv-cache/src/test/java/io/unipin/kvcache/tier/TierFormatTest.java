package io.unipin.kvcache.tier;

import static io.unipin.kvcache.Rows.sequence;
import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvReason;
import io.unipin.kvcache.KvType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** Tests that files of version 1 are read, and that the files written now have version 1. */
@EnabledIf("isLittleEndian") // files belong to machines of one byte order
@Timeout(60)
final class TierFormatTest {
  private static final KvLayout LAYOUT = new KvLayout(1, 2, 4, 128, KvType.FLOAT32);
  private static final int ROWS = 100;

  /** Position of the version in the index file. */
  private static final int VERSION_AT = 8;

  @TempDir Path temp;

  static boolean isLittleEndian() {
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
  }

  private TierWorld world(Path folder) {
    return new TierWorld(folder, LAYOUT, TierWorld.BYTES, FileDisk::open);
  }

  private static byte[] stored(String name) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(TierFormatTest.class.getResourceAsStream("version-1/" + name))) {
      return in.readAllBytes();
    }
  }

  private Path folder(byte[] index) throws IOException {
    Path folder = Files.createDirectories(temp.resolve("tier"));
    Files.write(folder.resolve("chunks"), stored("chunks"));
    Files.write(folder.resolve("index"), index);
    return folder;
  }

  @Test
  void files_ofVersionOne_areRead() throws IOException {
    try (TierWorld world = world(folder(stored("index")))) {
      assertThat(world.serve("user", sequence(ROWS, 1))).isEqualTo(KvReason.RELOADED);
      assertThat(world.stats().space().failures()).isZero();
    }
  }

  @Test
  void files_ofALaterVersion_countAsAbsent() throws IOException {
    byte[] index = stored("index");
    ByteBuffer.wrap(index).putInt(VERSION_AT, 2);
    try (TierWorld world = world(folder(index))) {
      assertThat(world.serve("user", sequence(ROWS, 1))).isEqualTo(KvReason.ABSENT);
    }
  }

  @Test
  void files_writtenNow_areThoseOfVersionOne() throws IOException {
    Path folder = temp.resolve("now");
    try (TierWorld world = world(folder)) {
      world.serve("user", sequence(ROWS, 1));
    }
    assertThat(Files.readAllBytes(folder.resolve("index"))).isEqualTo(stored("index"));
    assertThat(Files.readAllBytes(folder.resolve("chunks"))).isEqualTo(stored("chunks"));
  }
}
