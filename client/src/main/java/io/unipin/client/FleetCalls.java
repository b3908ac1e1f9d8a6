package io.unipin.client;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * Sends each call to a replica of a fleet, and repeats it at another replica if that helps.
 *
 * <p>A call is repeated only if it is repeatable, and only after OVERLOADED or UNAVAILABLE. If the
 * replica has no room or asked for a pause (RetryInfo), the client makes a pause first. Otherwise
 * it tries the next replica at once, and makes a pause when it has tried all replicas. The pauses
 * grow. A call is not repeated if its deadline would pass in the pause. Thread-safe.
 */
final class FleetCalls implements Calls {
  private static final Logger logger = System.getLogger(FleetCalls.class.getName());
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final long TICK_MS = 100;

  private final Fleet fleet;
  private final FleetNames names;
  private final ClientTraces traces;
  private final Thread keeper;
  private volatile boolean closed;

  /** Connects to the fleet, and watches its names and its health until this object is closed. */
  FleetCalls(Fleet fleet, FleetNames names, ClientTraces traces) {
    this.fleet = fleet;
    this.names = names;
    this.traces = traces;
    fleet.update(names.first());
    this.keeper = new Thread(this::keep, "unipin-fleet");
    keeper.setDaemon(true);
    keeper.start();
  }

  private void keep() {
    boolean failed = false;
    Optional<List<String>> wanted = Optional.empty();
    while (!closed) {
      try {
        TimeUnit.MILLISECONDS.sleep(TICK_MS);
      } catch (InterruptedException e) {
        return; // the client is closed
      }
      Optional<List<String>> changed = names.changed();
      wanted = changed.isPresent() ? changed : wanted;
      Optional<RuntimeException> failure = keep(wanted);
      if (failure.isPresent() && !failed) { // logs only the first of several failures in a row
        logger.log(Level.ERROR, "the fleet could not be watched; it is tried again", failure.get());
      }
      failed = failure.isPresent();
    }
  }

  /**
   * Brings the fleet to the wanted names, and watches each replica. If one step fails, the others
   * are made. Returns a failure; the next call tries the failed steps again.
   *
   * @param wanted names of the replicas; empty if they have not changed since the start
   */
  private Optional<RuntimeException> keep(Optional<List<String>> wanted) {
    List<Runnable> steps = new ArrayList<>();
    wanted.ifPresent(all -> steps.add(() -> fleet.update(all)));
    fleet.replicas().forEach(replica -> steps.add(replica::tick));
    RuntimeException last = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        last = e;
      }
    }
    return Optional.ofNullable(last);
  }

  /** Returns the replicas as this client sees them. */
  List<ReplicaStatus> replicas() {
    return fleet.replicas().stream().map(Replica::status).toList();
  }

  @Override
  public <Q, A> A send(Call<Q, A> call, long nanos) {
    return traces.call(call, () -> sendUntil(call, System.nanoTime() + nanos));
  }

  private <Q, A> A sendUntil(Call<Q, A> call, long end) {
    Backoff pauses = new Backoff(FIRST_PAUSE, LONGEST_PAUSE);
    Set<String> tried = new HashSet<>();
    RequestException last = null;
    for (int attempts = 1; true; attempts++) {
      Optional<Fleet.Choice> choice = fleet.begin(call.user(), tried);
      if (choice.isEmpty()) {
        throw last == null ? noReplica() : last;
      }
      tried.add(choice.get().replica().name());
      try {
        return attempt(call, choice.get(), attempts, end);
      } catch (StatusRuntimeException e) {
        last = RequestException.of(e);
        if (!mayRepeat(call, last)) {
          throw last;
        }
        boolean all = tried.size() >= fleet.size();
        if (all) {
          tried.clear();
        }
        if (all
            || last.kind() == RequestException.Kind.OVERLOADED
            || last.retryAfter().isPresent()) {
          pause(pauses.next(last.retryAfter().orElse(Duration.ZERO)), end, last);
        }
      }
    }
  }

  private <Q, A> A attempt(Call<Q, A> call, Fleet.Choice choice, int number, long end) {
    Replica replica = choice.replica();
    try {
      ClientTraces.attempts(number);
      Call.Route route = choice.isFirst() ? Call.Route.FIRST : Call.Route.OTHER;
      A answer =
          traces.attempt(
              call,
              replica.name(),
              number,
              () -> call.send(replica.channel(), route, end - System.nanoTime()));
      replica.answered();
      return answer;
    } finally {
      replica.ended();
    }
  }

  private boolean mayRepeat(Call<?, ?> call, RequestException failure) {
    RequestException.Kind kind = failure.kind();
    return !closed
        && call.repeatable()
        && (kind == RequestException.Kind.OVERLOADED || kind == RequestException.Kind.UNAVAILABLE);
  }

  /** Waits, or throws the last failure if the deadline would pass meanwhile. */
  private static void pause(Duration pause, long end, RequestException last) {
    if (end - System.nanoTime() <= pause.toNanos()) {
      throw last;
    }
    try {
      TimeUnit.NANOSECONDS.sleep(pause.toNanos());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw RequestException.of(
          Status.CANCELLED.withDescription("interrupted").asRuntimeException());
    }
  }

  private static RequestException noReplica() {
    return RequestException.of(
        Status.UNAVAILABLE.withDescription("a replica expected, got none").asRuntimeException());
  }

  @Override
  public void close() {
    closed = true;
    keeper.interrupt();
    names.close();
    fleet.close();
  }
}
