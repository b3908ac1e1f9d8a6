package io.unipin.serving.rpc.json;

import com.google.rpc.Code;
import io.grpc.Attributes;
import io.grpc.Grpc;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.handler.codec.DecoderException;
import io.grpc.netty.shaded.io.netty.handler.codec.TooLongFrameException;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpHeaderNames;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpMethod;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.TooLongHttpLineException;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.unipin.serving.metrics.JsonMeters;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The calls, pages, settings and metrics that all connections of one port share. Thread-safe. */
final class Door {
  static final String OPEN_API = "/openapi.json";
  static final String HEALTH = "/healthz";

  private static final Logger logger = LoggerFactory.getLogger(Door.class);
  private static final long LOG_EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final JsonMethods methods;
  private final Map<String, Supplier<HttpAnswer>> pages;
  private final JsonPorts.Shared shared;
  private final Connections connections;
  private final AtomicLong lastLogged = new AtomicLong(System.nanoTime() - LOG_EVERY_NANOS);
  private volatile boolean stopping;

  Door(JsonMethods methods, byte[] openApi, JsonPorts.Shared shared) {
    this.methods = methods;
    this.shared = shared;
    this.connections = new Connections(shared.connections(), shared.maxUnsent(), shared.metrics());
    this.pages =
        Map.of(
            OPEN_API, () -> HttpAnswer.json(200, openApi),
            HEALTH, () -> health(shared.healthy()));
  }

  private static HttpAnswer health(BooleanSupplier healthy) {
    boolean well = healthy.getAsBoolean();
    String status = well ? "SERVING" : "NOT_SERVING";
    return HttpAnswer.json(
        well ? 200 : 503, "{\"status\":\"%s\"}".formatted(status).getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Checks that a request could be read, and that no web page sent it.
   *
   * @throws HttpRefusal when the request could not be read, or when a web page sent it
   */
  static void requireSound(HttpRequest request) {
    if (request.decoderResult().isFailure()) {
      Throwable cause = request.decoderResult().cause();
      boolean line = cause instanceof TooLongHttpLineException;
      if (line || cause instanceof TooLongFrameException) {
        throw new HttpRefusal(
            line ? 414 : 431,
            Code.INVALID_ARGUMENT,
            "a first line of at most %s bytes and headers of at most %s expected, got more"
                .formatted(JsonPorts.MAX_LINE, JsonPorts.MAX_HEADERS));
      }
      throw new HttpRefusal(400, Code.INVALID_ARGUMENT, "a request of HTTP/1.1 expected");
    }
    if (request.protocolVersion().majorVersion() != 1) {
      throw new HttpRefusal(505, Code.INVALID_ARGUMENT, "HTTP/1.1 expected, got another version");
    }
    RequestHead.requireNoOrigin(request);
  }

  /**
   * Returns the answer to a request for a page, such as the health page; null if the request is for
   * a call.
   */
  @Nullable HttpAnswer page(HttpRequest request) {
    Supplier<HttpAnswer> page = pages.get(path(request));
    if (page == null) {
      return null;
    }
    if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
      throw RequestHead.wrongMethod("GET, HEAD", request);
    }
    return page.get();
  }

  /**
   * Begins a call. The call may be refused at once.
   *
   * @param answers takes the answer, on any thread
   * @throws HttpRefusal when the request breaks a rule of HTTP
   */
  HttpCall<?, ?> call(HttpRequest request, Channel channel, Consumer<HttpAnswer> answers) {
    JsonMethod<?, ?> method = methods.at(path(request), Set.of(OPEN_API, HEALTH));
    RequestHead head = RequestHead.of(request);
    HttpCall.Caller caller =
        new HttpCall.Caller(
            attributes(channel),
            request.headers().get(HttpHeaderNames.HOST, ""),
            channel.eventLoop(),
            answers);
    HttpCall<?, ?> call =
        HttpCall.start(
            method, head, caller, new HttpCall.Transport(shared.tracers(), shared.failures()));
    long length = HttpUtil.getContentLength(request, 0L);
    if (length > shared.maxMessage()) {
      call.received(length); // refuses the call before its body arrives
    }
    return call;
  }

  private static Attributes attributes(Channel channel) {
    Attributes.Builder all =
        Attributes.newBuilder()
            .set(Grpc.TRANSPORT_ATTR_REMOTE_ADDR, channel.remoteAddress())
            .set(Grpc.TRANSPORT_ATTR_LOCAL_ADDR, channel.localAddress());
    SslHandler tls = channel.pipeline().get(SslHandler.class);
    return tls == null
        ? all.build()
        : all.set(Grpc.TRANSPORT_ATTR_SSL_SESSION, tls.engine().getSession()).build();
  }

  private static String path(HttpRequest request) {
    int query = request.uri().indexOf('?');
    return query < 0 ? request.uri() : request.uri().substring(0, query);
  }

  /** Counts a refusal and returns its answer. */
  HttpAnswer refused(HttpRefusal refusal) {
    shared.metrics().refused(refusal.status());
    return Answers.refused(refusal);
  }

  /** Returns the answer to a client for whose connection there is no room. */
  HttpAnswer noRoom() {
    return refused(
        new HttpRefusal(
            503,
            Code.UNAVAILABLE,
            "fewer connections expected: all %s have requests".formatted(shared.connections())));
  }

  /** Returns the answer to a client that does not complete its request in time. */
  HttpAnswer tooSlow() {
    return refused(
        new HttpRefusal(
            408,
            Code.DEADLINE_EXCEEDED,
            "a whole request within %s s expected".formatted(Patience.BODY.toSeconds())));
  }

  JsonMeters metrics() {
    return shared.metrics();
  }

  Connections connections() {
    return connections;
  }

  /** From now on, closes each connection after its next answer. */
  void stopping() {
    stopping = true;
  }

  boolean isStopping() {
    return stopping;
  }

  /** Logs why a connection ended, unless the cause is the network or the client's TLS. */
  void failed(Throwable failure) {
    long now = System.nanoTime();
    long last = lastLogged.get();
    if (!(failure instanceof IOException || failure instanceof DecoderException)
        && now - last >= LOG_EVERY_NANOS
        && lastLogged.compareAndSet(last, now)) {
      logger.error("a connection of the JSON port failed", failure);
    }
  }
}
