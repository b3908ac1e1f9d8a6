package io.unipin.serving.rpc.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import com.sun.management.ThreadMXBean;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.Item;
import io.unipin.proto.v1.LoadBundleRequest;
import io.unipin.proto.v1.RankRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.serving.failure.ServingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class WireCostTest {
  /**
   * The largest ratio of allocated bytes to estimated bytes. The parser copies its lists when they
   * grow. The allocated bytes include the discarded lists, but the estimate does not.
   */
  private static final int GARBAGE = 4;

  private static final List<Message> TYPES =
      List.of(
          RetrieveAndRankRequest.getDefaultInstance(),
          RecordActionsRequest.getDefaultInstance(),
          RankRequest.getDefaultInstance(),
          ChangeItemsRequest.getDefaultInstance(),
          Item.getDefaultInstance(),
          LoadBundleRequest.getDefaultInstance());

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void of_anyEncoding_coversWhatTheParserKeeps(long seed) throws IOException {
    int taken = 0;
    for (int round = 0; round < 60; round++) {
      Message type = TYPES.get(round % TYPES.size());
      WireBytes bytes = new WireBytes(seed * 1000 + round);
      byte[] wire = bytes.message(type.getDescriptorForType(), round % 3 == 0 ? 300_000 : 3000, 4);
      long cost;
      try {
        cost = WireCost.of(wire, type.getDescriptorForType());
      } catch (ServingException e) {
        continue; // the message is refused before it is parsed
      }
      taken++;
      assertThat(cost).isLessThanOrEqualTo(WireCost.most(wire.length));
      assertThat(allocated(type.getParserForType(), wire))
          .as("seed %d, round %d: %d bytes of %s", seed, round, wire.length, type.getClass())
          .isLessThanOrEqualTo(GARBAGE * cost + 100_000);
    }
    assertThat(taken).isPositive();
  }

  @Test
  void of_groups_isRefusedWhereverTheyStand() throws IOException {
    byte[] group = {(15 << 3) | WireFormat.WIRETYPE_START_GROUP, (15 << 3) | 4};
    byte[] known = {(1 << 3) | WireFormat.WIRETYPE_START_GROUP, (1 << 3) | 4};
    for (byte[] part : List.of(group, known, nested(1, group), nested(1, nested(2, known)))) {
      assertThatThrownBy(() -> WireCost.of(part, RetrieveAndRankRequest.getDescriptor()))
          .isInstanceOf(ServingException.class)
          .hasMessageContaining("without groups");
    }
  }

  @Test
  void of_knownNumberInAnotherType_isAsMuchAsAnUnknownField() throws IOException {
    Descriptor type = RetrieveAndRankRequest.getDescriptor();
    for (FieldDescriptor field : type.getFields()) {
      boolean number = field.getLiteType().getWireType() == WireFormat.WIRETYPE_VARINT;
      int other = number ? WireFormat.WIRETYPE_LENGTH_DELIMITED : WireFormat.WIRETYPE_VARINT;
      byte[] mistaken = {(byte) (field.getNumber() << 3 | other), 0};
      byte[] unknown = {(byte) (15 << 3 | other), 0};
      assertThat(WireCost.of(mistaken, type)).as("%s", field).isEqualTo(WireCost.of(unknown, type));
    }
  }

  @Test
  void of_manyUnknownFields_isRefused() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CodedOutputStream wire = CodedOutputStream.newInstance(out);
    for (int number = 100; number < 60_000; number++) {
      wire.writeUInt32(number, 1);
    }
    wire.flush();
    assertThatThrownBy(() -> WireCost.of(out.toByteArray(), RetrieveAndRankRequest.getDescriptor()))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("bytes once read");
  }

  private static byte[] nested(int field, byte[] content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    CodedOutputStream wire = CodedOutputStream.newInstance(out);
    wire.writeByteArray(field, content);
    wire.flush();
    return out.toByteArray();
  }

  private static long allocated(Parser<? extends Message> parser, byte[] wire) throws IOException {
    parser.parseFrom(wire); // loads the classes before the measurement
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    Message kept = parser.parseFrom(wire);
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertThat(kept.isInitialized()).isTrue();
    return allocated;
  }
}
