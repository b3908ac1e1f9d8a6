package io.unipin.serving.rpc.json;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The request that a connection serves, and the progress of the request. Only the connection's
 * thread uses it.
 */
final class Exchange {
  private static final long MOST_DISCARDED = 4L << 20;

  final HttpVersion version;

  /** Whether the client asks only for the headers of the answer. */
  final boolean head;

  /** Whether the connection stays open after the answer. */
  boolean keepAlive;

  /** Whether the whole request has arrived. */
  boolean received;

  /** Whether an answer was chosen. */
  boolean answered;

  /** Whether the client has taken the answer. */
  boolean sent;

  /** Bytes of the body that arrived after the answer was chosen. */
  private long discarded;

  /** The call; absent if the request was refused or asks for a page. */
  @Nullable HttpCall<?, ?> call;

  private ByteArrayOutputStream body = new ByteArrayOutputStream();

  Exchange(HttpRequest request, boolean stays) {
    version = request.protocolVersion();
    head = request.method().equals(HttpMethod.HEAD);
    keepAlive = stays && HttpUtil.isKeepAlive(request);
  }

  /** Whether further parts of the body are needed. */
  boolean wantsBody() {
    return call != null && !call.isClosed() && !answered;
  }

  /** Discards bytes of the body. Returns true if too many were discarded. */
  boolean discards(int bytes) {
    discarded += bytes;
    return discarded > MOST_DISCARDED;
  }

  boolean isDone() {
    return received && sent;
  }

  void append(ByteBuf bytes) {
    try {
      bytes.readBytes(body, bytes.readableBytes());
    } catch (IOException e) { // writes to memory don't fail
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the body, and drops this object's own copy. */
  byte[] takeBody() {
    byte[] bytes = body.toByteArray();
    body = new ByteArrayOutputStream(0);
    return bytes;
  }
}
