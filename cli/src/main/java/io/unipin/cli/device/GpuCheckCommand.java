package io.unipin.cli.device;

import io.unipin.model.EngineDevice;
import io.unipin.model.device.Card;
import io.unipin.model.device.DeviceCheck;
import io.unipin.model.device.DeviceReport;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Shows cards, driver and libraries, and computes a matrix product on a card and on the processor.
 */
@Command(
    name = "check",
    description =
        "Shows cards, driver and libtorch, and compares a matrix product that a card computes with"
            + " the same product computed by the processor.",
    footer = {"", "Example:", "  ./unipin gpu check", "  ./unipin gpu check --device cuda:1"})
final class GpuCheckCommand implements Callable<Integer> {
  /**
   * Number of rows and of columns of each matrix. The processor multiplies two such matrices in
   * tenths of a second.
   */
  private static final int SIZE = 2048;

  @Option(
      names = "--device",
      paramLabel = "cuda:N",
      converter = Device.class,
      description = "The card to try. Default: ${DEFAULT-VALUE}")
  private EngineDevice device = EngineDevice.cuda(0);

  @Spec private CommandSpec spec;

  /** Reads the name of a device. */
  static final class Device implements ITypeConverter<EngineDevice> {
    @Override
    public EngineDevice convert(String name) {
      try {
        return EngineDevice.parse(name);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    DeviceReport report = DeviceCheck.report();
    int number = 0;
    for (Card card : report.cards()) {
      out.printf("card %s    %s%n", number++, card);
    }
    out.printf("driver    %s%n", report.driver());
    out.printf("libtorch  %s%n", report.libtorch());
    out.printf("engine    %s%n", report.cuda() ? "sees CUDA" : "sees no CUDA");
    out.flush();
    DeviceCheck.require(device);
    float difference = DeviceCheck.difference(device, SIZE);
    out.printf(
        Locale.ROOT,
        "product   of %d x %d numbers on %s: at most %.2g from the processor's%n",
        SIZE,
        SIZE,
        device,
        difference);
    return 0;
  }
}
