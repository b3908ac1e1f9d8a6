package io.unipin.model;

import com.sun.jna.Function;

/**
 * The C library's heap.
 *
 * <p>A training allocates tensors of other sizes in every step. glibc keeps what is freed in between, in pieces that rarely fit
 * the next: over an hour 17 GB, of which a quarter of one is in use.
 */
final class NativeMemory {
  private NativeMemory() {}

  /** Gives unused memory back to the system; costs some tenths of a second. Whether the C library can. */
  static boolean trim() {
    try {
      Function.getFunction("c", "malloc_trim").invokeInt(new Object[] {0L});
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false; // not glibc
    }
  }
}
