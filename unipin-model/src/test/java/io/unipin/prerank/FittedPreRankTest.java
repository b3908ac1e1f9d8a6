package io.unipin.prerank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.unipin.model.features.ModelException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FittedPreRankTest {
  private static final FittedPreRank FITTED = PreRankTest.fitted(0.5f, 0.25f, 0, -1);

  @TempDir Path folder;

  @Test
  void write_andRead_givesTheSame() {
    assertThat(FittedPreRank.read(folder)).isEmpty();
    FITTED.write(folder);
    assertThat(FittedPreRank.read(folder)).contains(FITTED);
    FittedPreRank.remove(folder);
    FittedPreRank.remove(folder);
    assertThat(FittedPreRank.read(folder)).isEmpty();
  }

  @Test
  void text_namesTheFeaturesThatHaveAWeight() {
    assertThat(FITTED.text()).isEqualTo("0.5000 x retrieval score +0.2500 x f0 -1.000 x f2");
  }

  @Test
  void read_cutFile_isRefused() throws IOException {
    FITTED.write(folder);
    Path file = folder.resolve(FittedPreRank.FILE);
    String whole = Files.readString(file);
    for (int length = 0; length < whole.length() - 1; length += 7) {
      Files.writeString(file, whole.substring(0, length));
      assertThatThrownBy(() -> FittedPreRank.read(folder)).isInstanceOf(ModelException.class);
    }
  }

  @Test
  void read_hugeFile_isRefusedUnread() throws IOException {
    Files.write(folder.resolve(FittedPreRank.FILE), new byte[(1 << 20) + 1]);
    assertThatThrownBy(() -> FittedPreRank.read(folder))
        .hasMessage("prerank.json: at most 1048576 bytes expected, got 1048577");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          null | an object expected, got null
          {} | Missing creator property
          {'version': 2, 'similarity': 1, 'features': [], 'targets': 1, 'pool': 1, 'kept': 1, 'keptByRetrieval': 0, 'keptByWeights': 0} | version 1 expected, got 2
          {'version': 1, 'similarity': 1e9, 'features': [], 'targets': 1, 'pool': 1, 'kept': 1, 'keptByRetrieval': 0, 'keptByWeights': 0} | similarity: -1000000.0 to 1000000.0 expected
          {'version': 1, 'similarity': 1, 'features': [{'name': 'a', 'weight': 'NaN', 'mean': 0}], 'targets': 1, 'pool': 1, 'kept': 1, 'keptByRetrieval': 0, 'keptByWeights': 0} | a.weight
          {'version': 1, 'similarity': 1, 'features': [{'name': '', 'weight': 1, 'mean': 0}], 'targets': 1, 'pool': 1, 'kept': 1, 'keptByRetrieval': 0, 'keptByWeights': 0} | a name expected
          {'version': 1, 'similarity': 1, 'features': [{'name': 'a', 'weight': 1, 'mean': 0}, {'name': 'a', 'weight': 1, 'mean': 0}], 'targets': 1, 'pool': 1, 'kept': 1, 'keptByRetrieval': 0, 'keptByWeights': 0} | distinct names expected
          {'version': 1, 'similarity': 1, 'features': [null], 'targets': 1, 'pool': 1, 'kept': 1, 'keptByRetrieval': 0, 'keptByWeights': 0} | prerank.json
          {'version': 1, 'similarity': 1, 'features': [], 'targets': 1, 'pool': 1, 'kept': 2, 'keptByRetrieval': 0, 'keptByWeights': 0} | kept at most pool expected
          {'version': 1, 'similarity': 1, 'features': [], 'targets': 1, 'pool': 1, 'kept': 1, 'keptByRetrieval': 0, 'keptByWeights': 1.5} | keptByWeights: 0 to 1 expected
          {'version': 1, 'similarity': 1, 'more': 1, 'features': [], 'targets': 1, 'pool': 1, 'kept': 1, 'keptByRetrieval': 0, 'keptByWeights': 0} | Unrecognized field
          """)
  void read_brokenFile_isRefused(String json, String message) throws IOException {
    Files.writeString(folder.resolve(FittedPreRank.FILE), json.replace('\'', '"'));
    assertThatThrownBy(() -> FittedPreRank.read(folder))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("prerank.json: ")
        .hasMessageContaining(message);
  }
}
