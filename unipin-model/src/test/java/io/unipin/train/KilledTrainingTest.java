package io.unipin.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.split.Holdout;
import io.unipin.train.recipe.TrainConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(180)
class KilledTrainingTest {
  private static final int EPOCHS = 5;

  @TempDir Path folder;

  /** The main class of a process that trains and prints the number of every finished step. */
  static final class Child {
    private Child() {}

    public static void main(String[] arguments) {
      train(Path.of(arguments[0]), step -> System.out.println("step " + step.step()));
    }
  }

  private static TrainResult train(Path work, TrainProgress progress) {
    FeedLog log = TestLogs.random(80, 30, 40, 11);
    TrainConfig config =
        TrainConfig.defaults()
            .with(
                "model",
                "{itemDim: 8, width: 16, layers: 1, heads: 2, kvHeads: 1, feedForward: 32,"
                    + " maxHistory: 16}")
            .with("training.epochs", Integer.toString(EPOCHS))
            .with("training.batchActions", "100")
            .with("training.patience", "100");
    Holdout holdout = Holdout.leaveLast(log, 1);
    return new Trainer(log, holdout, config, work, progress).run(true);
  }

  @Test
  void run_processKilledTwice_endsWithTheModelOfAnUninterruptedOne()
      throws IOException, InterruptedException {
    Path whole = folder.resolve("whole");
    long steps = train(whole, TrainProgress.none()).steps();
    Path killed = folder.resolve("killed");
    long first = startAndKill(killed, steps / 3);
    assertThat(first).isLessThan(steps);
    startAndKill(killed, 2 * steps / 3);
    TrainResult result = train(killed, TrainProgress.none());
    assertThat(result.steps()).isEqualTo(steps);
    for (String file : new String[] {"weights.safetensors", "items.safetensors"}) {
      assertThat(Files.readAllBytes(killed.resolve("model").resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(whole.resolve("model").resolve(file)));
    }
  }

  /**
   * Starts a training in a process and kills it with SIGKILL after it prints the given step.
   * Returns the last step that the process printed.
   */
  private static long startAndKill(Path work, long at) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dai.djl.offline=true",
                "-Dai.djl.pytorch.num_threads="
                    + System.getProperty("ai.djl.pytorch.num_threads", "1"),
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                work.toString()));
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    long step = 0;
    try (BufferedReader said =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = said.readLine(); line != null && step < at; line = said.readLine()) {
        step = line.startsWith("step ") ? Long.parseLong(line.substring(5)) : step;
      }
      assertThat(step).as("the training reached the step").isGreaterThanOrEqualTo(at);
    } finally {
      process.destroyForcibly();
      process.waitFor();
    }
    return step;
  }
}
