package io.unipin.model.engine;

import com.sun.jna.Function;

/**
 * Access to the heap of the C library.
 *
 * <p>Histories, batches and their tensors differ in size, and so do the gaps that freed blocks
 * leave between used blocks. A gap rarely fits the next request, so unused memory accumulates until
 * {@link #trim} returns it to the system.
 */
public final class NativeMemory {
  private NativeMemory() {}

  /**
   * Gives unused memory back to the system. This takes some tenths of a second. Returns whether the
   * C library supports this.
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
