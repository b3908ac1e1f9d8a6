package io.unipin.serving.rpc;

import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.unipin.serving.metrics.ServingMetrics;
import io.unipin.serving.security.SecurityConfig;
import io.unipin.serving.security.SecurityConfig.ClientCertificates;
import io.unipin.serving.security.TokenFile;
import io.unipin.serving.threads.DaemonThreads;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.jspecify.annotations.Nullable;

/** What stands before the ports: TLS and tokens, each where it is set, and the clock that reads their files again. */
final class Guard implements AutoCloseable {
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(DaemonThreads.named("security"));

  private final @Nullable SslContext servingPort;
  private final @Nullable SslContext adminPort;
  private final @Nullable TokenInterceptor tokens;

  /** Without a file of tokens, none is asked for. */
  Guard(SecurityConfig config, @Nullable TokenFile file, ServingMetrics metrics) {
    boolean set = false;
    try {
      TlsFiles tls = config.isTls() ? new TlsFiles(config, clock) : null;
      boolean all = config.clientCertificates() == ClientCertificates.ALL;
      servingPort = tls == null ? null : tls.context(all);
      adminPort = tls == null ? null : tls.context(true);
      tokens = file == null ? null : new TokenInterceptor(file, metrics);
      set = true;
    } finally {
      if (!set) {
        clock.shutdownNow();
      }
    }
  }

  void servingPort(NettyServerBuilder builder) {
    protect(builder, servingPort);
  }

  void adminPort(NettyServerBuilder builder) {
    protect(builder, adminPort);
  }

  private void protect(NettyServerBuilder builder, @Nullable SslContext tls) {
    if (tls != null) {
      builder.sslContext(tls);
    }
    if (tokens != null) {
      builder.intercept(tokens);
    }
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
