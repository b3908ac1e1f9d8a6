package io.unipin.tests.fuzz;

import java.io.IOException;
import java.util.Map;

/**
 * A target of fuzzing: a reader of outside input, together with seeds. Not thread-safe.
 *
 * <p>The target catches the reader's exceptions for malformed input. Any exception that leaves
 * {@link #run} is a defect.
 */
public interface FuzzTarget extends AutoCloseable {
  /**
   * Returns inputs by name, one for each branch of the format. Fuzzing starts from these inputs.
   */
  Map<String, byte[]> seeds() throws Exception;

  /** Passes one input to the reader. */
  void run(byte[] input) throws Exception;

  @Override
  default void close() throws IOException {}
}
