package io.unipin.serving.rpc;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.unipin.serving.security.SecurityConfig;
import io.unipin.settings.ConfigException;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The server's certificate and the authorities of its clients, from files that are read again when they change; connections
 * keep what they began with. TLS 1.3 only. Thread-safe.
 */
final class TlsFiles {
  private static final String PROTOCOL = "TLSv1.3";

  private final AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
  private final @Nullable AdvancedTlsX509TrustManager clients;

  /**
   * Reads the files and has the clock read them again.
   *
   * @throws ConfigException when they are not what they should be
   */
  TlsFiles(SecurityConfig config, ScheduledExecutorService clock) {
    long millis = config.reload().toMillis();
    try {
      var unused =
          identity.updateIdentityCredentials(
              new File(config.certificate()),
              new File(config.key()),
              millis,
              TimeUnit.MILLISECONDS,
              clock);
      if (config.clientAuthorities().isEmpty()) {
        clients = null;
      } else {
        clients =
            AdvancedTlsX509TrustManager.newBuilder()
                .setVerification(
                    AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
                .build();
        var unusedToo =
            clients.updateTrustCredentials(
                new File(config.clientAuthorities()), millis, TimeUnit.MILLISECONDS, clock);
      }
    } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
      throw new ConfigException(
          "security: a PEM certificate and its PKCS 8 key expected: " + e.getMessage(), e);
    }
  }

  /** For one port. */
  SslContext context(boolean asksClients) {
    SslContextBuilder builder = SslContextBuilder.forServer(identity);
    if (asksClients && clients != null) {
      builder.trustManager(clients).clientAuth(ClientAuth.REQUIRE);
    }
    try {
      return GrpcSslContexts.configure(builder).protocols(PROTOCOL).build();
    } catch (SSLException e) {
      throw new ConfigException("security: TLS can't be set up: " + e.getMessage(), e);
    }
  }
}
