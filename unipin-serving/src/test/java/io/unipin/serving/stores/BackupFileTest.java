package io.unipin.serving.stores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BackupFileTest {
  @TempDir Path folder;

  private BackupFile read(String text) throws IOException {
    Files.writeString(folder.resolve("backup.json"), text);
    return BackupFile.read(folder);
  }

  @Test
  void file_ofFormatOne_isRead() throws IOException {
    BackupFile read =
        read(
            "{\"format\": 1, \"timeMs\": 1700000000000, \"users\": 2, \"marks\": 3, \"items\": 4,"
                + " \"lines\": 5, \"more\": \"of a later version\"}");
    assertThat(read).isEqualTo(new BackupFile(1, 1_700_000_000_000L, 2, 3, 4, 5));
  }

  @Test
  void file_thatIsWritten_isOfFormatOne() throws IOException {
    BackupFile written = new BackupFile(BackupFile.FORMAT, 1, 2, 3, 4, 5);
    written.write(folder);
    assertThat(Files.readString(folder.resolve("backup.json"))).contains("\"format\" : 1");
    assertThat(BackupFile.read(folder)).isEqualTo(written);
  }

  @Test
  void file_ofALaterFormat_isRefused() {
    assertThatThrownBy(() -> read("{\"format\": 2, \"timeMs\": 1}"))
        .isInstanceOf(ConfigException.class)
        .hasMessage("a backup of format 1 expected, got 2");
  }

  @Test
  void file_withAValueOfAnotherType_isRefused() {
    for (String wrong : new String[] {"{\"format\": 1.9}", "{\"format\": \"1\"}"}) {
      assertThatThrownBy(() -> read(wrong))
          .isInstanceOf(ConfigException.class)
          .hasMessageStartingWith("a valid backup.json expected in ");
    }
  }
}
