package io.unipin.serving.rpc.json;

import io.grpc.netty.shaded.io.netty.buffer.ByteBuf;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFutureListener;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.SimpleChannelInboundHandler;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpContent;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpObject;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpRequest;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpUtil;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpVersion;
import io.grpc.netty.shaded.io.netty.handler.codec.http.LastHttpContent;
import io.unipin.serving.failure.ServingException;
import org.jspecify.annotations.Nullable;

/**
 * One connection of a port for HTTP with JSON. It serves one request after the other. If the client
 * sends a second request before the first one is answered, the connection at first reads only the
 * head of the second request.
 *
 * <p>All methods run on the connection's thread, except {@link #close} and the answers of calls.
 */
final class HttpConnection extends SimpleChannelInboundHandler<HttpObject> {
  private final Door door;
  private final Channel channel;
  private final Patience patience;
  private final Reads reads;
  private @Nullable Exchange now;
  private @Nullable HttpRequest next;

  HttpConnection(Door door, Channel channel) {
    this.door = door;
    this.channel = channel;
    this.patience = new Patience(channel.eventLoop());
    this.reads = new Reads(channel);
  }

  /** Begins to wait for the first request. */
  @Override
  public void channelActive(ChannelHandlerContext context) {
    if (door.connections().opened(this)) {
      patience.start(Patience.FIRST, this::close);
      reads.next();
    } else if (!door.connections().refuses(this)) {
      close();
    } else {
      patience.start(Patience.LINGER, this::close); // a TLS handshake may come first
      var unused =
          channel
              .writeAndFlush(door.noRoom().response(HttpVersion.HTTP_1_1, false, false))
              .addListener(ChannelFutureListener.CLOSE);
    }
  }

  /** Closes the connection, on any thread. */
  void close() {
    var unused = channel.close();
  }

  private void cut(String cause) {
    door.metrics().cut(cause);
    close();
  }

  /** Closes the connection if no request has begun, on any thread. */
  void closeIfIdle() {
    channel
        .eventLoop()
        .execute(
            () -> {
              if (now == null) {
                close();
              }
            });
  }

  /**
   * Notes that bytes have arrived. When the first bytes of a request arrive, the time for its head
   * begins.
   */
  void bytesArrived() {
    if (now == null && next == null) {
      patience.startOnce(Patience.HEAD, () -> cut("slow_head"));
    }
  }

  /** Asks for more bytes when a read has ended before a whole part of a request has arrived. */
  @Override
  public void channelReadComplete(ChannelHandlerContext unused) {
    reads.ended();
  }

  @Override
  protected void channelRead0(ChannelHandlerContext unused, HttpObject part) {
    reads.came();
    if (part instanceof HttpRequest request) {
      if (now != null) {
        next = request; // the request begins after this exchange; until then, nothing more is read
        return;
      }
      begin(request);
    } else if (part.decoderResult().isFailure()) {
      badBody();
      return;
    }
    if (part instanceof HttpContent content) {
      content(content.content(), content instanceof LastHttpContent);
    }
    Exchange exchange = now;
    if (exchange == null || !exchange.received || next == null) {
      reads.next(); // detects a client that goes away while the service works
    }
  }

  private void begin(HttpRequest request) {
    Exchange exchange = new Exchange(request, !door.isStopping());
    now = exchange;
    door.connections().begins(this);
    patience.start(Patience.BODY, this::slowBody);
    try {
      Door.requireSound(request);
      HttpAnswer page = door.page(request);
      if (page != null) {
        answer(exchange, page);
      } else {
        call(request, exchange);
      }
    } catch (HttpRefusal e) {
      if (request.decoderResult().isFailure()) { // then later bytes can't be read either
        exchange.keepAlive = false;
        exchange.received = true;
      }
      answer(exchange, door.refused(e));
    }
  }

