package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests {@code ./unipin gpu setup}, and how other commands use the file that it writes. Fake
 * programs print what {@code nvidia-smi}, {@code ldd} and {@code python3} would print. The
 * libraries are empty files.
 */
@Timeout(60)
final class GpuScriptTest {
  private static final Path ROOT = Path.of(System.getProperty("unipin.root"));
  private static final String H200 = "NVIDIA H200, 580.159.04, 9.0, 143771 MiB";

  @TempDir Path folder;
  private Path checkout;
  private Path libtorch;

  @BeforeEach
  void layOut() throws Exception {
    checkout = Files.createDirectories(folder.resolve("checkout"));
    Files.copy(ROOT.resolve("unipin"), checkout.resolve("unipin"));
    executable(checkout.resolve("unipin"));
    Process copy =
        new ProcessBuilder(
                "cp", "-a", ROOT.resolve("bin").toString(), checkout.resolve("bin").toString())
            .start();
    assertThat(copy.waitFor()).isZero();
    libtorch = library("libtorch", "2.7.1+cu128");
    script("nvidia-smi", "echo '" + H200 + "'");
    script("ldd", "echo '  libcudart.so.12 => /opt/libcudart.so.12 (0x0)'");
    script("python3", "exit 1");
  }

  /** Creates the folder of an unpacked libtorch, and returns the folder of its libraries. */
  private Path library(String name, String version) throws IOException {
    Path root = folder.resolve(name);
    Path lib = Files.createDirectories(root.resolve("lib"));
    Files.writeString(root.resolve("build-version"), version + "\n");
    Files.writeString(lib.resolve("libtorch.so"), "");
    Files.writeString(lib.resolve("libtorch_cuda.so"), "");
    return lib;
  }

  private void script(String name, String... lines) throws IOException {
    Path file = folder.resolve("programs").resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
    executable(file);
  }

  private static void executable(Path file) throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** The exit code of a run, and the text of its standard output and standard error. */
  private record Said(int code, String text) {}

