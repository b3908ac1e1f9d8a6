package io.unipin.client;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Opens connections to servers. */
public final class Channels {
  private static final Metadata.Key<String> TOKEN =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private Channels() {}

  /** Returns the builder of a channel to {@code host:port}. */
  public static NettyChannelBuilder to(String address, ClientSecurity security) {
    NettyChannelBuilder builder = transport(address, security);
    if (security.token() != null) {
      Metadata headers = new Metadata();
      headers.put(TOKEN, "Bearer " + security.token());
      builder.intercept(MetadataUtils.newAttachHeadersInterceptor(headers));
    }
    return builder;
  }

  static ManagedChannel open(String address, ClientSecurity security) {
    return to(address, security).build();
  }

  private static NettyChannelBuilder transport(String address, ClientSecurity security) {
    Path authorities = security.authorities();
    if (authorities == null) {
      return NettyChannelBuilder.forTarget(address).usePlaintext();
    }
    try {
      TlsChannelCredentials.Builder credentials =
          TlsChannelCredentials.newBuilder().trustManager(authorities.toFile());
      if (security.certificate() != null && security.key() != null) {
        credentials.keyManager(security.certificate().toFile(), security.key().toFile());
      }
      return NettyChannelBuilder.forTarget(address, credentials.build());
    } catch (IOException e) {
      throw new UncheckedIOException("certificates can't be read: " + e.getMessage(), e);
    }
  }
}
