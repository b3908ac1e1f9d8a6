package io.unipin.model;

import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.SlabMemory;
import io.unipin.kvcache.SlabSource;

/** Sections of a pool that count how often a cache moves blocks. Not thread-safe. */
final class CountedMoves implements SlabSource {
  private final EnginePool pool;
  private int moves;

  CountedMoves(EnginePool pool) {
    this.pool = pool;
  }

  int moves() {
    return moves;
  }

  @Override
  public boolean isHost() {
    return pool.isHost();
  }

  @Override
  public void require(KvLayout layout) {
    pool.require(layout);
  }

  @Override
  public SlabMemory allocate(int bytes, int unitBytes) {
    return new Counted(this, pool.allocate(bytes, unitBytes));
  }

  private record Counted(CountedMoves owner, SlabMemory memory) implements SlabMemory {
    @Override
    public long bytes() {
      return memory.bytes();
    }

    @Override
    public long firstUnit(int unitBytes) {
      return memory.firstUnit(unitBytes);
    }

    @Override
    public void copy(long start, SlabMemory target, long to, long bytes) {
      owner.moves++;
      memory.copy(start, ((Counted) target).memory, to, bytes);
    }

    @Override
    public void blank(long start, long bytes, boolean poisons) {
      memory.blank(start, bytes, poisons);
    }

    @Override
    public void copyRows(KvRows from, KvRows to, int rows) {
      memory.copyRows(from, to, rows);
    }

    @Override
    public KvRows rows(long start, KvLayout layout, int capacity) {
      return memory.rows(start, layout, capacity);
    }
  }
}
