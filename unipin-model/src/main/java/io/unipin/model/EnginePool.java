package io.unipin.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.JniUtils;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.KvCacheLimits;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.SlabMemory;
import io.unipin.kvcache.SlabSource;
import io.unipin.model.batch.PoolBlocks;
import io.unipin.model.features.ModelException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Memory of the engine for a cache's keys and values: one tensor on the engine's device. All its
 * elements have one type. {@link EngineRows} describes the rows in the tensor. Each slab of the
 * cache is a section of the tensor. The sections are ordered by the time of their allocation.
 *
 * <p>A small TorchScript program moves, copies and overwrites rows. It never waits for the device.
 * The device does all work on its default stream, which all threads share, in the order of the
 * calls. The cache overwrites rows when their last lease ends, so no later call can read them.
 *
 * <p>The pool serves one cache and outlives the cache and its leases. Thread-safe.
 */
public final class EnginePool implements SlabSource, AutoCloseable {
  /**
   * One 64th of the budgets is added for gaps between sections. A section begins at a multiple of
   * its first unit size, so a gap is shorter than one unit. A slab has at least 16 units, and
   * nearly all slabs have a whole number of units.
   */
  private static final int GAPS = 64;

  private static final long MOST_GAPS = 1L << 28;

  /** Matches the part of the engine's message that tells how much memory a device has left. */
  private static final Pattern FREE = Pattern.compile("of which (\\S+ \\S+) is free");

  private final TorchModule program;
  private final PtNDArray tensor;
  private final KvType type;
  private final long bytes;

  @GuardedBy("this")
  private long taken;

  private EnginePool(TorchModule program, PtNDArray tensor, KvType type, long bytes) {
    this.program = program;
    this.tensor = tensor;
    this.type = type;
    this.bytes = bytes;
  }

  /**
   * Allocates a pool for a cache with these limits, on the device of the options. The pool takes
   * the bytes of both limits, and 1/64 more for gaps between its sections (at most 256 MiB).
   *
   * @param type the type of the elements, {@code FLOAT32} or {@code FLOAT16}
   * @throws IllegalArgumentException if the type is {@code INT8}
   * @throws ModelException if the device has not enough memory, or can't be used
   */
  public static EnginePool create(EngineOptions options, KvType type, KvCacheLimits limits) {
    long budget = Math.addExact(limits.budgetBytes(), limits.transientBytes());
    return create(options, type, Math.addExact(budget, Math.min(budget / GAPS, MOST_GAPS)));
  }

  /**
   * Allocates a pool of at least {@code bytes} bytes.
   *
   * @throws IllegalArgumentException if the type is {@code INT8}
   * @throws ModelException if the device has not enough memory, or can't be used
   */
  static EnginePool create(EngineOptions options, KvType type, long bytes) {
    DataType elements =
        switch (type) {
          case FLOAT32 -> DataType.FLOAT32;
          case FLOAT16 -> DataType.FLOAT16;
          case INT8 ->
              throw new IllegalArgumentException(
                  "FLOAT16 or FLOAT32 expected for rows in engine memory, got INT8");
        };
    long count = Math.max(1, bytes / type.bytes());
    try {
      return TorchModule.loadPool(options)
          .handTo(
              program -> {
                PtNDArray all = (PtNDArray) program.manager().zeros(new Shape(count), elements);
                return new EnginePool(program, all, type, count * type.bytes());
              });
    } catch (EngineException e) {
      throw new ModelException(
          "%s bytes for keys and values expected on %s, got %s"
              .formatted(bytes, options.device(), left(e)),
          e);
    }
  }

  /**
   * Returns how much memory a device has left, if the engine's message tells it. Otherwise returns
   * the first line of the message.
   */
  private static String left(EngineException e) {
    String message = String.valueOf(e.getMessage());
    Matcher free = FREE.matcher(message);
    return free.find() ? free.group(1) + " free" : message.lines().findFirst().orElse("no memory");
  }

  /** Returns the tensor (elements). Its elements have the pool's type. The pool owns the tensor. */
  PtNDArray tensor() {
    return tensor;
  }

