package io.unipin.serving.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The queue of waiting calls. The most urgent call comes first. Of equally urgent calls, the oldest
 * call comes first. The queue also adds up the expected running times. {@link AdmissionPolicy}
 * bounds both the number of calls and this total. Not thread-safe.
 */
final class WorkQueue {
  private final Map<Priority, Deque<Ticket>> waiting = new EnumMap<>(Priority.class);
  private final Map<Priority, Long> work = new EnumMap<>(Priority.class);
  private int size;

  WorkQueue() {
    for (Priority priority : Priority.values()) {
      waiting.put(priority, new ArrayDeque<>());
      work.put(priority, 0L);
    }
  }

  private Deque<Ticket> of(Priority priority) {
    return Objects.requireNonNull(waiting.get(priority));
  }

  void add(Ticket ticket) {
    of(ticket.priority()).add(ticket);
    work.merge(ticket.priority(), ticket.expectedNanos(), Long::sum);
    size++;
  }

  /** Removes and returns the next call; null when no call waits. */
  @Nullable Ticket poll() {
    for (Deque<Ticket> tickets : waiting.values()) {
      Ticket ticket = tickets.poll();
      if (ticket != null) {
        removed(ticket);
        return ticket;
      }
    }
    return null;
  }

  /** Removes a call. Returns whether the call waited. */
  boolean remove(Ticket ticket) {
    boolean waited = of(ticket.priority()).remove(ticket);
    if (waited) {
      removed(ticket);
    }
    return waited;
  }

  private void removed(Ticket ticket) {
    work.merge(ticket.priority(), -ticket.expectedNanos(), Long::sum);
    size--;
  }

  /**
   * Returns the expected nanoseconds of waiting work that runs before a new call of this priority.
   */
  long workAhead(Priority priority) {
    long ahead = 0;
    for (Map.Entry<Priority, Long> entry : work.entrySet()) {
      if (entry.getKey().compareTo(priority) <= 0) {
        ahead += entry.getValue();
      }
    }
    return ahead;
  }

  int size() {
    return size;
  }
}
