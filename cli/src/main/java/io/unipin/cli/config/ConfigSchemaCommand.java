package io.unipin.cli.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputFile;
import io.unipin.serving.settings.ConfigReader;
import io.unipin.train.recipe.TrainConfig;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the JSON schema of settings. */
@Command(
    name = "schema",
    description = {
      "Prints the JSON schema of the settings of a server, or of a recipe.",
      "An editor with the schema completes and checks the YAML file."
    },
    footer = {
      "",
      "Examples:",
      "  ./unipin config schema --out server.schema.json",
      "  ./unipin config schema --of recipe"
    })
final class ConfigSchemaCommand implements Callable<Integer> {
  /** The kind of settings that a schema describes. */
  enum Kind {
    SERVER,
    RECIPE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Option(
      names = "--of",
      defaultValue = "server",
      paramLabel = "KIND",
      description = "One of ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
  private Kind kind;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Write the schema there instead of printing it.")
  @Output(Output.Kind.FILE)
  private @Nullable Path out;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ObjectNode schema =
        switch (kind) {
          case SERVER -> ConfigReader.schema();
          case RECIPE -> TrainConfig.schema();
        };
    String text = schema.toPrettyString();
    if (out == null) {
      spec.commandLine().getOut().println(text);
    } else {
      OutputFile.write(out, text + "\n");
    }
    return 0;
  }
}
