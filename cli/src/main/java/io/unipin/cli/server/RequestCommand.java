package io.unipin.cli.server;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.client.UniPinClient;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.RetrieveAndRankResponse;
import io.unipin.proto.v1.UserContext;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Requests pages of one user from a running server and prints them for a person. */
@Command(
    name = "request",
    description = "Requests one page of a user's feed from a running server, or several pages.",
    footer = {
      "",
      "Example:",
      "  ./unipin request --user u0001",
      "  ./unipin request --user u0001 --weight save=3 --weight hide=-5 --pages 2"
    })
public final class RequestCommand implements Callable<Integer>, Checked {
  @Option(names = "--user", required = true, paramLabel = "ID", description = "The user.")
  private String user;

  @Option(
      names = "--address",
      defaultValue = "127.0.0.1:9090",
      paramLabel = "HOST:PORT",
      description = "Default: ${DEFAULT-VALUE}.")
  private String address;

  @Option(
      names = "--page-size",
      defaultValue = "0",
      paramLabel = "N",
      description = "Number of items on a page. Default: the server's.")
  private int pageSize;

  @Option(
      names = "--pages",
      defaultValue = "1",
      paramLabel = "N",
      description = "Number of pages to request, one after the other. Default: ${DEFAULT-VALUE}.")
  private int pages;

  @Option(
      names = "--surface",
      defaultValue = "",
      paramLabel = "NAME",
      description = "Surface of the page. Default: the bundle's first surface.")
  private String surface;

  @Option(
      names = "--time",
      defaultValue = "0",
      paramLabel = "MS",
      description = "Time of the request in milliseconds since 1970. Default: now.")
  private long timeMs;

  @Option(
      names = "--weight",
      paramLabel = "ACTION=W",
      description = "Utility weight of an action. Default: the server's weight.")
  private Map<String, Float> weights = new LinkedHashMap<>();

  @Option(
      names = "--outcome",
      paramLabel = "ACTION=W",
      description =
          "Weight of an action that retrieval favours. Default: retrieval favours no action.")
  private Map<String, Float> outcomes = new LinkedHashMap<>();

  @Option(names = "--json", paramLabel = "FILE", description = "Write the last response there.")
  @Output(Output.Kind.FILE)
  private @Nullable Path json;

  @Mixin private ConnectionOptions connection;
  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (pages < 1 || pageSize < 0) {
      throw new CheckException(
          "--pages of 1 or more and --page-size of 0 or more expected, got %s and %s"
              .formatted(pages, pageSize));
    }
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (UniPinClient client = UniPinClient.connect(address, connection.security())) {
      RetrieveAndRankRequest.Builder request = request();
      int place = 1;
      RetrieveAndRankResponse response = RetrieveAndRankResponse.getDefaultInstance();
      for (int page = 0; page < pages; page++) {
        response = client.retrieveAndRank(request.build());
        SlateText.print(response, place, out);
        out.println(SlateText.served(response.getServed()));
        out.println("stages: " + SlateText.stages(response.getServed().getStagesMsMap()));
        place += response.getItemsCount();
        if (response.getNextPageCursor().isEmpty()) {
          break;
        }
        request.setPageCursor(response.getNextPageCursor());
      }
      write(response);
    }
    return 0;
  }

  private RetrieveAndRankRequest.Builder request() {
    RetrieveAndRankRequest.Builder request =
        RetrieveAndRankRequest.newBuilder()
            .setUser(UserContext.newBuilder().setUserId(user).setSurface(surface).setTimeMs(timeMs))
            .setPageSize(pageSize);
    request.getPreferencesBuilder().putAllUtilityWeights(weights).putAllOutcomes(outcomes);
    return request;
  }

  private void write(RetrieveAndRankResponse response) throws InvalidProtocolBufferException {
    if (json != null) {
      OutputFile.write(json, JsonFormat.printer().print(response) + "\n");
    }
  }
}
