package io.unipin.model.archive;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.Torch;
import io.unipin.model.features.ModelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A TorchScript archive that libtorch has loaded on the processor. Runs methods of its program on
 * plain arrays, without gradients. Only checks of archives use this class; servers use {@code
 * ServingModel}. Not thread-safe.
 */
public final class RunnableArchive implements AutoCloseable {
  private final PtNDManager manager;
  private final PtSymbolBlock block;

  private RunnableArchive(PtNDManager manager, PtSymbolBlock block) {
    this.manager = manager;
    this.block = block;
  }

  /**
   * The results of a call, and its arguments after the call.
   *
   * @param results the tensors that the method returned
   * @param arguments the tensors of each argument, as they are after the call
   */
  public record Outcome(List<ArrayValue> results, List<List<ArrayValue>> arguments) {}

  /** Loads an archive. */
  public static RunnableArchive load(Path file) {
    PtNDManager manager = Torch.newManager();
    boolean loaded = false;
    try {
      PtSymbolBlock block =
          JniUtils.loadModule(manager, file, true, new String[0], new String[0], false);
      loaded = true;
      return new RunnableArchive(manager, block);
    } catch (EngineException e) {
      throw new ModelException("the engine did not load %s".formatted(file.getFileName()), e);
    } finally {
      if (!loaded) {
        manager.close();
      }
    }
  }

  /** Runs a method. Its results must be a tensor, or a tuple or list of tensors. */
  public Outcome run(String method, List<Argument> arguments) {
    JniUtils.setGradMode(false);
    JniUtils.setGraphExecutorOptimize(false);
    try (NDManager scope = manager.newSubManager()) {
      List<List<PtNDArray>> tensors = new ArrayList<>();
      List<IValue> values = new ArrayList<>();
      for (Argument argument : arguments) {
        List<PtNDArray> own = tensors(scope, argument);
        tensors.add(own);
        values.add(value(argument, own));
      }
      try (IValue result = IValueUtils.runMethod(block, method, values.toArray(IValue[]::new))) {
        List<ArrayValue> results = new ArrayList<>();
        for (NDArray array : result.toNDList((PtNDManager) scope)) {
          results.add(copy(array));
        }
        return new Outcome(
            results,
            tensors.stream().map(own -> own.stream().map(RunnableArchive::copy).toList()).toList());
      } finally {
        values.forEach(IValue::close);
      }
    } catch (EngineException e) {
      throw new ModelException("the archive failed in " + method, e);
    }
  }

  private static List<PtNDArray> tensors(NDManager scope, Argument argument) {
    if (argument instanceof Argument.Tensor tensor) {
      return List.of(tensor(scope, tensor.value()));
    }
    if (argument instanceof Argument.Tensors list) {
      return list.values().stream().map(value -> tensor(scope, value)).toList();
    }
    return List.of();
  }

  private static PtNDArray tensor(NDManager scope, ArrayValue value) {
    Shape shape = new Shape(value.shape());
    return (PtNDArray)
        switch (value.type()) {
          case FLOAT32 -> scope.create(value.floats(), shape);
          case INT64 -> scope.create(value.longs(), shape);
        };
  }

  private static IValue value(Argument argument, List<PtNDArray> tensors) {
    if (argument instanceof Argument.Whole whole) {
      return IValue.from(whole.value());
    }
    if (argument instanceof Argument.Tensors) {
      return IValue.listFrom(tensors.toArray(PtNDArray[]::new));
    }
    return IValue.from(tensors.get(0));
  }

  private static ArrayValue copy(NDArray array) {
    long[] shape = array.getShape().getShape();
    return array.getDataType() == DataType.INT64
        ? ArrayValue.of(array.toLongArray(), shape)
        : ArrayValue.of(array.toFloatArray(), shape);
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
