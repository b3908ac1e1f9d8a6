package io.unipin.cli.bundle;

import io.unipin.ann.AnnException;
import io.unipin.ann.FactoryCheck;
import io.unipin.ann.FaissBuild;
import io.unipin.ann.IndexChoice;
import io.unipin.ann.IndexPlan;
import io.unipin.cli.check.CheckException;
import io.unipin.cli.check.Checked;
import io.unipin.cli.check.DiskSpace;
import io.unipin.cli.check.FileSizes;
import io.unipin.cli.check.Input;
import io.unipin.cli.check.Output;
import io.unipin.cli.check.OutputCheck;
import io.unipin.cli.console.CommandException;
import io.unipin.cli.console.Machine;
import io.unipin.cli.console.Progress;
import io.unipin.serving.bundle.BundlePublisher;
import io.unipin.serving.bundle.LoadedBundle;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Builds an index over the items of a bundle or over the vectors of a file. */
@Command(
    name = "index",
    description = "Builds an index over a bundle's items or over the vectors of a file.",
    subcommands = IndexItemsCommand.class,
    footer = {
      "",
      "Examples:",
      "  ./unipin index --bundle bundles/main --out bundles/main-2",
      "  ./unipin index --vectors items.fvecs --factory HNSW32 --out items.faiss"
    })
public final class IndexCommand implements Callable<Integer>, Checked {
  /** The options that say which vectors the index holds. */
  public static final class Source {
    @Option(
        names = "--bundle",
        paramLabel = "DIR",
        description = "A bundle. --out is then a new bundle.")
    @Input(Input.Kind.BUNDLE)
    private @Nullable Path bundle;

    @Option(
        names = "--vectors",
        paramLabel = "FILE",
        description =
            "Vectors as .fvecs or .fvecs.gz; a row's number is its id. --out is then an index"
                + " file.")
    @Input(Input.Kind.FILE)
    private @Nullable Path vectors;
  }

  @ArgGroup(multiplicity = "0..1")
  private @Nullable Source source;

  @Option(names = "--out", paramLabel = "PATH", description = "Place of the output.")
  @Output(Output.Kind.FILE_OR_BUNDLE)
  private @Nullable Path out;

  @Option(
      names = "--factory",
      defaultValue = IndexPlan.AUTO,
      description =
          "A factory string of FAISS, such as HNSW32 or IVF1024,SQ8; or auto, which chooses."
              + " Default: ${DEFAULT-VALUE}.")
  private String factory;

  @Option(
      names = "--recall",
      defaultValue = "0.95",
      description =
          "Recall at which auto aims: the share of the true best 10 that is found. Default:"
              + " ${DEFAULT-VALUE}.")
  private double recall;

  @Option(
      names = "--memory",
      paramLabel = "MB",
      defaultValue = "0",
      description =
          "Memory in MiB that auto may use at most; 0 means half of the machine's free memory.")
  private long memory;

  @Option(
      names = "--threads",
      defaultValue = "0",
      description =
          "Number of threads; 0 means all cores. With 1, the same seed gives the same index.")
  private int threads;

  @Option(names = "--seed", defaultValue = "1234", description = "Default: ${DEFAULT-VALUE}.")
  private int seed;

  @Spec private CommandSpec spec;

  @Override
  public void check() {
    if (source == null || out == null) {
      throw new CheckException("--bundle or --vectors, and --out expected");
    }
    boolean file = source.vectors != null;
    OutputCheck.require("--out", file ? Output.Kind.FILE : Output.Kind.BUNDLE, out);
    if (!(recall > 0 && recall <= 1)) {
      throw new CheckException("--recall: above 0, at most 1 expected, got " + recall);
    }
    if (memory < 0 || threads < 0) {
      throw new CheckException(
          "--memory and --threads: 0 or more expected, got %s and %s".formatted(memory, threads));
    }
  }

  @Override
  public Integer call() {
    if (source == null || out == null) {
      throw new IllegalStateException("a checked verb expected");
    }
    if (source.bundle != null) {
      fromBundle(source.bundle, out);
    } else if (source.vectors != null) {
      fromVectors(source.vectors, out);
    }
    return 0;
  }

  private void fromBundle(Path bundle, Path target) {
    try (LoadedBundle loaded = BundleFolder.load(bundle)) {
      int dimension = loaded.model().config().itemDim();
      IndexPlan plan = plan(loaded.model().itemVectors(), dimension);
      long copied = FileSizes.below(bundle) - FileSizes.below(bundle, "index");
      DiskSpace.require("the bundle", target, copied + plan.choice().bytes());
      BundlePublisher.publish(
          bundle.resolve("model"), loaded.catalogue(), plan.choice().factory(), target, build());
    }
    spec.commandLine().getOut().println("wrote bundle " + target);
  }

  private void fromVectors(Path file, Path target) {
    VectorFile vectors = VectorFile.read(file);
    IndexPlan plan = plan(vectors.rows(), vectors.dimension());
    DiskSpace.require("the index", target, plan.choice().bytes());
    try (Progress progress = Progress.begin("index", 2)) {
      progress.at(0, 2, plan.choice().factory());
      long[] ids = LongStream.range(0, vectors.size()).toArray();
      IndexPlan.Outcome outcome =
          plan.build(vectors.rows(), vectors.dimension(), ids, build(), target);
      progress.at(1, 2, "done");
      spec.commandLine().getOut().println(outcome.text());
    } catch (AnnException e) {
      throw new CommandException(String.valueOf(e.getMessage()), e);
    }
    spec.commandLine().getOut().println("wrote " + target);
  }

  private FaissBuild build() {
    return new FaissBuild(seed, threads > 0 ? threads : Runtime.getRuntime().availableProcessors());
  }

  /**
   * Prints the kind of the planned index, the reason for this kind, the index's memory and the time
   * to build it. Refuses a kind that can't be built of these vectors, or that no server can load.
   */
  private IndexPlan plan(float[] vectors, int dimension) {
    boolean auto = factory.equals(IndexPlan.AUTO);
    if (!auto) {
      FactoryCheck.require(factory, dimension, vectors.length / dimension);
    }
    long budget = memory > 0 ? memory << 20 : Machine.freeBytes() / 2;
    IndexPlan plan =
        IndexPlan.of(
            vectors,
            dimension,
            auto ? Optional.empty() : Optional.of(factory),
            new IndexChoice.Aim(recall, budget));
    PrintWriter print = spec.commandLine().getOut();
    print.println(plan.choice().text());
    print.println(plan.estimate(build()));
    print.flush();
    return plan;
  }
}
