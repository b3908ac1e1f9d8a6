package io.unipin.serving.rpc.guard;

import io.grpc.ServerInterceptor;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.security.SecurityConfig;
import io.unipin.serving.security.SecurityConfig.ClientCertificates;
import io.unipin.serving.security.TokenFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Protects the ports with TLS and with tokens, if these are configured. */
public final class Guard implements AutoCloseable {
  private final @Nullable TlsFiles tls;
  private final boolean allClients;
  private final @Nullable SslContext servingPort;
  private final @Nullable SslContext adminPort;
  private final @Nullable TokenInterceptor tokens;
  private final int mostUnopened;

  /**
   * Creates the guard. If there is no file of tokens, no token is required.
   *
   * @param mostUnopened on each connection, the client may cancel at most this many calls that it
   *     never opened; one more such cancellation closes the connection
   */
  public Guard(
      SecurityConfig config, @Nullable TokenFile file, ServingMetrics metrics, int mostUnopened) {
    this.mostUnopened = mostUnopened;
    TlsFiles opened = config.isTls() ? new TlsFiles(config) : null;
    boolean set = false;
    try {
      allClients = config.clientCertificates() == ClientCertificates.ALL;
      servingPort = opened == null ? null : opened.context(allClients);
      adminPort = opened == null ? null : opened.context(true);
      tokens = file == null ? null : new TokenInterceptor(file, metrics);
      tls = opened;
      set = true;
    } finally {
      if (!set && opened != null) {
        opened.close();
      }
    }
  }

  public void servingPort(NettyServerBuilder builder) {
    protect(builder, servingPort);
  }

  public void adminPort(NettyServerBuilder builder) {
    protect(builder, adminPort);
  }

  /** Returns the TLS context of the service's JSON port; null if the port speaks plain HTTP. */
  public @Nullable SslContext servingJson() {
    return tls == null ? null : tls.httpContext(allClients);
  }

  /** Returns the TLS context of the administration's JSON port; null for plain HTTP. */
  public @Nullable SslContext adminJson() {
    return tls == null ? null : tls.httpContext(true);
  }

  /** Returns the interceptors that check tokens: one or none. */
  public List<ServerInterceptor> interceptors() {
    return tokens == null ? List.of() : List.of(tokens);
  }

  private void protect(NettyServerBuilder builder, @Nullable SslContext tls) {
    builder.protocolNegotiator(new PortNegotiator(tls, mostUnopened));
  }

  @Override
  public void close() {
    if (tls != null) {
      tls.close();
    }
  }
}
