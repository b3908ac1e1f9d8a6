package io.unipin.model.batch;

import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.unipin.model.EngineDevice;
import io.unipin.model.Torch;
import io.unipin.model.files.Program;
import java.nio.file.Path;

/** A program on the processor, whose methods a test calls by their names. */
final class RawProgram implements AutoCloseable {
  private final PtNDManager manager = Torch.newManager(EngineDevice.CPU);
  private final PtSymbolBlock block;

  /** Loads an archive and prepares it. {@code arithmetic} is the name of a kind of arithmetic. */
  RawProgram(Path archive, String arithmetic, AttentionKernel kernel) {
    JniUtils.setGradMode(false);
    JniUtils.setGraphExecutorOptimize(false);
    block = JniUtils.loadModule(manager, archive, true, new String[0], new String[0], false);
    IValue number = IValue.from((long) Program.number(arithmetic));
    run("prepare", number, IValue.from((long) kernel.code())).close();
  }

  PtNDManager manager() {
    return manager;
  }

  /** Runs a method. Does not close its arguments. */
  IValue run(String method, IValue... arguments) {
    return IValueUtils.runMethod(block, method, arguments);
  }

  @Override
  public void close() {
    block.close();
    manager.close();
  }
}
