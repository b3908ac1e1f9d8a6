package io.unipin.serving.admission;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/** Plays calls through a queue and its workers on a simulated clock. */
final class QueueSimulation {
  private QueueSimulation() {}

  /**
   * A call. All times are in nanoseconds.
   *
   * @param at time of the arrival
   * @param runs running time
   * @param expected expected running time
   * @param remaining time from the arrival to the deadline
   */
  record Call(long at, long runs, long expected, Priority priority, long remaining) {
    Ticket ticket() {
      Work work = new Work("call", priority, Duration.ofNanos(remaining), () -> true);
      return new Ticket(ticket -> false, work, expected, at);
    }
  }

  /** Receives the calls in the order in which they begin to run. */
  interface Begins {
    void begins(Call call, long at);
  }

  /** Plays calls, which come in the order of their arrivals. */
  static void play(WorkQueue queue, int workers, Iterator<Call> calls, Begins begins) {
    Map<Ticket, Call> waiting = new HashMap<>();
    PriorityQueue<Long> ends = new PriorityQueue<>();
    Call next = next(calls);
    while (next != null || !ends.isEmpty()) {
      long now;
      if (next != null && (ends.isEmpty() || next.at() < ends.peek())) {
        now = next.at();
        Ticket ticket = next.ticket();
        waiting.put(ticket, next);
        queue.add(ticket);
        next = next(calls);
      } else {
        now = Objects.requireNonNull(ends.poll());
      }
      while (ends.size() < workers) {
        Ticket ticket = queue.poll(now);
        if (ticket == null) {
          break;
        }
        Call call = Objects.requireNonNull(waiting.remove(ticket));
        begins.begins(call, now);
        ends.add(now + call.runs());
      }
    }
  }

  private static @Nullable Call next(Iterator<Call> calls) {
    return calls.hasNext() ? calls.next() : null;
  }
}
