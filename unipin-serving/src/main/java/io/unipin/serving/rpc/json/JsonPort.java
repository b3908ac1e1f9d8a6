package io.unipin.serving.rpc.json;

import io.grpc.netty.shaded.io.netty.bootstrap.ServerBootstrap;
import io.grpc.netty.shaded.io.netty.channel.Channel;
import io.grpc.netty.shaded.io.netty.channel.ChannelFuture;
import io.grpc.netty.shaded.io.netty.channel.ChannelInitializer;
import io.grpc.netty.shaded.io.netty.channel.ChannelOption;
import io.grpc.netty.shaded.io.netty.channel.EventLoopGroup;
import io.grpc.netty.shaded.io.netty.channel.socket.nio.NioServerSocketChannel;
import io.grpc.netty.shaded.io.netty.handler.codec.http.HttpResponseEncoder;
import io.grpc.netty.shaded.io.netty.handler.flow.FlowControlHandler;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.unipin.serving.failure.FailureKind;
import io.unipin.serving.failure.ServingException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One port for HTTP with JSON. Thread-safe. */
final class JsonPort {
  private static final int BACKLOG = 256;
  private static final int HANDSHAKE_SECONDS = 10;

  private final JsonPorts.Side side;
  private final Door door;
  private final ServerBootstrap bootstrap;
  private volatile @Nullable Channel listener;

  JsonPort(JsonPorts.Side side, JsonPorts.Shared shared, EventLoopGroup threads) {
    this.side = side;
    JsonMethods methods = new JsonMethods(side.service(), side.described());
    this.door = new Door(methods, OpenApi.of(side.described(), methods.paths()), shared);
    this.bootstrap =
        new ServerBootstrap()
            .group(threads)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            // Each part of a request is read only when the connection asks for it.
            .childOption(ChannelOption.AUTO_READ, false)
            .childHandler(new Pipeline());
  }

  /** Sets up a connection. */
  private final class Pipeline extends ChannelInitializer<Channel> {
    @Override
    protected void initChannel(Channel channel) {
      if (side.tls() != null) {
        SslHandler tls = side.tls().newHandler(channel.alloc());
        tls.setHandshakeTimeout(HANDSHAKE_SECONDS, TimeUnit.SECONDS);
        channel.pipeline().addLast(tls);
      }
      addHandlers(door, channel);
    }
  }

  /** Adds the handlers that read requests and answer them. */
  static void addHandlers(Door door, Channel channel) {
    HttpConnection connection = new HttpConnection(door, channel);
    channel
        .pipeline()
        .addLast(new RequestDecoder(connection))
        .addLast(new HttpResponseEncoder())
        .addLast(new FlowControlHandler())
        .addLast(connection);
  }

  void start() {
    ChannelFuture bound =
        bootstrap.bind(new InetSocketAddress(side.host(), side.port())).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      throw new ServingException(
          FailureKind.UNAVAILABLE,
          "JSON port %s of %s can't be opened: %s"
              .formatted(side.port(), side.host(), String.valueOf(bound.cause().getMessage())),
          bound.cause());
    }
    listener = bound.channel();
  }

  int port() {
    Channel bound = listener;
    return bound != null && bound.localAddress() instanceof InetSocketAddress address
        ? address.getPort()
        : 0;
  }

  int connections() {
    return door.connections().count();
  }

  void announceStop() {
    door.stopping();
  }

  void closeListener() {
    Channel bound = listener;
    if (bound != null) {
      var unused = bound.close().awaitUninterruptibly();
    }
  }

  void closeWaiting() {
    door.connections().closeWaiting();
  }

  void awaitClosed(long nanos) throws InterruptedException {
    door.connections().awaitClosed(nanos);
  }

  void close() {
    closeListener();
    door.connections().closeAll();
  }
}
