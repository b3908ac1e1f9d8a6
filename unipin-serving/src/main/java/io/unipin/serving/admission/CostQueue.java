package io.unipin.serving.admission;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A queue in the order of expected cost and age ({@link Order#COST}). It reads no clock: all times
 * come from the tickets and the caller. Not thread-safe.
 *
 * <p>Cheap calls run before costly calls that arrived a little earlier. Less urgent calls run while
 * no live call waits, or once they have waited long enough. A call runs earlier if it would
 * otherwise miss its deadline.
 *
 * <p>Adding and removing a call takes O(log n) steps for n waiting calls. Choosing a call and
 * adding up the work ahead take O(n) steps.
 */
final class CostQueue implements WorkQueue {
  /*
   * Each call gets a delay when it arrives. Its turn is its arrival plus this delay, and the call
   * with the earliest turn runs first. The delay of a live call is its expected running time times
   * COST_FACTOR, but at most T = overtakenFor. The delay of other calls is T divided by the share
   * of their priority: 2 T for the shadow and 4 T for a batch. So, apart from deadlines, a call is
   * overtaken only by calls that arrive within its delay. Jackson proposed such turns (Some
   * Problems in Queueing with Dynamic Priorities, 1960). With very long delays, this is Cobham's
   * queue with priorities (Priority Assignment in Waiting Line Problems, 1954).
   *
   * Deadlines: the latest start of a live call is its deadline minus its expected running time.
   * Before the call with the earliest turn runs, the queue looks at the live calls that can still
   * meet their deadlines. It adds up their costs in the order of their latest starts. Suppose that
   * one of them would start too late after the first call and the calls before it in this order.
   * Then the call with the earliest latest start runs instead of the first call. This order of
   * deadlines misses no deadline that can be met if there is one worker and the costs are known
   * (Jackson's rule). The cost of the first call is doubled in this sum, because costs are
   * averages.
   *
   * Nobody starves: once T has passed since a call's turn, no call that arrives later overtakes it.
   * Proof. Let now >= turn(u) + T for a waiting call u. A call that arrives from now on has a turn
   * after now, so after turn(u). The first call f of the queue has turn(f) <= turn(u). So now >=
   * turn(f) + T, and the queue then runs f, whatever the deadlines are. So only calls with turns
   * before turn(u) run before u. All of them wait already, and they are fewer than the capacity of
   * the queue. A live call reaches this point at most 2 T after its arrival, a copy for the shadow
   * after 3 T, and a batch after 5 T.
   */

  /** The delay of a live call, as a multiple of its expected running time. T bounds the delay. */
  private static final double COST_FACTOR = 16;

  /** Factor for the cost of the call that would run before a call with a close deadline. */
  private static final int MARGIN = 2;

  private static final long NO_DEADLINE = Long.MAX_VALUE;

  private static final Comparator<Place> BY_TURN =
      Comparator.comparingLong(Place::turn).thenComparingLong(Place::number);
  private static final Comparator<Place> BY_LATEST_START =
      Comparator.comparingLong(Place::latestStart).thenComparingLong(Place::number);

  private final double factor;
  private final long overtakenFor;
  private final int workers;
  private final Map<Ticket, Place> places = new HashMap<>();
  private final TreeSet<Place> byTurn = new TreeSet<>(BY_TURN);

  /** The live calls, without those whose latest start had passed when a worker was free. */
  private final TreeSet<Place> byLatestStart = new TreeSet<>(BY_LATEST_START);

  private long added;

  /**
   * The place of a call in the queue.
   *
   * @param number number of calls that were added before the call
   * @param turn time after which no newly arriving call is cheap enough to overtake this call
   * @param latestStart time at which the call must start to meet its deadline
   */
  private record Place(Ticket ticket, long number, long turn, long latestStart) {
    long cost() {
      return ticket.expectedNanos();
    }

    boolean isLive() {
      return latestStart != NO_DEADLINE;
    }
  }

  CostQueue(Duration overtakenFor, int workers) {
    this(COST_FACTOR, overtakenFor, workers);
  }

  CostQueue(double factor, Duration overtakenFor, int workers) {
    this.factor = factor;
    this.overtakenFor = overtakenFor.toNanos();
    this.workers = workers;
  }

  private Place place(Ticket ticket) {
    boolean live = ticket.priority() == Priority.LIVE;
    double delay =
        live
            ? Math.min(factor * ticket.expectedNanos(), (double) overtakenFor)
            : overtakenFor / ticket.priority().share();
    long deadline = ticket.admittedNanos() + ticket.work().remaining().toNanos();
    return new Place(
        ticket,
        added,
        ticket.admittedNanos() + (long) delay,
        live ? deadline - ticket.expectedNanos() : NO_DEADLINE);
  }

  @Override
  public void add(Ticket ticket) {
    Place place = place(ticket);
    added++;
    places.put(ticket, place);
    byTurn.add(place);
    if (place.isLive()) {
      byLatestStart.add(place);
    }
  }

  @Override
  public @Nullable Ticket poll(long nowNanos) {
    if (byTurn.isEmpty()) {
      return null;
    }
    Ticket next = next(nowNanos).ticket();
    remove(next);
    return next;
  }

  private Place next(long now) {
    while (!byLatestStart.isEmpty() && byLatestStart.first().latestStart() < now) {
      byLatestStart.pollFirst(); // this call can no longer meet its deadline
    }
    Place first = byTurn.first();
    boolean owed = now - first.turn() >= overtakenFor;
    return owed || leavesTime(first, now) ? first : byLatestStart.first();
  }

  /**
   * Whether all calls that can still meet their deadlines will meet them if {@code first} runs now.
   */
  private boolean leavesTime(Place first, long now) {
    long begin = now + MARGIN * first.cost();
    long before = 0;
    for (Place place : byLatestStart) {
      if (place.number() == first.number()) {
        continue;
      }
      if (begin + before / workers > place.latestStart()) {
        return false;
      }
      before += place.cost();
    }
    return true;
  }

  @Override
  public boolean remove(Ticket ticket) {
    Place place = places.remove(ticket);
    if (place == null) {
      return false;
    }
    byTurn.remove(place);
    byLatestStart.remove(place);
    return true;
  }

  /**
   * Returns the work of the calls with earlier turns. A live call that will be moved forward for
   * its deadline has less work ahead. Then the result is the larger of two amounts: the work that
   * the workers do until the call's latest start, and the work of the calls with earlier latest
   * starts.
   */
  @Override
  public long workAhead(Ticket ticket) {
    Place place = place(ticket);
    long ahead = work(byTurn.headSet(place));
    long slack = place.latestStart() - ticket.admittedNanos();
    if (!place.isLive() || slack < 0 || workers * slack >= ahead) {
      return ahead;
    }
    return Math.min(ahead, Math.max(workers * slack, work(byLatestStart.headSet(place))));
  }

  private static long work(SortedSet<Place> places) {
    long work = 0;
    for (Place place : places) {
      work += place.cost();
    }
    return work;
  }

  @Override
  public int size() {
    return byTurn.size();
  }
}
