package io.unipin.serving.security;

import static io.unipin.settings.SettingException.checkPositive;

import io.unipin.settings.SettingException;
import java.time.Duration;

/**
 * Settings of TLS, tokens and secrets. An empty file name switches the feature off.
 *
 * @param certificate PEM file with the server's certificate chain; if given, the gRPC ports and the
 *     JSON ports accept only TLS
 * @param key PEM file with the key of the certificate, PKCS 8
 * @param clientAuthorities PEM file with authorities; if given, clients must show a certificate
 *     that one of these authorities signed
 * @param clientCertificates ports that ask clients for a certificate
 * @param tokens file with the SHA-256 and the roles of each bearer token; if given, every call
 *     except health needs a token
 * @param secretFile file with the secrets that all replicas of a fleet share; if not given, the
 *     server makes a secret of its own and keeps it beside the histories
 * @param reload interval at which the files are checked for changes
 */
public record SecurityConfig(
    String certificate,
    String key,
    String clientAuthorities,
    ClientCertificates clientCertificates,
    String tokens,
    String secretFile,
    Duration reload) {

  /** The ports that ask for client certificates. */
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
