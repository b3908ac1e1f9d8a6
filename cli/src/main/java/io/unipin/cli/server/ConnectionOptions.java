package io.unipin.cli.server;

import io.unipin.cli.check.Input;
import io.unipin.client.ClientSecurity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options of commands that call a server. */
public final class ConnectionOptions {
  @Option(
      names = "--ca",
      paramLabel = "FILE",
      description = "Use TLS, and trust a server certificate of one of these authorities (PEM).")
  @Input(Input.Kind.FILE)
  private @Nullable Path authorities;

  @Option(
      names = "--certificate",
      paramLabel = "FILE",
      description = "The client's certificate (PEM), if the server asks for one.")
  @Input(Input.Kind.FILE)
  private @Nullable Path certificate;

  @Option(
      names = "--key",
      paramLabel = "FILE",
      description = "The private key of the client's certificate (PEM, PKCS 8).")
  @Input(Input.Kind.FILE)
  private @Nullable Path key;

  @Option(
      names = "--token",
      paramLabel = "FILE",
      description =
          "A file with the client's bearer token. Default: the variable UNIPIN_TOKEN, if set.")
  @Input(Input.Kind.FILE)
  private @Nullable Path token;

  /** Returns the client's credentials that the options describe. Reads the file with the token. */
  public ClientSecurity security() throws IOException {
    String secret = token == null ? System.getenv("UNIPIN_TOKEN") : Files.readString(token).trim();
    return new ClientSecurity(authorities, certificate, key, secret);
  }
}