  private void call(HttpRequest request, Exchange exchange) {
    HttpCall<?, ?> call =
        door.call(
            request,
            channel,
            answer -> channel.eventLoop().execute(() -> answer(exchange, answer)));
    exchange.call = call;
    if (!HttpUtil.is100ContinueExpected(request)) {
      return;
    }
    if (call.isClosed()) {
      exchange.keepAlive = false; // the client may or may not send the body
    } else {
      var unused = channel.writeAndFlush(HttpAnswer.goOn());
    }
  }

  private void content(ByteBuf bytes, boolean last) {
    Exchange exchange = now;
    if (exchange == null) {
      return;
    }
    HttpCall<?, ?> call = exchange.call;
    if (call != null && exchange.wantsBody()) {
      call.received(bytes.readableBytes());
      exchange.append(bytes);
    } else if (exchange.discards(bytes.readableBytes())) {
      close();
    }
    if (last) {
      exchange.received = true;
      door.connections().busy(this);
      if (!exchange.answered) {
        patience.stop();
      }
      byte[] body = exchange.takeBody();
      if (call != null && exchange.wantsBody()) {
        call.complete(body);
      }
      finishIfDone(exchange);
    }
  }

  private void badBody() {
    Exchange exchange = now;
    if (exchange != null) {
      exchange.keepAlive = false;
      exchange.received = true;
      if (exchange.call != null && !exchange.answered) {
        exchange.call.refuse(ServingException.invalid("body", "chunks as in HTTP/1.1 expected"));
      }
      finishIfDone(exchange);
    } else {
      close();
    }
  }

  private void slowBody() {
    Exchange exchange = now;
    if (exchange == null || exchange.answered) {
      close();
      return;
    }
    door.metrics().cut("slow_body");
    exchange.keepAlive = false;
    if (exchange.call != null) {
      exchange.call.abandoned(); // comes before answer(), which would complete the call
    }
    answer(exchange, door.tooSlow());
  }

  /** Sends the answer to a request. Later answers to the same request are ignored. */
  private void answer(Exchange exchange, HttpAnswer answer) {
    if (exchange.answered || now != exchange) {
      return;
    }
    exchange.answered = true;
    exchange.keepAlive &= !door.isStopping();
    exchange.takeBody();
    door.connections().sends(this, answer.body().length);
    patience.start(Patience.ANSWER, () -> cut("slow_reader"));
    var unused =
        channel
            .writeAndFlush(answer.response(exchange.version, exchange.keepAlive, exchange.head))
            .addListener(done -> sent(exchange, done.isSuccess()));
  }

  private void sent(Exchange exchange, boolean success) {
    door.connections().sent(this);
    if (!success) {
      close(); // this also ends the call
      return;
    }
    exchange.sent = true;
    if (exchange.call != null) {
      exchange.call.sent();
    }
    if (exchange.received) {
      finishIfDone(exchange);
    } else {
      patience.start(exchange.keepAlive ? Patience.BODY : Patience.LINGER, this::close);
    }
  }

  /** Goes on to the next request when this request is received and its answer is sent. */
  private void finishIfDone(Exchange exchange) {
    if (!exchange.isDone() || now != exchange) {
      return;
    }
    now = null;
    if (!exchange.keepAlive) {
      close();
      return;
    }
    HttpRequest early = next;
    next = null;
    door.connections().waits(this);
    if (early != null) {
      begin(early);
    } else if (door.isStopping()) {
      patience.start(Patience.LINGER, this::close);
    } else if (channel.pipeline().get(RequestDecoder.class).hasBegun()) {
      bytesArrived(); // the next request began while this request was served
    } else {
      patience.start(Patience.IDLE, this::close);
    }
    reads.next();
  }

  @Override
  public void channelInactive(ChannelHandlerContext unused) {
    patience.stop();
    door.connections().closed(this);
    Exchange exchange = now;
    now = null;
    if (exchange != null && exchange.call != null) {
      exchange.call.abandoned();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext unused, Throwable failure) {
    door.failed(failure);
    close();
  }
}
