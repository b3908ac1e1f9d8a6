package io.unipin.cli.server;

import io.unipin.serving.security.Role;
import io.unipin.serving.security.TokenTable;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Creates a bearer token. */
@Command(
    name = "token",
    description = {
      "Makes a bearer token of 256 random bits. Prints the token to standard output. Prints the"
          + " line for the server's",
      "file of tokens (security.tokens) to standard error. This line does not give the token away."
    },
    footer = {
      "",
      "Example:",
      "  ./unipin token --role serve --role record > feed.token 2>> tokens"
    })
public final class TokenCommand implements Callable<Integer> {
  private static final int BYTES = 32;

  @Option(
      names = "--role",
      required = true,
      paramLabel = "ROLE",
      description = "What the token allows; one or more of ${COMPLETION-CANDIDATES}.")
  private List<Role> roles;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    byte[] random = new byte[BYTES];
    new SecureRandom().nextBytes(random);
    String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    spec.commandLine().getOut().println(token);
    spec.commandLine().getErr().println(TokenTable.line(EnumSet.copyOf(roles), token));
    return 0;
  }
}
