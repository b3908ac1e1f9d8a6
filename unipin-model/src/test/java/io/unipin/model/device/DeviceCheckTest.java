package io.unipin.model.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import io.unipin.model.EngineDevice;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceCheckTest {
  private static final Card H200 = new Card("NVIDIA H200", 90, 140L << 30);
  private static final Card T4 = new Card("Tesla T4", 75, 15L << 30);

  /**
   * A machine with cards. A computation on a card returns what {@code onCard} returns, or throws
   * what {@code onCard} throws.
   */
  private record Fake(List<Card> cards, Supplier<float[]> onCard) implements DeviceCheck.Probe {
    @Override
    public DeviceReport report() {
      return new DeviceReport("2.7.1", !cards.isEmpty(), "none", cards);
    }

    @Override
    public float[] product(EngineDevice device, int size) {
      return device.isCpu() ? new float[] {1, 2} : onCard.get();
    }
  }

  private static DeviceCheck fails(List<Card> cards, Throwable failure) {
    return check(
        cards,
        () -> {
          if (failure instanceof Error error) {
            throw error;
          }
          throw (RuntimeException) failure;
        });
  }

  private static DeviceCheck check(List<Card> cards, Supplier<float[]> onCard) {
    return new DeviceCheck(new Fake(cards, onCard), Map.of("PYTORCH_FLAVOR", "cu126"));
  }

  /**
   * The first column quotes messages of libtorch 2.7.1 and DJL 0.35.1. Only its last row is
   * invented.
   */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          Could not run 'aten::empty.memory_format' with arguments from the 'CUDA' backend. This could be because | a CUDA build of libtorch expected for cuda, got the build for processors; run ./unipin gpu setup
          Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU | an NVIDIA driver with a card expected for cuda, found none; does nvidia-smi list it?
          The NVIDIA driver on your system is too old (found version 11040). Please update | a newer NVIDIA driver expected for cuda: The NVIDIA driver on your system is too old (found version 11040). Please update
          CUDA error: invalid device ordinal | a card with the number 0 expected for cuda, found none
          CUDA error: no kernel image is available for execution on the device | a card of compute capability 8.0 or more expected for cuda: CUDA error: no kernel image is available for execution on the device
          CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has | free memory on the card expected for cuda: CUDA out of memory. Tried to allocate 20.00 MiB. GPU 0 has
          CUDA error: an illegal memory access was encountered | the engine can't compute on cuda: CUDA error: an illegal memory access was encountered
          something new | the engine can't compute on cuda: something new
          """)
  void run_engineThatFails_saysWhyInOneLine(String words, String line) {
    EngineException failure = new EngineException("Exception raised:\n" + words + "\nmore\n");
    if (words.equals("something new")) {
      failure = new EngineException(words);
    }
    DeviceCheck check = fails(List.of(), failure);
    assertThatThrownBy(() -> check.run(EngineDevice.cuda(0)))
        .isInstanceOf(DeviceException.class)
        .hasMessage(line);
  }

  @Test
  void run_flavourWithoutABuild_namesIt() {
    Throwable cause = new IllegalStateException("Cannot copy jni files");
    assertThatThrownBy(() -> fails(List.of(), loading(cause)).run(EngineDevice.cuda(0)))
        .hasMessage("PYTORCH_FLAVOR cpu or cu128 expected, got cu126; run ./unipin gpu setup");
  }

  @Test
  void run_libraryThatIsMissing_namesIt() {
    Throwable cause =
        new UnsatisfiedLinkError(
            "/opt/libtorch/lib/libtorch_cuda.so: libcudnn.so.9: cannot open shared object file:"
                + " No such file or directory");
    assertThatThrownBy(() -> fails(List.of(H200), loading(cause)).run(EngineDevice.cuda(0)))
        .hasMessage(
            "the library libcudnn.so.9 expected for cuda, not found; run ./unipin gpu setup");
    Throwable other = new UnsatisfiedLinkError("/a/libtorch_cuda.so: undefined symbol: cublasX");
    assertThatThrownBy(() -> fails(List.of(H200), other).run(EngineDevice.cuda(0)))
        .hasMessage(
            "libraries that fit together expected for cuda: /a/libtorch_cuda.so: undefined symbol:"
                + " cublasX; run ./unipin gpu setup");
  }

  private static EngineException loading(Throwable cause) {
    return new EngineException("Failed to load PyTorch native library", cause);
  }

  @Test
  void run_numberBeyondTheCards_saysWhichThereAre() {
    DeviceCheck check =
        fails(List.of(H200, H200), new EngineException("CUDA error: invalid device ordinal"));
    assertThatThrownBy(() -> check.run(EngineDevice.cuda(2)))
        .hasMessage("cuda:0 to cuda:1 expected, got cuda:2");
  }

  @Test
  void run_oldCard_namesItsCapability() {
    DeviceCheck check = check(List.of(H200, T4), () -> new float[] {1, 2});
    check.run(EngineDevice.cuda(0));
    assertThatThrownBy(() -> check.run(EngineDevice.cuda(1)))
        .hasMessage(
            "a card of compute capability 8.0 or more expected for cuda:1, got 7.5 (Tesla T4)");
  }

  @Test
  void run_wrongNumbers_areRefused() {
    for (float wrong : new float[] {1.5f, Float.NaN}) {
      DeviceCheck check = check(List.of(H200), () -> new float[] {wrong, 2});
      assertThatThrownBy(() -> check.run(EngineDevice.cuda(0)))
          .hasMessageStartingWith("the processor's product to 0.1 expected on cuda, got a");
    }
  }

  /** Unless a CUDA build is set up, the engine is the build for processors. */
  @Test
  void require_ofThisBuild_asksForSetup() {
    DeviceCheck.require(EngineDevice.CPU);
    DeviceReport report = DeviceCheck.report();
    assertThat(report.libtorch()).startsWith("2.7.1 in ");
    if (!report.cuda() && System.getenv("PYTORCH_LIBRARY_PATH") == null) {
      assertThatThrownBy(() -> DeviceCheck.require(EngineDevice.cuda(0)))
          .isInstanceOf(DeviceException.class)
          .hasMessage(
              "a CUDA build of libtorch expected for cuda, got the build for processors;"
                  + " run ./unipin gpu setup");
    }
  }

  @Test
  void version_isFoundInTheDriversFile() {
    assertThat(
            CudaDriver.version(
                "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Thu Feb 22 01:44:30"))
        .contains("550.54.14");
    assertThat(
            CudaDriver.version(
                "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.15  Release"))
        .contains("570.86.15");
    assertThat(CudaDriver.version("nothing")).isEmpty();
  }

  @Test
  void toString_ofACard_isForPeople() {
    assertThat(H200).hasToString("NVIDIA H200, compute capability 9.0, 140.0 GiB");
  }
}
