package io.unipin.tests.fuzz;

import java.io.IOException;
import java.util.Map;

/**
 * A target of fuzzing: a reader of untrusted input, together with seeds. Not thread-safe.
 *
 * <p>The target catches the reader's exceptions for malformed input. Any exception that leaves
 * {@link #run} is a defect.
 */
public interface FuzzTarget extends AutoCloseable {
  /**
   * Returns the seeds by name: valid inputs from which fuzzing starts. Each branch of the format
   * has a seed.
   */
  Map<String, byte[]> seeds() throws Exception;

  /** Passes one input to the reader. */
  void run(byte[] input) throws Exception;

  @Override
  default void close() throws IOException {}
}
