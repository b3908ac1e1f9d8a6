package io.unipin.model.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import io.unipin.kvcache.EngineRows;
import io.unipin.kvcache.HostRows;
import io.unipin.kvcache.KvLayout;
import io.unipin.kvcache.KvRows;
import io.unipin.kvcache.KvType;
import io.unipin.kvcache.SlabMemory;
import io.unipin.model.Torch;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PoolBlocksTest {
  private static final KvLayout LAYOUT = new KvLayout(3, 2, 8, 10, KvType.FLOAT32);
  private static final int WIDTH = 2 * 2 * 8;
  private static final int CAPACITY = 10;
  private static final int BLOCK = 3 * CAPACITY * WIDTH;

  private final PtNDManager manager = Torch.newManager();
  private final PtNDArray tensor =
      (PtNDArray) manager.zeros(new Shape(2 * BLOCK + 5), DataType.FLOAT32);

  @AfterEach
  void close() {
    manager.close();
  }

  /** Memory without bytes. These tests use only the positions of blocks. */
  private static class Still implements SlabMemory {
    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public long firstUnit(int unitBytes) {
      return 0;
    }

    @Override
    public void copy(long start, SlabMemory target, long to, long bytes) {}

    @Override
    public void blank(long start, long bytes, boolean poisons) {}

    @Override
    public void copyRows(KvRows from, KvRows to, int rows) {}

    @Override
    public KvRows rows(long start, KvLayout layout, int capacity) {
      return new EngineRows(this, start, layout, capacity);
    }
  }

  private final class InTensor extends Still implements PoolBlocks.Pooled {
    @Override
    public PtNDArray tensor() {
      return tensor;
    }
  }

  private EngineRows at(long start) {
    return new EngineRows(new InTensor(), start, LAYOUT, CAPACITY);
  }

  @Test
  void place_isTheFirstRowOfTheBlock() {
    assertThat(PoolBlocks.place(at(BLOCK), 4))
        .isEqualTo(new RaggedRows.BlockPlace(4, 3 * CAPACITY, CAPACITY));
  }

  @Test
  void memory_ofOnePool_isTheSame() {
    KvRows host = new HostRows(ByteBuffer.allocateDirect(4), LAYOUT, CAPACITY);
    assertThat(PoolBlocks.memory(at(0))).isEqualTo(PoolBlocks.memory(at(BLOCK)));
    assertThat(PoolBlocks.memory(at(0))).isNotEqualTo(PoolBlocks.memory(host));
  }

  @Test
  void require_blockInsideThePool_isAccepted() {
    for (AttentionKernel kernel :
        new AttentionKernel[] {AttentionKernel.EACH, AttentionKernel.PADDED}) {
      assertThatCode(() -> PoolBlocks.require(at(0), kernel)).doesNotThrowAnyException();
      assertThatCode(() -> PoolBlocks.require(at(BLOCK), kernel)).doesNotThrowAnyException();
    }
  }

  @Test
  void require_blockOutsideOrBetweenRows_isRefused() {
    for (long start : new long[] {-WIDTH, 1, BLOCK + WIDTH, Long.MAX_VALUE / WIDTH * WIDTH}) {
      assertThatThrownBy(() -> PoolBlocks.require(at(start), AttentionKernel.EACH))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("30 rows of 32 elements in a pool of 1925 expected, got a block at " + start);
    }
  }

  @Test
  void require_otherType_isRefused() {
    KvLayout half = new KvLayout(3, 2, 8, 10, KvType.FLOAT16);
    EngineRows rows = new EngineRows(new InTensor(), 0, half, CAPACITY);
    assertThatThrownBy(() -> PoolBlocks.require(rows, AttentionKernel.PADDED))
        .hasMessage("keys and values of the pool's type FLOAT32 expected, got FLOAT16");
    assertThatThrownBy(() -> PoolBlocks.require(at(0), AttentionKernel.FLASH))
        .hasMessage("keys and values in FLOAT16 expected, got FLOAT32");
  }

  @Test
  void require_memoryOfAnotherKind_isRefused() {
    EngineRows rows = new EngineRows(new Still(), 0, LAYOUT, CAPACITY);
    assertThatThrownBy(() -> PoolBlocks.require(rows, AttentionKernel.EACH))
        .hasMessage("memory in a tensor of the engine expected, got Still");
  }
}
