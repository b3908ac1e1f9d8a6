package io.unipin.cli.shell;

import com.fasterxml.jackson.databind.JsonNode;
import io.unipin.cli.console.Failures;
import io.unipin.cli.items.ItemFile;
import io.unipin.cli.server.ConsoleClient;
import io.unipin.client.ClientSecurity;
import io.unipin.client.RequestException;
import io.unipin.client.UniPinAdminClient;
import io.unipin.client.UniPinClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/** The three ports of a server that the shell calls. Not thread-safe. */
final class Ports implements AutoCloseable {
  private static final String ADMIN = "the admin port";
  private static final String ADMIN_OPTION = "--admin";

  private final Addresses addresses;
  private final UniPinClient client;
  private final UniPinAdminClient admin;
  private final ConsoleClient console;

  /**
   * The addresses of a server.
   *
   * @param service the port of the service, {@code host:port}, or a fleet as {@link UniPinClient}
   *     takes it
   * @param admin the admin port, {@code host:port}
   * @param console the console, such as {@code http://127.0.0.1:9093}
   */
  record Addresses(String service, String admin, String console) {}

  Ports(Addresses addresses, ClientSecurity security) {
    this.addresses = addresses;
    this.client = UniPinClient.connect(addresses.service(), security);
    this.admin = UniPinAdminClient.connect(addresses.admin(), security);
    this.console = new ConsoleClient(addresses.console(), security.token());
  }

  /** Calls the service. */
  <T> T service(Function<UniPinClient, T> call) {
    return answer(() -> call.apply(client), "the service", addresses.service(), "--address");
  }

  /** Calls the admin port. */
  <T> T admin(Function<UniPinAdminClient, T> call) {
    return answer(() -> call.apply(admin), ADMIN, addresses.admin(), ADMIN_OPTION);
  }

  private static <T> T answer(Supplier<T> call, String port, String address, String option) {
    try {
      return call.get();
    } catch (RequestException e) {
      throw failure(e, port, address, option);
    }
  }

  private static RuntimeException failure(
      RequestException e, String port, String address, String option) {
    return e.kind() != RequestException.Kind.UNAVAILABLE
        ? e
        : new ShellException(
            "an answer of %s at %s expected, got: %s"
                .formatted(port, address, Failures.line(e).replaceFirst("^no answer: ", "")),
            "./unipin serve, or " + option + " HOST:PORT when the shell starts",
            e);
  }

  /** Puts the items of a file, and returns the number of refused rows. */
  long putItems(Path file, PrintWriter out) throws IOException {
    try {
      return ItemFile.put(admin, file, ItemFile.MAX_BATCH, out);
    } catch (RequestException e) {
      throw failure(e, ADMIN, addresses.admin(), ADMIN_OPTION);
    }
  }

  /** Asks the console's inspector about a request. */
  JsonNode inspect(Map<String, Object> form) {
    try {
      return console.ask("inspect", form);
    } catch (IOException e) {
      throw new ShellException(
          "an answer of the console at %s expected, got: %s"
              .formatted(addresses.console(), Failures.line(e)),
          "a server with console.enabled: true, or --console URL when the shell starts",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ShellException("an answer of the console expected, got an interrupt", "quit", e);
    }
  }

  @Override
  public void close() {
    client.close();
    admin.close();
  }
}
