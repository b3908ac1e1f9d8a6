package io.unipin.serving.rpc.json;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpDecoderConfig;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequestDecoder;
import io.grpc.netty.shaded.io.netty.handler.codec.http.LastHttpContent;
import java.util.List;

/**
 * Decodes requests from bytes, and tells whether a request has begun but not ended. Confined to one
 * thread.
 */
final class RequestDecoder extends HttpRequestDecoder {
  private static final HttpDecoderConfig RULES =
      new HttpDecoderConfig()
          .setMaxInitialLineLength(JsonPorts.MAX_LINE)
          .setMaxHeaderSize(JsonPorts.MAX_HEADERS)
          .setValidateHeaders(true)
          .setStrictLineParsing(true)
          .setUseRfc9112TransferEncoding(true)
          .setAllowDuplicateContentLengths(false);

  private final HttpConnection connection;

  /** Whether bytes were read since the end of the last whole request. */
  private boolean begun;

  RequestDecoder(HttpConnection connection) {
    super(RULES);
    this.connection = connection;
  }

  /** Whether the first bytes of a request have arrived, but not its end. */
  boolean hasBegun() {
    return begun || actualReadableBytes() > 0;
  }

  /**
   * Tells the connection that bytes have arrived, even if they do not yet form a whole part of a
   * request.
   */
  @Override
  public void channelRead(ChannelHandlerContext context, Object bytes) throws Exception {
    connection.bytesArrived();
    super.channelRead(context, bytes);
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf bytes, List<Object> out)
      throws Exception {
    int before = bytes.readableBytes();
    super.decode(context, bytes, out);
    if (!out.isEmpty() && out.get(out.size() - 1) instanceof LastHttpContent) {
      begun = false;
    } else if (bytes.readableBytes() < before) {
      begun = true;
    }
  }
}
