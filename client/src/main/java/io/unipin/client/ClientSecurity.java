package io.unipin.client;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * How a client shows who it is and whom it trusts.
 *
 * @param authorities PEM file of those whose servers to trust; without it the connection is in the clear
 * @param certificate PEM file with the client's own chain, where the server asks for one
 * @param key PEM file with its key, PKCS 8
 * @param token bearer token
 */
public record ClientSecurity(
    @Nullable Path authorities,
    @Nullable Path certificate,
    @Nullable Path key,
    @Nullable String token) {
  /** In the clear, as nobody in particular. */
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
