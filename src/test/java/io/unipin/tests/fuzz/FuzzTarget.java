package io.unipin.tests.fuzz;

import java.io.IOException;
import java.util.Map;

/**
 * A reader of outside input, and the input that it is tried with. One thread.
 *
 * <p>Whatever the reader throws for input that breaks its format is caught by the target. What leaves
 * {@link #run} is a defect.
 */
public interface FuzzTarget extends AutoCloseable {
  /** Inputs by name, one for each branch of the format. Fuzzing starts from them. */
  Map<String, byte[]> seeds() throws Exception;

  /** Reads one input. */
  void run(byte[] input) throws Exception;

  @Override
  default void close() throws IOException {}
}