  private Said run(Map<String, String> variables, String... words)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("unipin").toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> environment = builder.environment();
    environment.keySet().removeIf(name -> name.startsWith("PYTORCH_"));
    environment.remove("LD_LIBRARY_PATH");
    environment.put("PATH", folder.resolve("programs") + ":" + environment.get("PATH"));
    environment.putAll(variables);
    Process process =
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile())).start();
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Said(process.waitFor(), text);
  }

  private Said setup(String... more) throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("gpu", "setup"));
    words.addAll(List.of(more));
    return run(Map.of(), words.toArray(String[]::new));
  }

  /** Returns the only error of a run that must fail and write nothing. */
  private String refusal(String... more) throws IOException, InterruptedException {
    Said said = setup(more);
    assertThat(said.code()).as(said.text()).isEqualTo(1);
    assertThat(checkout.resolve(".unipin/gpu.env")).doesNotExist();
    List<String> lines =
        said.text().lines().filter(line -> !line.startsWith("unipin: card ")).toList();
    assertThat(lines).as(said.text()).hasSize(1);
    return lines.get(0);
  }

  @Test
  void setup_allIsThere_writesWhatTheEngineNeeds() throws Exception {
    Said said = setup("--libtorch", libtorch.resolve("..").normalize().toString());
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(said.text())
        .contains(
            "card 0: NVIDIA H200, driver 580.159.04, compute capability 9.0, 143771 MiB",
            "libtorch 2.7.1+cu128 in " + libtorch);
    assertThat(Files.readAllLines(checkout.resolve(".unipin/gpu.env")).stream().skip(1))
        .containsExactly(
            "PYTORCH_LIBRARY_PATH=" + libtorch,
            "PYTORCH_FLAVOR=cu128",
            "LD_LIBRARY_PATH=" + libtorch,
            "PYTORCH_CUDA_ALLOC_CONF=expandable_segments:True");
  }

  @Test
  void setup_withoutAFolder_looksAtVariableAndPython() throws Exception {
    Map<String, String> variable = Map.of("PYTORCH_LIBRARY_PATH", libtorch.toString());
    assertThat(run(variable, "gpu", "setup").text()).contains(" in " + libtorch);
    Path torch = folder.resolve("site/torch");
    Files.createDirectories(torch.resolve("lib"));
    Files.writeString(torch.resolve("version.py"), "__version__ = '2.7.1+cu126'\n");
    Files.writeString(torch.resolve("lib/libtorch.so"), "");
    script("python3", "echo '" + torch + "'");
    assertThat(setup().text()).contains("of libtorch 2.7.1 expected, found none");
    Files.writeString(torch.resolve("lib/libtorch_cuda.so"), "");
    assertThat(setup().text()).contains("libtorch 2.7.1+cu126 in " + torch.resolve("lib"));
  }

  @Test
  void setup_withoutLibtorch_downloadsNothingUnasked() throws Exception {
    script("curl", "echo called");
    assertThat(refusal())
        .isEqualTo(
            "unipin: a CUDA build of libtorch 2.7.1 expected, found none: unpack"
                + " https://download.pytorch.org/libtorch/cu128/"
                + "libtorch-cxx11-abi-shared-with-deps-2.7.1%2Bcu128.zip, and give its folder"
                + " with --libtorch");
  }

  @Test
  void setup_archive_isUnpacked() throws Exception {
    Path zip = folder.resolve("libtorch.zip");
    Process packed =
        new ProcessBuilder("jar", "--create", "--no-manifest", "--file", zip.toString(), "libtorch")
            .directory(folder.toFile())
            .start();
    assertThat(packed.waitFor()).isZero();
    script("unzip", "mkdir -p \"$4\" && cp -a '" + libtorch.getParent() + "' \"$4/libtorch\"");
    Said said = setup("--libtorch=" + zip);
    assertThat(said.code()).as(said.text()).isZero();
    assertThat(said.text()).contains("in " + checkout.resolve(".unipin/libtorch/lib"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver | 9 | the NVIDIA driver does not work: nvidia-smi says: NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver
          No devices were found | 0 | an NVIDIA card expected, nvidia-smi lists none
          NVIDIA A100, 515.65.01, 8.0, 40960 MiB | 0 | NVIDIA driver 525 or newer expected, got 515.65.01
          Tesla T4, 550.54.14, 7.5, 15360 MiB | 0 | a card of compute capability 8.0 or more expected, got 7.5 (Tesla T4)
          """)
  void setup_driverOrCardThatWontDo_isNamed(String says, int code, String line) throws Exception {
    script("nvidia-smi", "echo \"" + says + "\"", "exit " + code);
    assertThat(refusal("--libtorch", libtorch.toString())).isEqualTo("unipin: " + line);
  }

  @Test
  void setup_withoutADriver_saysSo() throws Exception {
    Files.delete(folder.resolve("programs/nvidia-smi"));
    assertThat(refusal()).isEqualTo("unipin: no NVIDIA driver: nvidia-smi is not there");
  }

  @Test
  void setup_oldCardBesideAnother_namesIt() throws Exception {
    script("nvidia-smi", "echo 'Tesla T4, 550.54.14, 7.5, 15360 MiB'", "echo '" + H200 + "'");
    assertThat(setup("--libtorch", libtorch.toString()).text())
        .contains("card 1: NVIDIA H200", "not usable for want of compute capability 8.0: 7.5 (T");
  }

  @Test
  void setup_librariesThatWontDo_areNamed() throws Exception {
    assertThat(refusal("--libtorch", folder.toString()))
        .isEqualTo("unipin: a folder with libtorch.so expected, got " + folder);
    Path old = library("old", "2.5.1+cu124");
    assertThat(refusal("--libtorch", old.toString()))
        .isEqualTo("unipin: libtorch 2.7.1 for CUDA 12 expected, got 2.5.1+cu124 in " + old);
    script("ldd", "echo '  libcudnn.so.9 => not found'", "echo '  libcublas.so.12 => not found'");
    assertThat(refusal("--libtorch", libtorch.toString()))
        .isEqualTo(
            "unipin: libraries of CUDA expected for %s/libtorch_cuda.so, not found: %s"
                .formatted(libtorch, "libcublas.so.12 libcudnn.so.9"));
    script("ldd", "echo '  not a dynamic executable'", "exit 1");
    assertThat(refusal("--libtorch", libtorch.toString()))
        .isEqualTo(
            "unipin: a library expected, got %s/libtorch_cuda.so: ldd says:   not a dynamic"
                    .formatted(libtorch)
                + " executable");
    Files.writeString(libtorch.resolve("libjnitorch.so"), "");
    assertThat(refusal("--libtorch", libtorch.toString())).contains("got libjnitorch.so in ");
    Files.delete(libtorch.resolve("libtorch_cuda.so"));
    assertThat(refusal("--libtorch", libtorch.toString()))
        .isEqualTo(
            "unipin: a CUDA build of libtorch expected, got %s without libtorch_cuda.so"
                .formatted(libtorch));
  }

  @Test
  void setup_wrongWord_isNamed() throws Exception {
    assertThat(refusal("--torch")).isEqualTo("unipin: gpu setup: --libtorch expected, got --torch");
    assertThat(refusal("--libtorch"))
        .isEqualTo("unipin: --libtorch: a folder, archive or address expected, got none");
    assertThat(setup("--help").text()).startsWith("Usage: unipin gpu setup");
  }

  /**
   * Runs a command with a fake JVM, and returns the environment that this JVM prints. Builds
   * nothing.
   */
  private List<String> launched(Map<String, String> variables) throws Exception {
    Path app = Files.createDirectories(checkout.resolve(".unipin/app"));
    Files.writeString(app.resolve("stamp.cli"), "");
    Files.writeString(app.resolve("classpath"), "none");
    Path jdk = folder.resolve("jdk");
    Files.createDirectories(jdk.resolve("bin"));
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"17.0.1\"\n");
    for (String program : List.of("javac", "java")) {
      Files.writeString(jdk.resolve("bin").resolve(program), "#!/bin/sh\nenv\n");
      executable(jdk.resolve("bin").resolve(program));
    }
    Map<String, String> all = new HashMap<>(variables);
    all.put("JAVA_HOME", jdk.toString());
    all.put("UNIPIN_CHILD", "1");
    return run(all, "simulate").text().lines().toList();
  }

  @Test
  void launch_afterSetup_runsOnItsLibraries() throws Exception {
    assertThat(launched(Map.of())).contains("PYTORCH_FLAVOR=cpu");
    assertThat(setup("--libtorch", libtorch.toString()).code()).isZero();
    assertThat(launched(Map.of("LD_LIBRARY_PATH", "/mine")))
        .contains(
            "PYTORCH_FLAVOR=cu128",
            "PYTORCH_LIBRARY_PATH=" + libtorch,
            "LD_LIBRARY_PATH=" + libtorch + ":/mine");
    assertThat(launched(Map.of("UNIPIN_DEVICE", "cpu")))
        .contains("PYTORCH_FLAVOR=cpu")
        .noneMatch(line -> line.startsWith("PYTORCH_LIBRARY_PATH="));
    Files.delete(libtorch.resolve("libtorch_cuda.so"));
    assertThat(launched(Map.of()))
        .containsExactly(
            "unipin: libtorch_cuda.so expected in %s, which %s names: run ./unipin gpu setup, or set UNIPIN_DEVICE=cpu"
                .formatted(libtorch, checkout.resolve(".unipin/gpu.env")));
  }
}
