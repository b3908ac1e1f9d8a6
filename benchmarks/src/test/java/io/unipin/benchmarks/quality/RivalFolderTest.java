package io.unipin.benchmarks.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.unipin.model.files.FloatTensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RivalFolderTest {
  @TempDir Path work;

  private RivalFolder folder(String origin) {
    return new RivalFolder(work.resolve("rival"), origin);
  }

  private static RivalFolder.Training training(float weight) {
    return tensors -> {
      tensors.accept(Map.of("item", FloatTensor.of(new float[] {weight}, 1)));
      return JsonNodeFactory.instance.objectNode().put("epochs", (int) weight);
    };
  }

  private static RivalFolder.Training none() {
    return tensors -> {
      throw new IllegalStateException("no training expected");
    };
  }

  private static float weight(RivalFolder.Trained trained) {
    return Objects.requireNonNull(trained.tensors().get("item")).toArray()[0];
  }

  @Test
  void get_finishedRival_isReadUnchanged() throws IOException {
    folder("a").get(training(3), line -> {});
    RivalFolder.Trained again = folder("a").get(none(), line -> {});
    assertThat(again.earlier()).isTrue();
    assertThat(weight(again)).isEqualTo(3);
    assertThat(again.shown().toString()).isEqualTo("{\"epochs\":3}");
  }

  @Test
  void get_otherOrigin_trainsAgainAndKeepsTheOther() throws IOException {
    folder("a").get(training(3), line -> {});
    List<String> said = new ArrayList<>();
    RivalFolder.Trained other = folder("b").get(training(4), said::add);
    assertThat(other.earlier()).isFalse();
    assertThat(weight(other)).isEqualTo(4);
    assertThat(String.join(" ", said)).contains("rival-earlier-1");
    assertThat(work.resolve("rival-earlier-1/figures.json")).exists();
  }

  @Test
  void get_interruptedTraining_startsAgain() throws IOException {
    RivalFolder.Training interrupted =
        tensors -> {
          tensors.accept(Map.of("item", FloatTensor.of(new float[] {9}, 1)));
          throw new IllegalStateException("interrupted");
        };
    assertThatThrownBy(() -> folder("a").get(interrupted, line -> {})).hasMessage("interrupted");
    assertThat(Files.exists(work.resolve("rival/figures.json"))).isFalse();
    assertThat(weight(folder("a").get(training(5), line -> {}))).isEqualTo(5);
  }
}
