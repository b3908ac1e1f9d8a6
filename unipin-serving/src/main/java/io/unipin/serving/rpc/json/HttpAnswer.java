package io.unipin.serving.rpc.json;

import io.grpc.netty.shaded.io.netty.buffer.Unpooled;
import io.grpc.netty.shaded.io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponse;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseStatus;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import java.util.Map;

/**
 * An answer to a request.
 *
 * @param status HTTP status
 * @param headers headers of this answer, in addition to the headers that all answers have
 * @param body JSON in UTF-8
 */
@SuppressWarnings("ArrayRecordComponent") // answers are never compared
record HttpAnswer(int status, Map<String, String> headers, byte[] body) {
  private static final Map<String, String> ALWAYS =
      Map.of(
          "content-type", "application/json",
          "cache-control", "no-store",
          "x-content-type-options", "nosniff");

  static HttpAnswer json(int status, byte[] body) {
    return new HttpAnswer(status, Map.of(), body);
  }

  /**
   * Returns the HTTP response to a request of the given HTTP version.
   *
   * @param head whether the request asks only for the headers; the response then has no body
   */
  HttpResponse response(HttpVersion version, boolean keepAlive, boolean head) {
    DefaultFullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            HttpResponseStatus.valueOf(status),
            head ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(body));
    ALWAYS.forEach((name, value) -> response.headers().set(name, value));
    headers.forEach((name, value) -> response.headers().set(name, value));
    response.headers().set(HttpHeaderNames.CONTENT_LENGTH, body.length);
    HttpUtil.setKeepAlive(response.headers(), version, keepAlive);
    return response;
  }

  /**
   * Returns the response 100 Continue. Some clients wait for this response before they send the
   * body.
   */
  static HttpResponse goOn() {
    return new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER);
  }
}
