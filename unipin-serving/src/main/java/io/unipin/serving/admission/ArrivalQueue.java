package io.unipin.serving.admission;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A queue in the order of arrival ({@link Order#ARRIVAL}). The most urgent call comes first. Of
 * equally urgent calls, the oldest call comes first. Less urgent calls may wait as long as more
 * urgent calls keep coming. Not thread-safe.
 */
final class ArrivalQueue implements WorkQueue {
  private final Map<Priority, Deque<Ticket>> waiting = new EnumMap<>(Priority.class);
  private final Map<Priority, Long> work = new EnumMap<>(Priority.class);
  private int size;

  ArrivalQueue() {
    for (Priority priority : Priority.values()) {
      waiting.put(priority, new ArrayDeque<>());
      work.put(priority, 0L);
    }
  }

  private Deque<Ticket> of(Priority priority) {
    return Objects.requireNonNull(waiting.get(priority));
  }

  @Override
  public void add(Ticket ticket) {
    of(ticket.priority()).add(ticket);
    work.merge(ticket.priority(), ticket.expectedNanos(), Long::sum);
    size++;
  }

  @Override
  public @Nullable Ticket poll(long nowNanos) {
    for (Deque<Ticket> tickets : waiting.values()) {
      Ticket ticket = tickets.poll();
      if (ticket != null) {
        removed(ticket);
        return ticket;
      }
    }
    return null;
  }

  @Override
  public boolean remove(Ticket ticket) {
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

  @Override
  public long workAhead(Ticket ticket) {
    long ahead = 0;
    for (Map.Entry<Priority, Long> entry : work.entrySet()) {
      if (entry.getKey().compareTo(ticket.priority()) <= 0) {
        ahead += entry.getValue();
      }
    }
    return ahead;
  }

  @Override
  public int size() {
    return size;
  }
}
