package io.unipin.serving.security;

import static io.unipin.settings.SettingException.checkPositive;

import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of TLS and of tokens; empty names of files switch them off.
 *
 * @param certificate PEM file with the server's chain; with it both gRPC ports speak TLS only
 * @param key PEM file with the key of the certificate, PKCS 8
 * @param clientAuthorities PEM file with authorities; with it clients must show a certificate of one of them
 * @param clientCertificates which ports ask clients for theirs
 * @param tokens file with the roles and the SHA-256 of each bearer token; with it every call but health needs one
 * @param reload how often the files are looked at for changes
 */
public record SecurityConfig(
    String certificate,
    String key,
    String clientAuthorities,
    ClientCertificates clientCertificates,
    String tokens,
    Duration reload) {

  /** Ports that ask for client certificates. */
  public enum ClientCertificates {
    /** The admin port. */
    ADMIN,
    /** Both gRPC ports. */
    ALL
  }

  public SecurityConfig {
    if (certificate.isEmpty() != key.isEmpty()) {
      throw new SettingException(
          certificate.isEmpty() ? "certificate" : "key",
          "certificate and key, or neither, expected; got one");
    }
    if (certificate.isEmpty() && !clientAuthorities.isEmpty()) {
      throw new SettingException(
          "clientAuthorities", "a certificate and key of the server expected beside it, got none");
    }
    checkPositive("reload", reload);
  }

  public boolean isTls() {
    return !certificate.isEmpty();
  }

  public boolean hasTokens() {
    return !tokens.isEmpty();
  }
}
