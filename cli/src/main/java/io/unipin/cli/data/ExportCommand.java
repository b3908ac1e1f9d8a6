package io.unipin.cli.data;

import io.unipin.cli.bundle.BundleFolder;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.DiskSpace;
import io.unipin.cli.check.FileSizes;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.OptionTimes;
import io.unipin.cli.check.Output;
import io.unipin.cli.kafka.KafkaOption;
import io.unipin.cli.kafka.TopicFolder;
import io.unipin.feedlog.Catalogue;
import io.unipin.feedlog.FeedLog;
import io.unipin.feedlog.FeedLogWriter;
import io.unipin.feedlog.FeedSchema;
import io.unipin.model.features.ModelConfig;
import io.unipin.serving.bundle.LoadedBundle;
import io.unipin.serving.items.GrownCatalogue;
import io.unipin.serving.log.ServedLogExport;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Turns a server's served log into a feed log for training. */
@Command(
    name = "export",
    description = "Turns what a server served and recorded into a feed log for training.",
    footer = {
      "",
      "The server writes its log where servedLog.folder says, with servedLog.enabled: true. The",
      "servers of a fleet may write to the topic kafka.topics.served.",
      "",
      "Example:",
      "  ./unipin export --served served --bundle bundles/main --items history-items --out feedlog",
      "  ./unipin export --kafka server.yaml --bundle bundles/main --out feedlog"
    })
public final class ExportCommand implements Callable<Integer>, Checked {
  /**
   * The minimum ratio of the served log's size to the feed log's size. The feed log stores the JSON
   * lines as columns, which compress far better.
   */
  private static final int LEAST_COMPRESSION = 25;

  @Option(names = "--served", paramLabel = "DIR", description = "The served log.")
  @Input(Input.Kind.FOLDER)
  private @Nullable Path served;

  @Mixin private KafkaOption kafka;

  @Option(
      names = "--bundle",
      required = true,
      paramLabel = "DIR",
      description = "A bundle that knows the items and the names of actions and surfaces.")
  @Input(Input.Kind.BUNDLE)
  private Path bundle;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "Folder to write.")
  @Output(Output.Kind.FEED_LOG)
  private Path out;

  @Option(
      names = "--attribution",
      defaultValue = "PT30M",
      paramLabel = "DURATION",
      description =
          "An action counts for a page that showed its item at most this long before, as an ISO"
              + " 8601 duration. Default: ${DEFAULT-VALUE}.")
  private Duration attribution;

  @Option(
      names = "--items",
      paramLabel = "DIR",
      description =
          "The server's items.folder. Items that were put become items of the log, behind those of the bundle.")
  @Input(Input.Kind.FOLDER)
  private @Nullable Path items;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    OptionTimes.requireDuration("--attribution", attribution);
    kafka.requireEither("--served", served != null);
    long lines = served == null ? 0 : FileSizes.below(served) / LEAST_COMPRESSION;
    DiskSpace.require("the feed log", out, lines + FileSizes.below(bundle, "catalogue.parquet"));
  }

  @Override
  public Integer call() {
    if (served != null) {
      export(served);
    } else {
      try (TopicFolder topic = kafka.served()) {
        export(topic.path());
      }
    }
    return 0;
  }

  private void export(Path folder) {
    PrintWriter print = spec.commandLine().getOut();
    FeedLog log;
    try (LoadedBundle loaded = BundleFolder.load(bundle)) {
      ModelConfig config = loaded.model().config();
      FeedSchema schema = new FeedSchema(config.actions(), config.positives(), config.surfaces());
      Catalogue known =
          items == null
              ? loaded.catalogue()
              : GrownCatalogue.of(loaded.catalogue(), items, print::println);
      log = ServedLogExport.read(folder, schema, known, attribution, print::println);
    }
    FeedLogWriter.write(log, out);
    print.println("wrote " + FeedLogText.sizes(log) + " to " + out);
  }
}
