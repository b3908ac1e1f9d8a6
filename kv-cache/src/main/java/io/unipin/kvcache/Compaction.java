package io.unipin.kvcache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes room in slabs by moving blocks without leases. Guarded by its pool's lock. */
final class Compaction {
  /** A search for two joinable runs examines at most this many free runs per slab. */
  private static final int RUNS_PER_SLAB = 4;

  private final List<Slab> slabs;

  /** The slab that is being emptied. No block is moved into it. */
  private @Nullable Slab leaving;

  /** @param slabs the pool's list of slabs. The pool may add slabs to it later. */
  Compaction(List<Slab> slabs) {
    this.slabs = slabs;
  }

  /*
   * A free run of 2^order units is made from two free runs A and B of half that length. The
   * contents of A's buddy move to B, at the same offsets. A and its buddy then form one free run.
   * If A or B does not exist yet, join() calls itself to make it.
   *
   * Suppose that no block has a lease and that all buddies lie within their slabs. Then 2^order
   * free units are enough, however short the free runs are. The reason: if there were at most one
   * free run of each smaller order, fewer than 2^order units would be free. A join copies at most
   * order · 2^(order - 1) units: 2^(order - 1) units per level of the recursion.
   */
  boolean join(int unitBytes, int order) {
    int half = order - 1;
    if (half < 0) {
      return false;
    }
    List<Run> free = freeRuns(unitBytes, half);
    while (free.size() < 2) {
      if (!join(unitBytes, half)) {
        return false;
      }
      free = freeRuns(unitBytes, half);
      if (isFree(unitBytes, order)) {
        return true; // join() made a run of half the length, which merged with its free buddy
      }
    }
    free.sort(Comparator.comparingInt(run -> run.slab().around(run.buddy(half), half).size()));
    for (int i = 0; i < free.size(); i++) {
      Run first = free.get(i);
      Run second = free.get(i == 0 ? free.size() - 1 : 0);
      if (first.slab().contains(first.buddy(half), half) && clear(first, second, half)) {
        return true;
      }
    }
    return false;
  }

  /**
   * A run of units in a slab. It is named by its first unit. A method with a run as a parameter
   * also has the order of the run as a parameter.
   */
  private record Run(Slab slab, int start) {
    int buddy(int order) {
      return start ^ (1 << order);
    }
  }

  private List<Run> freeRuns(int unitBytes, int order) {
    List<Run> runs = new ArrayList<>();
    for (Slab slab : slabsOf(unitBytes)) {
      slab.freeRuns(order, RUNS_PER_SLAB).forEach(start -> runs.add(new Run(slab, start)));
    }
    return runs;
  }

  private boolean isFree(int unitBytes, int order) {
    for (int longer = order; longer <= KvLayout.TOP_ORDER; longer++) {
      if (!freeRuns(unitBytes, longer).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  /**
   * Moves the blocks in the buddy of a free run to another free run. Returns false, with nothing
   * moved, if a block in the buddy has a lease.
   */
  private boolean clear(Run run, Run target, int order) {
    int buddy = run.buddy(order);
    List<KvBlock> blocks = run.slab().around(buddy, order);
    int frozen = 0;
    while (frozen < blocks.size() && blocks.get(frozen).tryFreeze()) {
      frozen++;
    }
    boolean allIdle = frozen == blocks.size();
    if (allIdle) {
      run.slab().move(buddy, target.slab(), target.start(), order);
    }
    blocks.subList(0, frozen).forEach(KvBlock::thaw);
    return allIdle;
  }

  /**
   * Empties a slab of another unit size if the slab's blocks fit into the remaining slabs of that
   * unit size. Returns whether a slab was emptied.
   */
  boolean emptyOne(int otherThanUnitBytes, long minBytes) {
    for (Slab slab : leastUsed(otherThanUnitBytes, minBytes)) {
      leaving = slab;
      boolean isEmpty = hasRoomElsewhere(slab) && moveAllElsewhere(slab);
      leaving = null;
      if (isEmpty) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns the least-used slab of each unit size other than {@code otherThanUnitBytes}. Only slabs
   * that have at least {@code minBytes} bytes for units of {@code otherThanUnitBytes} bytes are
   * considered.
   */
  private Collection<Slab> leastUsed(int otherThanUnitBytes, long minBytes) {
    Map<Integer, Slab> least = new HashMap<>();
    for (Slab slab : slabs) {
      if (slab.unitBytes() != otherThanUnitBytes && slab.bytesFor(otherThanUnitBytes) >= minBytes) {
        least.merge(slab.unitBytes(), slab, (a, b) -> b.usedBytes() < a.usedBytes() ? b : a);
      }
    }
    return least.values();
  }

  /** Returns the slabs into which blocks of a unit size may be placed. */
  List<Slab> slabsOf(int unitBytes) {
    List<Slab> found = new ArrayList<>();
    for (Slab slab : slabs) {
      if (slab.unitBytes() == unitBytes && slab != leaving) {
        found.add(slab);
      }
    }
    return found;
  }

  private boolean hasRoomElsewhere(Slab slab) {
    return free(slab.unitBytes()) >= slab.usedBytes();
  }

  long free(int unitBytes) {
    return slabsOf(unitBytes).stream().mapToLong(Slab::freeBytes).sum();
  }

  private boolean moveAllElsewhere(Slab slab) {
    for (KvBlock block : slab.all()) {
      if (!moveElsewhere(block)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Moves a block without leases to a slab that is not being emptied. Returns whether the block
   * moved.
   */
  private boolean moveElsewhere(KvBlock block) {
    int unitBytes = block.slab().unitBytes();
    if (!isFree(unitBytes, block.order()) && !join(unitBytes, block.order())) {
      return false;
    }
    if (!block.tryFreeze()) {
      return false;
    }
    boolean moved = false;
    for (Slab target : slabsOf(unitBytes)) {
      moved = moved || block.slab().move(block, target);
    }
    block.thaw();
    return moved;
  }
}
