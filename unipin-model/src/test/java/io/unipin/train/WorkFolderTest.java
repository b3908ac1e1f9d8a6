package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.model.EngineDevice;
import io.unipin.model.features.ModelException;
import io.unipin.train.recipe.TrainConfig;
import io.unipin.train.recipe.TrainException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests what a training finds and leaves in its work folder. */
final class WorkFolderTest extends TrainerFixture {
  @Test
  void run_killedAndResumed_equalsUninterrupted() throws IOException {
    FeedLog log = walks(40);
    TrainConfig config = config(3).with("training.checkpointSeconds", "1");
    Path whole = folder.resolve("whole");
    trainer(log, config, whole, new ArrayList<>()).run(false);

    Path broken = folder.resolve("broken");
    for (long killAt : new long[] {2, 5, 9}) {
      Trainer dying =
          new Trainer(
              log, Holdout.leaveLast(log, 1), config, broken, recorder(new ArrayList<>(), killAt));
      assertThatThrownBy(() -> dying.run(true)).hasMessage("killed");
    }
    trainer(log, config, broken, new ArrayList<>()).run(true);
    for (String file :
        new String[] {"config.json", "weights.safetensors", "items.safetensors", "recipe.yaml"}) {
      assertThat(Files.readAllBytes(broken.resolve("model").resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(whole.resolve("model").resolve(file)));
    }
  }

  /** The time limit is reached in the first epoch, and the process is killed before its end. */
  @Test
  void run_resumedAfterItsTimeLimit_validatesTheUnfinishedEpoch() {
    FeedLog log = walks(40);
    TrainConfig config = config(3).with("training.checkpointSeconds", "1");
    TrainProgress slow =
        step -> {
          sleep(Duration.ofMillis(1100)); // longer than the time between two checkpoints
          if (step.step() == 2) {
            throw new IllegalStateException("killed");
          }
        };
    Holdout holdout = Holdout.leaveLast(log, 1);
    assertThatThrownBy(() -> new Trainer(log, holdout, config, folder, slow).run(true))
        .hasMessage("killed");
    TrainProgress limited =
        new TrainProgress() {
          @Override
          public void step(TrainStep step) {
            throw new AssertionError("a step after the limit");
          }

          @Override
          public double mostSeconds() {
            return 0.5;
          }
        };
    TrainResult result = new Trainer(log, holdout, config, folder, limited).run(true);
    assertThat(result.model().resolve("config.json")).exists();
    assertThat(result.steps()).isPositive();
  }

  private static void sleep(Duration time) {
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @SuppressWarnings("try") // the lock is only held
  @Test
  void run_folderOfARunningTraining_isRefused() throws IOException {
    FeedLog log = walks(20);
    try (WorkLock held = WorkLock.of(folder)) {
      assertThatThrownBy(() -> trainer(log, config(1), folder, new ArrayList<>()).run(true))
          .isInstanceOf(TrainException.class)
          .hasMessageStartingWith("a work folder without a running training expected, got");
    }
    assertThat(trainer(log, config(1), folder, new ArrayList<>()).run(true).steps()).isPositive();
  }

  @ParameterizedTest
  @CsvSource({
    "{}, origin",
    "best: null, best",
    "batch: -1, batch",
    "epoch: -5, epoch",
    "step: -9, step"
  })
  void run_brokenCheckpoint_isRefused(String change, String field) throws IOException {
    FeedLog log = walks(20);
    Trainer dying =
        new Trainer(
            log,
            Holdout.leaveLast(log, 1),
            config(2),
            folder,
            bestEpochs(new ArrayList<>(), 1),
            EngineDevice.CPU,
            new ScriptedValidator(0.1, 0.2));
    assertThatThrownBy(() -> dying.run(true)).hasMessage("killed");
    Path state = folder.resolve("checkpoint").resolve("state.json");
    ObjectMapper json = new ObjectMapper();
    ObjectNode tree = (ObjectNode) json.readTree(state.toFile());
    if (change.equals("{}")) {
      tree.remove(field);
    } else {
      tree.set(field, json.readTree(change.substring(change.indexOf(' ') + 1)));
    }
    json.writeValue(state.toFile(), tree);
    assertThatThrownBy(() -> trainer(log, config(2), folder, new ArrayList<>()).run(true))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("a checkpoint with origin, best, and numbers");
  }

  @Test
  void run_laterModelAsGoodWithinNoise_isTheBest() {
    FeedLog log = walks(10);
    Holdout holdout = Holdout.leaveLast(log, 1);
    List<Integer> best = new ArrayList<>();
    Trainer dying =
        new Trainer(
            log,
            holdout,
            config(4),
            folder,
            bestEpochs(best, 3),
            EngineDevice.CPU,
            new ScriptedValidator(0.1, 0.2, 0.197));
    assertThatThrownBy(() -> dying.run(true)).hasMessage("killed");
    TrainResult result =
        new Trainer(
                log,
                holdout,
                config(4),
                folder,
                bestEpochs(best, Integer.MAX_VALUE),
                EngineDevice.CPU,
                new ScriptedValidator(0.195))
            .run(true);
    assertThat(best).as("0.195 is within 2 % of 0.197, but not of 0.2").containsExactly(1, 2, 3);
    assertThat(result.best().ndcg10()).isEqualTo(0.197);
  }

  @Test
  void run_startedAnew_leavesNoCheckpointOfAnEarlierRun() {
    FeedLog log = walks(10);
    trainer(log, config(1), folder, new ArrayList<>()).run(false);
    assertThat(folder.resolve("checkpoint")).isDirectory();
    Trainer dying =
        new Trainer(
            log, Holdout.leaveLast(log, 1), config(1), folder, recorder(new ArrayList<>(), 1));
    assertThatThrownBy(() -> dying.run(false)).hasMessage("killed");
    assertThat(folder.resolve("checkpoint")).doesNotExist();
  }

  @Test
  void run_otherRecipe_doesNotResume() {
    FeedLog log = walks(10);
    trainer(log, config(1), folder, new ArrayList<>()).run(false);
    assertThatThrownBy(() -> trainer(log, config(2), folder, new ArrayList<>()).run(true))
        .isInstanceOf(TrainException.class)
        .hasMessageContaining("another recipe");
  }

  @Test
  void run_warmStartFromAnotherShape_isRefused() {
    FeedLog log = walks(10);
    Path earlier =
        trainer(log, config(1), folder.resolve("a"), new ArrayList<>()).run(false).model();
    TrainConfig wider = config(1).with("model.width", "64");
    Path checkpoint = folder.resolve("b").resolve("checkpoint");
    trainer(log, config(1), folder.resolve("b"), new ArrayList<>()).run(false);
    assertThat(checkpoint).exists();
    assertThatThrownBy(
            () ->
                trainer(log, wider, folder.resolve("b"), new ArrayList<>())
                    .run(false, new WarmStart(earlier, log.catalogue())))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("warm start: the shape of the earlier model expected")
        .hasMessageContaining("width 32")
        .hasMessageContaining("width 64");
    assertThat(checkpoint).as("of the training that stays").exists();
    assertThat(folder.resolve("b").resolve("model")).exists();
  }
}
