package io.unipin.serving.spans;

import io.unipin.serving.failure.ServingException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects the calls to external engines (Redis, Kafka and the tiers below the cache) that one
 * thread makes during one RPC.
 *
 * <p>A thread that runs an RPC opens a collection, and closes the collection after the RPC. Code
 * that calls an engine adds the call to its thread's collection. On a thread without a collection,
 * the call is not collected. A collection keeps the first 64 calls. Confined to one thread.
 */
public final class EngineCalls {
  private static final int MOST = 64;
  private static final ThreadLocal<@Nullable EngineCalls> OPEN = new ThreadLocal<>();

  private final List<EngineCall> calls = new ArrayList<>(2);

  private final String traceparent;

  private EngineCalls(String traceparent) {
    this.traceparent = traceparent;
  }

  /**
   * Opens an empty collection for this thread.
   *
   * @param traceparent the caller's W3C trace context; empty if the caller has none
   */
  public static void open(String traceparent) {
    OPEN.set(new EngineCalls(traceparent));
  }

  /** Returns the trace context of the caller; empty if there is none, or without a collection. */
  public static String traceparent() {
    EngineCalls open = OPEN.get();
    return open == null ? "" : open.traceparent;
  }

  /**
   * Makes a call to an engine, and adds the call to the collection of this thread.
   *
   * @param call makes the call, and may add labels to the given map
   */
  public static <T> T timed(
      String engine, String operation, Function<Map<String, String>, T> call) {
    Map<String, String> labels = new HashMap<>();
    if (OPEN.get() == null) {
      return call.apply(labels);
    }
    long begin = System.nanoTime();
    try {
      return call.apply(labels);
    } catch (RuntimeException e) {
      labels.put("unipin.failure", ServingException.of(e).kind().name());
      throw e;
    } finally {
      add(new EngineCall(engine, operation, begin, System.nanoTime(), labels));
    }
  }

  /** Adds a finished call to the collection of this thread, if there is one. */
  public static void add(EngineCall call) {
    EngineCalls open = OPEN.get();
    if (open != null && open.calls.size() < MOST) {
      open.calls.add(call);
    }
  }

  /** Returns the calls that this thread's collection holds; empty without a collection. */
  public static List<EngineCall> soFar() {
    EngineCalls open = OPEN.get();
    return open == null ? List.of() : List.copyOf(open.calls);
  }

  /** Closes the collection of this thread. Idempotent. */
  public static void close() {
    OPEN.remove();
  }
}
