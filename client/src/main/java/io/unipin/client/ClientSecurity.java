package io.unipin.client;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A client's credentials and the authorities that it trusts.
 *
 * @param authorities PEM file of the trusted authorities; null means a connection without
 *     encryption
 * @param certificate PEM file with the client's certificate chain, if the server requires one
 * @param key PEM file with the client's private key, PKCS 8
 * @param token bearer token; null if the server requires none
 */
public record ClientSecurity(
    @Nullable Path authorities,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable String token) {
  /** A connection without encryption and without credentials. */
  public static final ClientSecurity NONE = new ClientSecurity(null, null, null, null);

  public ClientSecurity {
    if ((certificate == null) != (key == null)) {
      throw new IllegalArgumentException("certificate and key, or neither, expected; got one");
    }
    if (certificate != null && authorities == null) {
      throw new IllegalArgumentException(
          "authorities to trust expected beside a certificate, got none");
    }
  }
}
