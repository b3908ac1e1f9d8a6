package io.unipin.model.batch;

import io.unipin.model.files.Program;

/**
 * The attention kernels that the TorchScript program has for calls of several users. The program
 * uses the same names.
 */
public enum AttentionKernel {
  /**
   * The engine's kernel for processors, called for one user after another. Reads blocks in host
   * memory or in the pool.
   */
  EACH,
  /**
   * Plain matrix products, over rows that are gathered from the pool. Computes in float32, on any
   * device.
   */
  PADDED,
  /** CUDA's kernel for float32, over rows that are gathered from the pool. */
  EFFICIENT,
  /** CUDA's kernel for float16, which reads the pool in place. */
  FLASH;

  private static final int WIDEST_HEAD = 256;

  /**
   * Returns the fastest kernel for a model.
   *
   * @param processor whether the model computes on the processor
   * @param half whether the model computes in float16, with keys and values in float16
   * @param headDim width of a head
   */
  public static AttentionKernel of(boolean processor, boolean half, int headDim) {
    if (processor) {
      return EACH;
    }
    if (half && headDim % 8 == 0 && headDim <= WIDEST_HEAD) {
      return FLASH;
    }
    return headDim % 4 == 0 ? EFFICIENT : PADDED;
  }

  /** Returns the number that the program's {@code prepare} takes. */
  public int code() {
    return Program.number(name());
  }
}
