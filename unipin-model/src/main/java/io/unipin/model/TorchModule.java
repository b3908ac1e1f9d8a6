package io.unipin.model;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.batch.AttentionKernel;
import io.unipin.model.engine.EngineFault;
import io.unipin.model.features.DeviceFullException;
import io.unipin.model.features.DeviceLostException;
import io.unipin.model.features.ModelConfig;
import io.unipin.model.features.ModelException;
import io.unipin.model.files.FloatTensor;
import io.unipin.model.files.Program;
import io.unipin.model.files.TorchArchive;
import io.unipin.model.files.Weights;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The program with its weights, loaded into libtorch through DJL.
 *
 * <p>Thread-safe for methods that only read the weights.
 */
public final class TorchModule implements AutoCloseable {
  private final PtNDManager manager;
  private final LongAdder computingNanos = new LongAdder();
  private final PtSymbolBlock block;

  private TorchModule(PtNDManager manager, PtSymbolBlock block) {
    this.manager = manager;
    this.block = block;
  }

  /**
   * Loads the program that a use needs. Packs program, configuration and weights into a private
   * temporary file, and deletes the file after loading.
   */
  static TorchModule load(
      Program.Use use, ModelConfig config, Weights weights, EngineOptions options) {
    return load(
        options,
        use == Program.Use.TRAINING,
        archive -> TorchArchive.write(archive, use, config, weights));
  }

  /** Loads the program that moves the elements of a pool. */
  static TorchModule loadPool(EngineOptions options) {
    return load(options, false, TorchArchive::writePool);
  }

  /**
   * Loads a program from an archive.
   *
   * @param training whether the program is loaded for training
   * @param archiveWriter writes the archive to the path that it is given
   */
  static TorchModule load(EngineOptions options, boolean training, Consumer<Path> archiveWriter) {
    PtNDManager manager = Torch.newManager(options.device());
    boolean loaded = false;
    try {
      Path directory = Files.createTempDirectory("unipin-model");
      Path archive = directory.resolve("unipin.pt");
      PtSymbolBlock block;
      try {
        archiveWriter.accept(archive);
        block = JniUtils.loadModule(manager, archive, true, new String[0], new String[0], training);
      } finally {
        Files.deleteIfExists(archive);
        Files.delete(directory);
      }
      loaded = true;
      return new TorchModule(manager, block);
    } catch (IOException | EngineException e) {
      throw new ModelException("the engine did not load the model: " + firstLine(e), e);
    } finally {
      if (!loaded) {
        manager.close();
      }
    }
  }

  /**
   * Creates the owner of this module, which closes the module. If the maker throws anything, this
   * method closes the module. Errors count too: a server survives a lack of memory, and would keep
   * the weights of the model that it could not load.
   */
  <T> T handTo(Function<TorchModule, T> maker) {
    boolean owned = false;
    try {
      T owner = maker.apply(this);
      owned = true;
      return owner;
    } finally {
      if (!owned) {
        close();
      }
    }
  }

  PtNDManager manager() {
    return manager;
  }

  /** Whether the program computes on the processor. */
  boolean onCpu() {
    return !manager.getDevice().isGpu();
  }

  /** Creates a manager for the arrays of one call. */
  PtNDManager newManager() {
    return (PtNDManager) manager.newSubManager();
  }

  /** Runs a method of the program and closes its arguments. */
  IValue run(String method, IValue... arguments) {
    JniUtils.setGraphExecutorOptimize(false);
    long begin = System.nanoTime();
    try {
      return IValueUtils.runMethod(block, method, arguments);
    } catch (EngineException e) {
      throw failure(method, e);
    } finally {
      computingNanos.add(System.nanoTime() - begin);
      for (IValue argument : arguments) {
        argument.close();
      }
    }
  }

  /** Returns how many nanoseconds all threads so far spent inside native calls of {@link #run}. */
  long computingNanos() {
    return computingNanos.sum();
  }

  /**
   * Converts the layers' matrices to the form that serving uses for products, and chooses the
   * attention kernel for calls of several users. Callers run this method once, before any other
   * method of serving.
   */
  void prepare(Arithmetic arithmetic, AttentionKernel kernel) {
    JniUtils.setGradMode(false);
    run("prepare", IValue.from((long) arithmetic.code()), IValue.from((long) kernel.code()))
        .close();
  }

  /** Runs a method that returns one float tensor, and copies the tensor out. */
  float[] runToFloats(NDManager scope, String method, IValue... arguments) {
    try (IValue result = run(method, arguments)) {
      return result.toTensor((PtNDManager) scope).toFloatArray();
    } catch (EngineException e) {
      throw failure(method, e); // a device may report a failed call only when the result is read
    }
  }

  /**
   * Runs a method that takes tensors and returns one tensor. If a gradient collector is open, the
   * engine keeps the data that it needs for the gradient.
   *
   * <p>{@link #run} cannot be used for training, because DJL runs it in inference mode.
   *
   * @param scope manager of the result
   */
  PtNDArray runForTraining(NDManager scope, String method, NDList arguments) {
    NDList inputs = new NDList(arguments);
    NDArray selector = scope.newSubManager(Device.cpu()).create(0f);
    selector.setName("module_method:" + method);
    inputs.add(selector);
    JniUtils.setGraphExecutorOptimize(false);
    try {
      // DJL attaches the result to the first argument's manager. That manager may outlive the
      // scope.
      NDArray result = IValueUtils.forward(block, inputs, true).singletonOrThrow();
      result.attach(scope);
      return (PtNDArray) result;
    } catch (EngineException e) {
      throw failure(method, e);
    }
  }

  /**
   * Returns the failure of a call. A device without enough memory and a lost device have exceptions
   * of their own. After any error except a lack of memory, CUDA reports the same error at each
   * later call. So after such an error the device counts as lost.
   *
   * @param what the call that failed
   */
  static ModelException failure(String what, EngineException e) {
    String message = "the model failed in %s: %s".formatted(what, firstLine(e));
    return switch (EngineFault.of(e)) {
      case OUT_OF_MEMORY -> new DeviceFullException(message, e);
      case LOST -> new DeviceLostException(message, e);
      default -> new ModelException(message, e);
    };
  }

  /**
   * Returns the module's tensors, which are parameters and buffers, by name. The module owns these
   * tensors.
   */
  Map<String, PtNDArray> tensors() {
    Map<String, PtNDArray> tensors = new LinkedHashMap<>();
    block
        .getDirectParameters()
        .forEach(p -> tensors.put(p.getKey(), (PtNDArray) p.getValue().getArray()));
    return tensors;
  }

  /**
   * Copies a float tensor to memory outside of the engine. Frees the copies that the engine makes
   * for this purpose, such as a copy of a tensor that lies on a device.
   */
  static FloatTensor copy(PtNDArray array) {
    PtNDArray host = array.toDevice(Device.cpu(), true);
    PtNDManager owner = host.getManager();
    try {
      ByteBuffer bytes = host.toByteBuffer(false).order(ByteOrder.LITTLE_ENDIAN);
      return new FloatTensor(array.getShape().getShape(), bytes);
    } finally {
      host.close();
      // If DJL copies an array from a device, the copy has a manager of its own.
      if (owner != array.getManager()) {
        owner.close();
      }
    }
  }

  private static String firstLine(Throwable e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
