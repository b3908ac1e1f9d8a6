package io.unipin.model;

import com.sun.jna.Function;

/**
 * The C library's heap.
 *
 * <p>Histories, batches and their tensors have many sizes. glibc keeps freed pieces between used
 * ones, and they rarely fit the next request. So unused memory accumulates until {@link #trim}
 * returns it.
 */
public final class NativeMemory {
  private NativeMemory() {}

  /**
   * Returns unused memory to the system, which takes some tenths of a second. Returns whether the C
   * library supports this.
   */
  public static boolean trim() {
    try {
      Function.getFunction("c", "malloc_trim").invokeInt(new Object[] {0L});
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false; // the C library is not glibc
    }
  }
}
