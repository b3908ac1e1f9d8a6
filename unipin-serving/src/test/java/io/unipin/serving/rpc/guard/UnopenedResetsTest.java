package io.unipin.serving.rpc.guard;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.channel.embedded.EmbeddedChannel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnopenedResetsTest {
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;

  private final Random random = new Random(7);

  @Test
  void read_resetOfAStreamNeverOpened_isDropped() {
    byte[] before = join(preface(), frame(SETTINGS, 0, 0), frame(HEADERS, 1, 40));
    byte[] after = join(frame(DATA, 1, 17_000), frame(HEADERS, 5, 40));
    byte[] sent = join(before, frame(RST_STREAM, 3, 4), after);
    for (int most = 1; most <= 2000; most = most * 3 + 1) {
      assertThat(passed(sent, most, 10)).as("pieces up to %s", most).isEqualTo(join(before, after));
    }
  }

  @Test
  void read_resetsOfOpenedStreams_pass() {
    byte[] sent =
        join(
            preface(),
            frame(HEADERS, 1, 10),
            frame(HEADERS, 3, 10),
            frame(RST_STREAM, 3, 4),
            frame(RST_STREAM, 1, 4));
    assertThat(passed(sent, 5, 10)).isEqualTo(sent);
  }

  @Test
  void read_resetsThatNoClientSends_passToTheTransport() {
    byte[] sent =
        join(
            preface(),
            frame(RST_STREAM, 0, 4), // stream 0 is the connection itself
            frame(RST_STREAM, 2, 4), // only servers open even streams
            frame(RST_STREAM, 1, 5)); // the length must be 4
    assertThat(passed(sent, 100, 10)).isEqualTo(sent);
  }

  @Test
  void read_moreThanTheLimit_pass() {
    byte[] reset = frame(RST_STREAM, 9, 4);
    byte[] sent = join(preface(), reset, reset, reset);
    assertThat(passed(sent, 7, 2)).isEqualTo(join(preface(), reset));
  }

  /** Sends bytes in random pieces and returns the bytes that the next handler reads. */
  private byte[] passed(byte[] sent, int largestPiece, int mostDropped) {
    EmbeddedChannel channel = new EmbeddedChannel(new UnopenedResets(mostDropped));
    for (int at = 0; at < sent.length; ) {
      int end = Math.min(sent.length, at + 1 + random.nextInt(largestPiece));
      channel.writeInbound(Unpooled.wrappedBuffer(Arrays.copyOfRange(sent, at, end)));
      at = end;
    }
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    for (ByteBuf piece = channel.readInbound(); piece != null; piece = channel.readInbound()) {
      byte[] bytes = new byte[piece.readableBytes()];
      piece.readBytes(bytes).release();
      read.writeBytes(bytes);
    }
    channel.finishAndReleaseAll();
    return read.toByteArray();
  }

  private static byte[] preface() {
    return "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] frame(int type, int stream, int length) {
    byte[] payload = new byte[length];
    random.nextBytes(payload);
    ByteBuf frame = Unpooled.buffer();
    frame.writeMedium(length).writeByte(type).writeByte(0).writeInt(stream).writeBytes(payload);
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    return bytes;
  }

  private static byte[] join(byte[]... parts) {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }
}
