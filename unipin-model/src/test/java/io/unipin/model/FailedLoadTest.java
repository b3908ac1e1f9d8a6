package io.unipin.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDManager;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import io.unipin.kvcache.KvType;
import io.unipin.model.archive.RunnableArchive;
import io.unipin.model.engine.Implementation;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Safetensors;
import io.unipin.model.files.Weights;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/**
 * Tests that a load that fails leaves nothing in the engine. The engine keeps the memory of a
 * manager until the manager is closed, so nobody could free what a failed load leaves open.
 */
@Timeout(120)
class FailedLoadTest {
  private static final ModelConfig CONFIG = TestModels.config(2, 2, 8);

  private final Logger logger = (Logger) LoggerFactory.getLogger(NativeCalls.class);
  private final Failing failing = new Failing();

  @TempDir Path folder;

  private int before;

  /** Fails as the code that logs does when the heap is full. */
  private static final class Failing extends UnsynchronizedAppenderBase<ILoggingEvent> {
    @Override
    public void doAppend(ILoggingEvent event) {
      throw new OutOfMemoryError("Java heap space");
    }

    @Override
    protected void append(ILoggingEvent event) {}
  }

  @BeforeEach
  void count() throws ReflectiveOperationException {
    before = open();
  }

  @AfterEach
  void heal() {
    logger.detachAppender(failing);
    logger.setLevel(null); // restores the level of the root logger
  }

  /** Returns the number of the engine's managers that nobody has closed. */
  private static int open() throws ReflectiveOperationException {
    Field resources = BaseNDManager.class.getDeclaredField("resources");
    resources.setAccessible(true);
    try (NDManager any = Torch.newManager()) {
      return ((Map<?, ?>) resources.get(any.getParentManager())).size() - 1;
    }
  }

  private void everythingIsClosed() throws ReflectiveOperationException {
    assertThat(open()).isEqualTo(before);
  }

  @Test
  void open_modelInUse_isCounted() throws ReflectiveOperationException {
    try (ServingModel model = TestModels.serving(folder, CONFIG, 1)) {
      assertThat(model.config()).isEqualTo(CONFIG);
      assertThat(open()).isEqualTo(before + 1);
    }
    everythingIsClosed();
  }

  @Test
  void load_error_closesTheModel() throws ReflectiveOperationException {
    TestModels.write(folder, CONFIG, 1);
    logger.setLevel(Level.INFO);
    logger.addAppender(failing);
    EngineOptions options = EngineOptions.cpu().withImplementation(Implementation.NATIVE);
    assertThatThrownBy(() -> ServingModel.load(folder, options))
        .isInstanceOf(OutOfMemoryError.class);
    everythingIsClosed();
  }

  @Test
  void load_archiveThatCannotBeWritten_closesTheModel() throws ReflectiveOperationException {
    Consumer<Path> fullDisk =
        archive -> {
          throw new ModelException("cannot write the model archive: no space left");
        };
    assertThatThrownBy(() -> TorchModule.load(EngineOptions.cpu(), false, fullDisk))
        .isInstanceOf(ModelException.class)
        .hasMessageContaining("no space left");
    everythingIsClosed();
  }

  @Test
  void load_brokenArchive_closesTheManager() throws IOException, ReflectiveOperationException {
    Path archive = Files.writeString(folder.resolve("broken.pt"), "no archive");
    assertThatThrownBy(() -> RunnableArchive.load(archive)).isInstanceOf(ModelException.class);
    everythingIsClosed();
  }

  @Test
  void resume_checkpointWithoutMoments_closesTheModel() throws ReflectiveOperationException {
    Path checkpoint = folder.resolve("checkpoint");
    Map<String, FloatTensor> weights =
        new LinkedHashMap<>(Weights.random(CONFIG, 1).stored(CONFIG));
    Safetensors.write(checkpoint, weights);
    assertThatThrownBy(() -> TrainingModel.resume(CONFIG, checkpoint, EngineOptions.cpu()))
        .isInstanceOf(ModelException.class)
        .hasMessageStartingWith("checkpoint: tensor first.item_id of shape");
    everythingIsClosed();
  }

  @Test
  void create_poolThatIsTooLarge_closesTheProgram() throws ReflectiveOperationException {
    assertThatThrownBy(() -> EnginePool.create(EngineOptions.cpu(), KvType.FLOAT32, 1L << 60))
        .isInstanceOf(RuntimeException.class);
    everythingIsClosed();
  }

  @Test
  void prepared_rowsThatDoNotFit_closesTheModel() throws ReflectiveOperationException {
    assertThatThrownBy(() -> MatrixProduct.prepared(-1, 8, 8, EngineOptions.cpu(), folder))
        .isInstanceOf(RuntimeException.class);
    everythingIsClosed();
  }
}
