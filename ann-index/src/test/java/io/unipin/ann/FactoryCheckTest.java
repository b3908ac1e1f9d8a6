package io.unipin.ann;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FactoryCheckTest {
  @ParameterizedTest
  @ValueSource(strings = {"Flat", "HNSW16", "IVF4096,Flat", "IVF64,SQ8", "IVF1024,PQ8"})
  void require_whatFaissKnows_passes(String factory) {
    assertThatCode(() -> FactoryCheck.require(factory, 16, 10_000)).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"HNSWmany", "flat", "IVF,Flat", ""})
  void require_whatFaissDoesNotKnow_isRefused(String factory) {
    assertThatThrownBy(() -> FactoryCheck.require(factory, 16, 10_000))
        .isInstanceOfAny(AnnException.class, IllegalArgumentException.class);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(strings = {"LSH", "NSG16,Flat"})
  void require_whatCouldNotBeLoadedAgain_isRefused(String factory) {
    assertThatThrownBy(() -> FactoryCheck.require(factory, 16, 10_000))
        .isInstanceOf(AnnException.class)
        .hasMessageContaining("index '" + factory + "'");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PQ8 | 100 | index 'PQ8' cannot be built of 100 vectors: ",
        "IVF8,PQ8 | 100 | index 'IVF8,PQ8' cannot be built of 100 vectors: ",
        "PQ8x12 | 3000 | index 'PQ8x12': codes of at most 3000 centroids expected, one per vector,"
            + " got 4096"
      })
  void require_moreCentroidsThanVectors_isRefused(String factory, int size, String message) {
    assertThatThrownBy(() -> FactoryCheck.require(factory, 16, size))
        .isInstanceOf(AnnException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Flat | 1",
        "HNSW32 | 3",
        "IVF64,SQ8 | 100",
        "PQ8 | 256",
        "PQ8x12 | 5000",
        "IVF64(IVF4(HNSW8),Flat),Flat | 100",
        "PCA8,IVF4096,Flat | 5000"
      })
  void require_asManyVectorsAsTheKindNeeds_passes(String factory, int size) {
    assertThatCode(() -> FactoryCheck.require(factory, 16, size)).doesNotThrowAnyException();
  }

  @Test
  void load_kindThatUniPinDoesNotKnow_isNotCalledDamaged(@TempDir Path folder) {
    Path file = folder.resolve("items.faiss");
    float[] vectors = TestVectors.clustered(100, 8, 5, 2);
    for (String factory : List.of("RQ2x4", "L2norm,Flat", "Pad16,Flat", "PQ4x4fs")) {
      try (FaissIndex index =
          FaissIndex.build(factory, vectors, 8, TestVectors.ids(100), FaissBuild.DEFAULT)) {
        index.save(file);
      }
      assertThatThrownBy(() -> FaissIndex.load(file).close())
          .as(factory)
          .isInstanceOf(AnnException.class)
          .hasMessageMatching(
              "index file items.faiss: a kind of index that UniPin can load expected, got"
                  + " '[A-Za-z0-9?]{4}'");
    }
  }

  @Test
  void require_moreListsThanVectors_isRefused() {
    assertThatThrownBy(() -> FactoryCheck.require("IVF4096,Flat", 16, 300))
        .hasMessage("index 'IVF4096,Flat': at most 300 lists expected, one per vector, got 4096");
  }
}
