package io.unipin.serving.rpc;

import io.unipin.serving.admission.Admission;
import io.unipin.serving.admission.AdmissionConfig;
import io.unipin.serving.failure.ServingException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The bounded pools in which the calls of a server run, one pool for each kind of call.
 *
 * <p>Calls that change actions have a pool of their own if their changes wait for Kafka or Redis.
 * There is only one worker per core, so without this pool pages would wait while Kafka is
 * unavailable.
 */
record CallRunners(
    CallRunner pages, CallRunner changes, CallRunner admin, CallRunner items, CallRunner erasures) {
  // these threads wait for most of their time
  private static final int CHANGE_THREADS = 32;
  private static final int CHANGE_QUEUE = 1024;
  private static final int ADMIN_THREADS = 2;
  private static final int ADMIN_QUEUE = 16;
  private static final int ITEM_THREADS = 2;
  private static final int ITEM_QUEUE = 64;
  // one thread, because all erasures wait for the same disk
  private static final int ERASURE_THREADS = 1;
  private static final int ERASURE_QUEUE = 64;

  /**
   * Creates the pools.
   *
   * @param lost takes each failure of a page call after which this process can't serve any more
   */
  static CallRunners of(RpcServices services, Consumer<ServingException> lost) {
    CallRunner pages =
        new CallRunner(services.admission(), services.metrics(), traced(services), lost);
    return new CallRunners(
        pages,
        services.users().waitsForOthers()
            ? patient("change", CHANGE_THREADS, CHANGE_QUEUE, services)
            : pages,
        patient("admin", ADMIN_THREADS, ADMIN_QUEUE, services),
        patient("items", ITEM_THREADS, ITEM_QUEUE, services),
        patient("erasure", ERASURE_THREADS, ERASURE_QUEUE, services));
  }

  private static CallRunner patient(String name, int threads, int queue, RpcServices services) {
    return new CallRunner(
        new Admission(name, threads, queue, AdmissionConfig.patient(), System::nanoTime),
        services.metrics(),
        traced(services));
  }

  private static boolean traced(RpcServices services) {
    return services.telemetry().tracing().enabled();
  }

  /**
   * Takes no more calls, and waits for the running calls of all pools. Interrupts the calls that
   * still run after {@code time}.
   */
  void drain(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    Stream.of(pages, changes, admin, items, erasures)
        .distinct() // pages and changes may share a pool
        .forEach(runner -> runner.drain(left(end)));
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }
}
