package io.unipin.kvcache;

/**
 * Says that the cache couldn't give a block: transient blocks are used up ("overloaded"), or the waiting thread was
 * interrupted (its flag is set again).
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