  /** Returns the number of bytes of the tensor. */
  public long bytes() {
    return bytes;
  }

  @Override
  public boolean isHost() {
    return false;
  }

  /**
   * Refuses a layout of another type. Also refuses a layout with units that are not a whole number
   * of rows, because every block begins with a row of the tensor.
   */
  @Override
  public void require(KvLayout layout) {
    if (layout.type() != type) {
      throw new IllegalArgumentException(
          "%s expected for rows in engine memory, got %s".formatted(type, layout.type()));
    }
    long unit = layout.budgetBytes(1);
    if (unit % rowBytes(layout) != 0) {
      throw new IllegalArgumentException(
          "rows of which %s bytes are a multiple expected in engine memory, got %s bytes a row"
              .formatted(unit, rowBytes(layout)));
    }
  }

  /**
   * Returns the number of bytes of the keys and values of one token in one layer, for all heads.
   */
  private static long rowBytes(KvLayout layout) {
    return 2L * layout.kvHeads() * layout.headDim() * layout.type().bytes();
  }

  @Override
  public synchronized SlabMemory allocate(int length, int unitBytes) {
    long start = Math.floorDiv(taken + unitBytes - 1, unitBytes) * unitBytes;
    if (start + length > bytes) {
      throw new OutOfMemoryError(
          "%s bytes left in the pool expected, got %s".formatted(length, bytes - start));
    }
    taken = start + length;
    return new Section(this, start, length);
  }

  @Override
  public String remedy() {
    return "models of different shapes share the pool, and the rest is lost in gaps between them";
  }

  /** Frees the tensor. The caller must close the cache and all leases first. Idempotent. */
  @Override
  public void close() {
    program.close();
  }

  /** Runs a method of the program on the tensor. */
  private void run(String method, IValue... arguments) {
    JniUtils.setGradMode(false);
    IValue[] all = new IValue[arguments.length + 1];
    all[0] = IValue.from(tensor);
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    program.run(method, all).close();
  }

  /**
   * A part of the tensor, which is a slab's memory.
   *
   * @param base first byte of the part
   */
  private record Section(EnginePool pool, long base, long bytes)
      implements SlabMemory, PoolBlocks.Pooled {

    @Override
    public PtNDArray tensor() {
      return pool.tensor;
    }

    @Override
    public long firstUnit(int unitBytes) {
      return Math.floorMod(-base, unitBytes);
    }

    @Override
    public void copy(long start, SlabMemory target, long to, long length) {
      pool.run(
          "copy",
          element(start, length),
          ((Section) target).element(to, length),
          IValue.from(length / pool.type.bytes()));
    }

    @Override
    public void blank(long start, long length, boolean poisons) {
      pool.run(
          "fill",
          element(start, length),
          IValue.from(length / pool.type.bytes()),
          IValue.from(poisons ? Double.NaN : 0.0));
    }

    /**
     * Checks that {@code length} bytes from {@code start} on lie within this part. Returns the
     * index of their first element in the tensor.
     */
    private IValue element(long start, long length) {
      if (start < 0 || length < 0 || start + length > bytes) {
        throw new IndexOutOfBoundsException(
            "bytes within 0..%s expected, got %s from %s".formatted(bytes, length, start));
      }
      return IValue.from((base + start) / pool.type.bytes());
    }

    @Override
    public void copyRows(KvRows from, KvRows to, int rows) {
      KvLayout layout = from.layout();
      long width = 2L * layout.kvHeads() * layout.headDim();
      pool.run(
          "copy_rows",
          IValue.from(((EngineRows) from).start()),
          IValue.from(from.capacity() * width),
          IValue.from(((EngineRows) to).start()),
          IValue.from(to.capacity() * width),
          IValue.from((long) layout.layers()),
          IValue.from(rows * width));
    }

    @Override
    public EngineRows rows(long start, KvLayout layout, int capacity) {
      return new EngineRows(this, (base + start) / pool.type.bytes(), layout, capacity);
    }
  }
}
