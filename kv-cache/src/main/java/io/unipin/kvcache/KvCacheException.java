package io.unipin.kvcache;

/**
 * Thrown when the cache cannot give a block. Either the transient blocks are used up
 * ("overloaded"), or the waiting thread was interrupted. If the thread was interrupted, its
 * interrupt flag is set again.
 */
public final class KvCacheException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public KvCacheException(String message) {
    super(message);
  }

  public KvCacheException(String message, Throwable cause) {
    super(message, cause);
  }
}
