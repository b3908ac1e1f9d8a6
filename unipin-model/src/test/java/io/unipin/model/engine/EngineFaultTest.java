package io.unipin.model.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.EngineException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineFaultTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity | OUT_OF_MEMORY
          CUDA error: out of memory | OUT_OF_MEMORY
          CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)` | OUT_OF_MEMORY
          CUDA error: an illegal memory access was encountered | LOST
          CUDA error: device-side assert triggered | LOST
          CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx` | LOST
          CUDA driver error: unknown error | LOST
          CUDA error: no kernel image is available for execution on the device | OLD_CARD
          CUDA error: invalid device ordinal | NO_SUCH_CARD
          no CUDA-capable device is detected | NO_DRIVER
          /a/libc10.so: /a/libc10.so: file too short | MISSING_LIBRARY
          /a/libc10.so: /a/libc10.so: invalid ELF header | MISSING_LIBRARY
          PyTorch is not linked with support for cuda devices | CPU_BUILD
          Expected all tensors to be on the same device, but found at least two devices, cuda:0 and cpu! | OTHER
          index 7 is out of bounds for dimension 0 with size 3 | OTHER
          """)
  void of_wordsOfTheEngine_isTheirCause(String words, EngineFault fault) {
    String first = "The following operation failed in the TorchScript interpreter.";
    EngineException failure = new EngineException(first + "\nTraceback\nRuntimeError: " + words);
    assertThat(EngineFault.of(failure)).isEqualTo(fault);
    assertThat(EngineFault.of(new IllegalStateException("wrapped", failure))).isEqualTo(fault);
    assertThat(EngineFault.words(failure))
        .isEqualTo(fault == EngineFault.OTHER ? first : "RuntimeError: " + words);
  }

  @Test
  void of_failureWithoutWords_isOther() {
    assertThat(EngineFault.of(new IllegalStateException())).isEqualTo(EngineFault.OTHER);
    assertThat(EngineFault.words(new IllegalStateException())).isEqualTo("null");
  }
}
