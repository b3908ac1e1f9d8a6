package io.unipin.kvcache;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes room in slabs by moving blocks that nobody leases. Guarded by its pool's lock. */
final class Compaction {
  /** Free runs of a slab that are looked at, at most, for two to join. */
  private static final int RUNS_PER_SLAB = 4;

  private final List<Slab> slabs;

  /** Being emptied: nothing goes there. */
  private @Nullable Slab leaving;

  /**
   * @param slabs the pool's own
   */
  Compaction(List<Slab> slabs) {
    this.slabs = slabs;
  }

  /*
   * Two free runs of one length make one of twice the length: what is in the buddy of the first moves to the second, as it
   * lies. So with more than 2^order free units under idle blocks there is always a run of as many; no more than that is
   * copied.
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
        return true; // the new one's buddy was the other
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

  /** A run of units of a slab from one on. */
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

  /** Moves what is in the buddy of a free run to another free run. */
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

  /** Empties a long enough slab of another unit size, if its blocks have room in those like it; says whether it could. */
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

  /** Of every other unit size the slab that is used least, if it is long enough. */
  private Collection<Slab> leastUsed(int otherThanUnitBytes, long minBytes) {
    Map<Integer, Slab> least = new HashMap<>();
    for (Slab slab : slabs) {
      if (slab.unitBytes() != otherThanUnitBytes && slab.bytes() >= minBytes) {
        least.merge(slab.unitBytes(), slab, (a, b) -> b.usedBytes() < a.usedBytes() ? b : a);
      }
    }
    return least.values();
  }

  /** The slabs that blocks of a unit size go to. */
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
    return slabsOf(unitBytes).stream().mapToLong(slab -> slab.bytes() - slab.usedBytes()).sum();
  }

  private boolean moveAllElsewhere(Slab slab) {
    for (KvBlock block : slab.all()) {
      if (!moveElsewhere(block)) {
        return false;
      }
    }
    return true;
  }

  /** Moves a block that nobody leases to a slab that isn't leaving. */
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
