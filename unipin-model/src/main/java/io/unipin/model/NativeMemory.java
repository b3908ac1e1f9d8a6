package io.unipin.model;

import com.sun.jna.Function;

/**
 * The C library's heap.
 *
 * <p>Histories and batches have many sizes, and so have their tensors. glibc keeps what is freed between others, in pieces that
 * rarely fit the next: in a quarter of an hour of training 19 GB, with a quarter of one in use; 13 MB a minute in a server.
 */
public final class NativeMemory {
  private NativeMemory() {}

  /** Gives unused memory back to the system; costs some tenths of a second. Whether the C library can. */
  public static boolean trim() {
    try {
      Function.getFunction("c", "malloc_trim").invokeInt(new Object[] {0L});
      return true;
    } catch (UnsatisfiedLinkError e) {
      return false; // not glibc
    }
  }
}
