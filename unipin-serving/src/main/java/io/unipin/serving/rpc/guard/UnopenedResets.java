package io.unipin.serving.rpc.guard;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.ByteToMessageDecoder;
import java.util.List;

/**
 * Drops RST_STREAM frames for streams that the client never opened, and passes on all other bytes
 * of an HTTP/2 connection unchanged.
 *
 * <p>RFC 9113 (section 6.4) makes such a frame an error of the whole connection, which fails every
 * call on the connection. But clients in Python, C++ and Ruby use gRPC's C core. They send such a
 * frame if the deadline of a call passes before its headers are sent (grpc/grpc issue 19655). A
 * client that sets a short deadline for one call must not lose its other calls.
 *
 * <p>At most {@code most} frames are dropped per connection. Further frames pass, and the transport
 * then closes the connection.
 *
 * <p>An instance belongs to one connection. It keeps at most one unfinished frame of 13 bytes.
 */
final class UnopenedResets extends ByteToMessageDecoder {
  private static final int PREFACE_BYTES = 24;
  private static final int HEADER_BYTES = 9;
  private static final int RESET_PAYLOAD_BYTES = 4;
  private static final int TYPE_AT = 3;
  private static final int STREAM_AT = 5;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;

  private final int most;

  /** Number of the next bytes that belong to the preface or to a frame that is passed on. */
  private long passing = PREFACE_BYTES;

  /**
   * The number of the highest stream that the client opened. Clients open streams in ascending
   * order.
   */
  private int newest;

  private int dropped;

  UnopenedResets(int most) {
    this.most = most;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out) {
    int start = in.readerIndex();
    int at = start;
    int end = in.writerIndex();
    boolean drops = false;
    while (at < end && !drops) {
      if (passing == 0) {
        if (end - at < HEADER_BYTES) {
          break;
        }
        drops = isUnopenedReset(in, at);
        if (!drops) {
          note(in, at);
          passing = HEADER_BYTES + (long) in.getUnsignedMedium(at);
        }
      }
      if (!drops) {
        int step = (int) Math.min(passing, end - at);
        passing -= step;
        at += step;
      }
    }
    if (at > start) {
      out.add(in.readRetainedSlice(at - start));
    }
    // an incomplete frame stays in the buffer until its last bytes arrive
    if (drops && end - at >= HEADER_BYTES + RESET_PAYLOAD_BYTES) {
      in.skipBytes(HEADER_BYTES + RESET_PAYLOAD_BYTES);
      dropped++;
    }
  }

  private boolean isUnopenedReset(ByteBuf in, int at) {
    return dropped < most
        && in.getByte(at + TYPE_AT) == RST_STREAM
        && in.getUnsignedMedium(at) == RESET_PAYLOAD_BYTES
        && stream(in, at) > newest
        && stream(in, at) % 2 == 1;
  }

  private void note(ByteBuf in, int at) {
    if (in.getByte(at + TYPE_AT) == HEADERS) {
      newest = Math.max(newest, stream(in, at));
    }
  }

  private static int stream(ByteBuf in, int at) {
    return in.getInt(at + STREAM_AT) & Integer.MAX_VALUE;
  }
}
