package io.unipin.model;

import static io.unipin.model.TestModels.CONTEXT;
import static io.unipin.model.TestModels.largestDifference;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvType;
import io.unipin.model.engine.Implementation;
import io.unipin.model.engine.MatrixType;
import io.unipin.model.engine.NativeEngine;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.TokenSequence;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/** Tests which implementation computes a loaded model, and that one line of the log names it. */
@Timeout(120)
class ImplementationTest {
  private static final int MAX_HISTORY = 40;
  private static final String FALLBACK = "the program computes the model, not the native engine: ";

  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(NativeCalls.class);

  @TempDir Path folder;

  @BeforeEach
  void listen() {
    logger.setLevel(Level.INFO);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stop() {
    logger.detachAppender(lines);
    logger.setLevel(null); // restores the level of the root logger
  }

  /** Returns a shape whose heads have 16 numbers. */
  private static ModelConfig wide() {
    ModelConfig four = TestModels.config(4, 2, MAX_HISTORY);
    return new ModelConfig(
        four.items(),
        four.contentDim(),
        four.itemDim(),
        four.width(),
        four.layers(),
        2,
        1,
        four.feedForward(),
        MAX_HISTORY,
        four.actions(),
        four.positives(),
        four.surfaces());
  }

  private static EngineOptions by(Implementation implementation) {
    return EngineOptions.cpu().withImplementation(implementation);
  }

  private void logged(Level level, String line) {
    assertThat(lines.list).hasSize(1);
    assertThat(lines.list.get(0).getLevel()).isEqualTo(level);
    assertThat(lines.list.get(0).getFormattedMessage()).isEqualTo(line);
  }

  @Test
  void load_withoutASetting_usesTheProgram() {
    try (ServingModel model = TestModels.serving(folder, wide(), 1)) {
      assertThat(model.engine()).isEqualTo("program");
      assertThat(lines.list).isEmpty();
    }
  }

  @Test
  void load_native_usesTheFastestInstructionSet() {
    String fastest = NativeEngine.instructionSets(MatrixType.FLOAT32).get(0);
    try (ServingModel model =
        TestModels.serving(folder, wide(), 1, by(Implementation.NATIVE).withComparison())) {
      assertThat(model.engine()).isEqualTo("native " + fastest);
      logged(Level.INFO, "the native engine computes the model, with " + fastest);
      TokenSequence tokens = TokenSequence.of(TestModels.actions(new Random(3), 33));
      HostRows block = TestModels.block(wide(), KvType.FLOAT32, 48);
      long before = model.computingNanos();
      model.extend(tokens, 0, block);
      assertThat(model.computingNanos()).isGreaterThan(before);
      int[] slate = TestModels.candidates(new Random(4), 20);
      float[] dense = model.scoreDense(tokens, slate, CONTEXT);
      assertThat(dense).containsExactly(model.score(block, 34, slate, CONTEXT));
    }
  }

  @ParameterizedTest
  @CsvSource({"NATIVE, WARN", "AUTO, INFO"})
  void load_headsOfEight_fallsBack(Implementation implementation, String level) {
    ModelConfig narrow = TestModels.config(4, 2, MAX_HISTORY);
    try (ServingModel model = TestModels.serving(folder, narrow, 1, by(implementation))) {
      assertThat(model.engine()).isEqualTo("program");
      logged(Level.toLevel(level), FALLBACK + "heads of 16, 32, 64 or 128 numbers expected, got 8");
      HostRows block = TestModels.block(narrow, KvType.FLOAT32, 48);
      assertThat(model.extend(TokenSequence.empty(), 0, block)).doesNotContain(Float.NaN);
    }
  }

  @Test
  void load_batches_fallsBack() {
    EngineOptions options = by(Implementation.AUTO).batched(4, Duration.ofMillis(1));
    try (ServingModel model = TestModels.serving(folder, wide(), 1, options)) {
      assertThat(model.engine()).isEqualTo("program");
      logged(Level.INFO, FALLBACK + "executor WORKER expected, got BATCH");
    }
  }

  @Test
  void load_int8_usesTheEngineIfTheProcessorMultipliesBytes() {
    TestModels.write(folder, wide(), 1);
    TokenSequence history = TokenSequence.of(TestModels.actions(new Random(3), 20));
    ModelWriter.observe(folder, List.of(history), CONTEXT);
    EngineOptions options =
        EngineOptions.cpu(Precision.INT8).withImplementation(Implementation.NATIVE);
    String fastest = NativeEngine.instructionSets(MatrixType.INT8).get(0);
    try (ServingModel model = ServingModel.load(folder, options)) {
      if (fastest.equals(NativeEngine.PORTABLE)) {
        assertThat(model.engine()).isEqualTo("program");
        logged(Level.WARN, FALLBACK + "a processor with AVX512_VNNI expected for precision INT8");
      } else {
        assertThat(model.engine()).isEqualTo("native " + fastest);
        logged(Level.INFO, "the native engine computes the model, with " + fastest);
      }
    }
  }

  @Test
  void load_float16_fallsBack() {
    EngineOptions options =
        EngineOptions.cpu(Precision.FLOAT16).withImplementation(Implementation.NATIVE);
    try (ServingModel model = TestModels.serving(folder, wide(), 1, options)) {
      assertThat(model.engine()).isEqualTo("program");
      logged(Level.WARN, FALLBACK + "precision FLOAT32 or INT8 expected, got FLOAT16");
    }
  }

  @Test
  void writeLive_isReadByTheNextCall() {
    EngineOptions options = by(Implementation.NATIVE).withLiveItems(2);
    ModelConfig config = TestModels.described(wide());
    try (ServingModel model = TestModels.serving(folder, config, 1, options)) {
      HostRows block = TestModels.block(config, KvType.FLOAT32, 48);
      model.extend(TokenSequence.empty(), 0, block);
      int[] live = {model.liveRow(1)};
      float[] before = model.score(block, 1, live, CONTEXT);
      float[] row = new float[config.itemDim() + config.contentPath()];
      row[3] = 1;
      row[config.itemDim()] = 2;
      model.writeLive(1, row);
      float[] after = model.score(block, 1, live, CONTEXT);
      assertThat(largestDifference(before, after)).isGreaterThan(1e-3f);
      try (ServingModel program = ServingModel.load(folder, EngineOptions.cpu().withLiveItems(2))) {
        program.writeLive(1, row);
        assertThat(largestDifference(program.score(block, 1, live, CONTEXT), after))
            .isLessThan(1e-5f);
      }
    }
  }
}
