package io.unipin.serving.rpc.guard;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContext;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.util.AdvancedTlsX509KeyManager;
import io.grpc.util.AdvancedTlsX509TrustManager;
import io.unipin.serving.security.SecurityConfig;
import io.unipin.serving.threads.Recurring;
import io.unipin.settings.ConfigException;
import java.io.File;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's certificate and the authorities that sign its clients' certificates. The files are
 * read again when they change.
 *
 * <p>Open connections keep the files with which they began. Only TLS 1.3 is accepted. Thread-safe.
 */
final class TlsFiles implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(TlsFiles.class);
  private static final String PROTOCOL = "TLSv1.3";

  private final AdvancedTlsX509KeyManager identity = new AdvancedTlsX509KeyManager();
  private final @Nullable AdvancedTlsX509TrustManager clients;

  /** Checks the files for changes. gRPC's own managers can do this at most once a minute. */
  private final Recurring watching;

  /**
   * Reads the files, and reads them again after each change until this object is closed.
   *
   * @throws ConfigException when a file is missing or invalid
   */
  TlsFiles(SecurityConfig config) {
    File certificate = new File(config.certificate());
    File key = new File(config.key());
    List<WatchedFiles> watched = new ArrayList<>();
    watched.add(
        new WatchedFiles(
            List.of(certificate, key),
            () -> {
              CertifiedKey read = CertifiedKey.read(certificate, key);
              identity.updateIdentityCredentials(read.chain(), read.key());
            }));
    try {
      if (config.clientAuthorities().isEmpty()) {
        clients = null;
      } else {
        AdvancedTlsX509TrustManager trust =
            AdvancedTlsX509TrustManager.newBuilder()
                .setVerification(
                    AdvancedTlsX509TrustManager.Verification.CERTIFICATE_ONLY_VERIFICATION)
                .build();
        File file = new File(config.clientAuthorities());
        watched.add(new WatchedFiles(List.of(file), () -> trust.updateTrustCredentials(file)));
        clients = trust;
      }
      for (WatchedFiles files : watched) {
        files.read();
      }
    } catch (IOException | GeneralSecurityException | RuntimeException e) {
      throw new ConfigException(
          "security: a PEM certificate and its PKCS 8 key expected: " + e.getMessage(), e);
    }
    watching =
        Recurring.start("tls", config.reload(), () -> watched.forEach(WatchedFiles::readIfChanged));
  }

  /** Returns the TLS context of a gRPC port. */
  SslContext context(boolean asksClients) {
    return build(GrpcSslContexts.configure(builder(asksClients)));
  }

  /** Returns the TLS context of a port for HTTP/1.1. */
  SslContext httpContext(boolean asksClients) {
    return build(builder(asksClients));
  }

  private SslContextBuilder builder(boolean asksClients) {
    SslContextBuilder builder = SslContextBuilder.forServer(identity);
    if (asksClients && clients != null) {
      builder.trustManager(clients).clientAuth(ClientAuth.REQUIRE);
    }
    return builder;
  }

  private static SslContext build(SslContextBuilder builder) {
    try {
      return builder.protocols(PROTOCOL).build();
    } catch (SSLException e) {
      throw new ConfigException("security: TLS can't be set up: " + e.getMessage(), e);
    }
  }

  /** Stops the checks of the files. Idempotent. */
  @Override
  public void close() {
    watching.close();
  }

  /**
   * Files that belong together, such as a certificate and its key. They are read again when one of
   * them has changed. Not thread-safe.
   */
  private static final class WatchedFiles {
    private final List<File> files;
    private final Reader reader;
    private List<Long> times = List.of();

    /** Times of the files that could not be read; empty if the last files could be read. */
    private List<Long> refused = List.of();

    /** Reads the content of the files. */
    interface Reader {
      /** Throws when the files are invalid or do not fit each other. Then nothing changes. */
      void read() throws IOException, GeneralSecurityException;
    }

    WatchedFiles(List<File> files, Reader reader) {
      this.files = files;
      this.reader = reader;
    }

    void read() throws IOException, GeneralSecurityException {
      List<Long> now = now();
      reader.read();
      times = now;
      refused = List.of();
    }

    private List<Long> now() {
      return files.stream().map(File::lastModified).toList();
    }

    /**
     * Reads the files if one of them has changed. Invalid files are logged and change nothing. They
     * are read again at the next check, because a program may be writing them.
     */
    void readIfChanged() {
      List<Long> now = now();
      if (now.equals(times)) {
        return;
      }
      try {
        read();
        logger.info("{} is read again", files.get(0).getName());
      } catch (IOException | GeneralSecurityException | RuntimeException e) {
        if (!now.equals(refused)) {
          refused = now;
          logger.error("the certificates read before stay valid: {}", e.toString());
        }
      }
    }
  }
}
