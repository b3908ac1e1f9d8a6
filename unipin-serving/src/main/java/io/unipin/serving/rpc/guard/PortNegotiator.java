package io.unipin.serving.rpc.guard;

import io.grpc.netty.shaded.io.grpc.netty.GrpcHttp2ConnectionHandler;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiator;
import io.grpc.netty.shaded.io.grpc.netty.InternalProtocolNegotiators;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandler;
import io.grpc.netty.shaded.io.netty.channel.ChannelHandlerContext;
import io.grpc.netty.shaded.io.netty.channel.ChannelInboundHandlerAdapter;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslHandler;
import io.grpc.netty.shaded.io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Begins a port's connections with or without TLS, and puts {@link UnopenedResets} before the
 * HTTP/2 transport. Thread-safe.
 */
final class PortNegotiator implements InternalProtocolNegotiator.ProtocolNegotiator {
  private final InternalProtocolNegotiator.ProtocolNegotiator transport;
  private final int mostDropped;

  /** Creates a negotiator; {@code mostDropped} is the limit of {@link UnopenedResets}. */
  PortNegotiator(@Nullable SslContext tls, int mostDropped) {
    this.transport =
        tls == null
            ? InternalProtocolNegotiators.serverPlaintext()
            : InternalProtocolNegotiators.serverTls(tls);
    this.mostDropped = mostDropped;
  }

  @Override
  public AsciiString scheme() {
    return transport.scheme();
  }

  @Override
  public ChannelHandler newHandler(GrpcHttp2ConnectionHandler handler) {
    return new Begin(transport.newHandler(handler), new UnopenedResets(mostDropped));
  }

  @Override
  public void close() {
    transport.close();
  }

  /**
   * Adds the transport's handler at once. Adds the filter when the first bytes arrive, because the
   * TLS handler is in its place only then. The filter belongs after the TLS handler.
   */
  private static final class Begin extends ChannelInboundHandlerAdapter {
    private final ChannelHandler transport;
    private final ChannelHandler filter;

    Begin(ChannelHandler transport, ChannelHandler filter) {
      this.transport = transport;
      this.filter = filter;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
      context.pipeline().addAfter(context.name(), null, transport);
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      ChannelHandlerContext tls = context.pipeline().context(SslHandler.class);
      context.pipeline().addAfter((tls == null ? context : tls).name(), null, filter);
      context.fireChannelRead(bytes);
      context.pipeline().remove(this);
    }
  }
}
