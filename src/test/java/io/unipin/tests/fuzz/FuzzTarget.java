package io.unipin.tests.fuzz;

import java.io.IOException;
import java.util.Map;

/**
 * A reader of outside input together with its seeds. One thread.
 *
 * <p>The target catches the reader's exceptions for malformed input. Any exception that leaves
 * {@link #run} is a defect.
 */
public interface FuzzTarget extends AutoCloseable {
  /** Returns inputs by name, one for each branch of the format. Fuzzing starts from them. */
  Map<String, byte[]> seeds() throws Exception;

  /** Reads one input. */
  void run(byte[] input) throws Exception;

  @Override
  default void close() throws IOException {}
}
