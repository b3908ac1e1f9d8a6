package io.unipin.cli.shell;

import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Output;
import io.unipin.cli.server.ConnectionOptions;
import io.unipin.client.UniPinAdminClient;
import io.unipin.proto.v1.BundleStatus;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Runs an interactive program against a running server. */
@Command(
    name = "shell",
    description = {
      "Reads commands line by line. They ask a running server for pages, record actions, and ask"
          + " why an item is on a page or not.",
      "At a terminal, Tab completes, and help lists the commands. Without a terminal, the lines"
          + " come from standard input, and the first error ends the shell with exit code 1."
    },
    footer = {
      "",
      "Examples:",
      "  ./unipin shell --user u0001",
      "  ./unipin shell --command 'user u0001' --command page --command 'why #1'",
      "  printf 'user u0001\\npage 5\\nact click #1\\npage 5\\n' | ./unipin shell"
    })
public final class ShellCommand implements Callable<Integer>, Checked {
  @Option(
      names = "--address",
      defaultValue = "127.0.0.1:9090",
      paramLabel = "HOST:PORT",
      description = "Default: ${DEFAULT-VALUE}.")
  private String address;

  @Option(
      names = "--admin",
      defaultValue = "127.0.0.1:9091",
      paramLabel = "HOST:PORT",
      description = "The server's admin port, for items and actions. Default: ${DEFAULT-VALUE}.")
  private String admin;

  @Option(
      names = "--console",
      defaultValue = "http://127.0.0.1:9093",
      paramLabel = "URL",
      description = "The server's console, for why and history. Default: ${DEFAULT-VALUE}.")
  private String console;

  @Option(names = "--user", paramLabel = "ID", description = "The user to begin with.")
  private @Nullable String user;

  @Option(
      names = "--surface",
      defaultValue = "",
      paramLabel = "NAME",
      description = "Surface of the pages and actions. Default: the bundle's first surface.")
  private String surface;

  @Option(
      names = "--command",
      paramLabel = "LINE",
      description = "Run this line instead of reading lines; may be repeated.")
  private List<String> commands = new ArrayList<>();

  @Option(
      names = "--keep-going",
      description = "Run the lines after an error, too. The exit code is then still 1.")
  private boolean keepGoing;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write the answers there: one JSON object per line that asked a server.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Mixin private ConnectionOptions connection;
  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (!console.matches("https?://[^/\\s]+/?")) {
      throw new CheckException(
          "--console: an address such as http://127.0.0.1:9093 expected, got '" + console + "'");
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Session session = new Session(surface);
    if (user != null) {
      session.choose(user);
    }
    Ports.Addresses addresses = new Ports.Addresses(address, admin, console.replaceFirst("/$", ""));
    List<ShellVerb> verbs = new ArrayList<>();
    try (Ports ports = new Ports(addresses, connection.security());
        Lines lines = lines(new Completions(session, () -> verbs));
        AnswerLog log = AnswerLog.open(json)) {
      Context context = new Context(session, ports, lines, out);
      Shell shell = new Shell(context, spec.commandLine().getErr(), log);
      verbs.addAll(shell.verbs());
      if (lines.isInteractive()) {
        greet(context);
      }
      return shell.run(keepGoing);
    }
  }

  private Lines lines(Completions completions) throws IOException {
    if (!commands.isEmpty()) {
      return new PipeLines(new StringReader(String.join("\n", commands)));
    }
    // The script sets this property when a person types and reads.
    if (Boolean.getBoolean("unipin.interactive")) {
      return new TerminalLines(TerminalBuilder.builder().name("unipin").build(), completions);
    }
    return new PipeLines(new InputStreamReader(System.in, StandardCharsets.UTF_8));
  }

  /** Says what the server serves, and learns the names of actions for completion. */
  private static void greet(Context context) {
    try {
      BundleStatus bundle = context.ports().admin(UniPinAdminClient::bundle);
      context.session().knowActions(bundle.getActionsList());
      context
          .out()
          .printf(
              "bundle %s: %s items; actions %s%n",
              bundle.getBundle(), bundle.getItems(), String.join(", ", bundle.getActionsList()));
    } catch (ShellException e) {
      context.out().println("note: " + e.line());
    }
    context.out().println("help lists the commands; Tab completes.");
  }
}
