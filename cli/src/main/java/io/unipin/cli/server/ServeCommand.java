package io.unipin.cli.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.ExitCode;
import io.unipin.serving.UniPinServer;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.serving.settings.ServerConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Runs a server until it is told to stop. Before it stops, the server finishes the running
 * requests.
 */
@Command(
    name = "serve",
    description = "Serves a bundle over gRPC until SIGTERM or Ctrl-C.",
    footer = {
      "",
      "Example:",
      "  ./unipin serve --bundle bundles/main",
      "  ./unipin serve --config server.yaml --set server.port=9000",
      "",
      "Settings come from the file, then variables such as UNIPIN_SERVER_PORT, then --set."
    })
public final class ServeCommand implements Callable<Integer> {
  @Option(names = "--config", paramLabel = "FILE", description = "Settings in YAML.")
  @Input(Input.Kind.FILE)
  private @Nullable Path config;

  @Option(names = "--bundle", paramLabel = "DIR", description = "The bundle to begin with.")
  @Input(Input.Kind.BUNDLE)
  private @Nullable Path bundle;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Changes one setting.")
  private List<String> settings = new ArrayList<>();

  @Option(
      names = "--ports",
      paramLabel = "FILE",
      description = "Write the ports as JSON to this file once the server serves.")
  @Output(Output.Kind.FILE)
  private @Nullable Path ports;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    ServerLog.begin(System.getenv());
    ServerConfig settled = settle();
    UniPinServer server = start(settled);
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "stop"));
    String host = settled.server().host();
    PrintWriter out = spec.commandLine().getOut();
    out.printf("serving %s on %s:%s%n", settled.bundle().name(), host, server.port());
    out.printf(
        "administration, health and reflection on %s:%s%n",
        settled.server().adminAddress(), server.adminPort());
    out.printf(
        "metrics on http://%s:%s/metrics%n",
        settled.server().metricsAddress(), server.metricsPort());
    server
        .jsonPort()
        .ifPresent(
            port ->
                out.printf(
                    "JSON on %s://%s:%s/openapi.json%n",
                    settled.security().isTls() ? "https" : "http", host, port));
    server
        .consolePort()
        .ifPresent(
            port -> out.printf("console on http://%s:%s/%n", settled.console().host(), port));
    if (ports != null) {
      write(server, ports);
    }
    server.awaitTermination();
    return (server.isDeviceLost() ? ExitCode.DEVICE_LOST : ExitCode.DONE).code();
  }

  /**
   * Starts the server. Converts a {@link ServingException}, because users would take it for the
   * answer of a running server.
   */
  private static UniPinServer start(ServerConfig settled) {
    try {
      return UniPinServer.start(settled);
    } catch (ServingException e) {
      throw new CommandException("the server can't start: " + e.getMessage(), e);
    }
  }

  private ServerConfig settle() {
    List<String> overrides = new ArrayList<>();
    if (bundle != null) {
      Path folder = bundle.toAbsolutePath().normalize();
      overrides.add("bundle.folder=\"" + folder.resolveSibling("") + "\"");
      overrides.add("bundle.name=\"" + folder.getFileName() + "\"");
    }
    overrides.addAll(settings);
    Map<String, String> environment = System.getenv();
    return config == null
        ? ConfigReader.read(environment, overrides)
        : ConfigReader.read(config, environment, overrides);
  }

  /** Writes the server's ports atomically, so a reader never sees half of the file. */
  private static void write(UniPinServer server, Path file) throws IOException {
    Map<String, Integer> values = new TreeMap<>();
    values.put("port", server.port());
    values.put("adminPort", server.adminPort());
    values.put("metricsPort", server.metricsPort());
    server.jsonPort().ifPresent(port -> values.put("jsonPort", port));
    server.jsonAdminPort().ifPresent(port -> values.put("jsonAdminPort", port));
    server.consolePort().ifPresent(port -> values.put("consolePort", port));
    OutputFile.write(file, new ObjectMapper().writeValueAsString(values));
  }
}
