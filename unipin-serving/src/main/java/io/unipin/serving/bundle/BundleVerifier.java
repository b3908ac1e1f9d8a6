package io.unipin.serving.bundle;

import io.unipin.settings.ConfigException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Checks a bundle's directory before any of its files is used. The checks cover the names, sizes
 * and SHA-256 of all files. A file that the manifest does not list is refused.
 */
final class BundleVerifier {
  static final long MAX_MANIFEST_BYTES = 1 << 20;

  private final String name;
  private final Path directory;

  private BundleVerifier(String name, Path directory) {
    this.name = name;
    this.directory = directory;
  }

  /**
   * Returns the manifest after checking every byte of the bundle against it.
   *
   * @param directory the bundle's directory, {@link #withoutLinks without links} in its path
   */
  static BundleManifest verify(String name, Path directory) {
    BundleVerifier verifier = new BundleVerifier(name, directory);
    try {
      BundleManifest manifest = verifier.manifest();
      verifier.checkNames(manifest);
      verifier.checkNothingElse(manifest);
      for (BundleFile file : manifest.files()) {
        verifier.check(file);
      }
      return manifest;
    } catch (IOException e) {
      throw unreadable(name, e);
    } catch (UncheckedIOException e) { // of the walk through the directory
      throw unreadable(name, Objects.requireNonNull(e.getCause()));
    }
  }

  /**
   * Returns the directory of a bundle without links in its path. If the directory is a link, its
   * target is then verified and read, even if the link changes meanwhile.
   */
  static Path withoutLinks(String name, Path directory) {
    try {
      return directory.toRealPath();
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  /** Returns the manifest after checking only the manifest. The other files are not checked. */
  static BundleManifest manifest(String name, Path directory) {
    try {
      return new BundleVerifier(name, directory).manifest();
    } catch (IOException e) {
      throw unreadable(name, e);
    }
  }

  private static BundleException unreadable(String name, IOException cause) {
    return new BundleException("bundle " + name + ": can't be read: " + reason(cause), cause);
  }

  private BundleManifest manifest() throws IOException {
    Path file = directory.resolve(BundleLayout.MANIFEST);
    require(isFile(file), BundleLayout.MANIFEST + " expected, none found");
    long bytes = Files.size(file);
    require(
        bytes <= MAX_MANIFEST_BYTES,
        "%s: at most %s bytes expected, got %s"
            .formatted(BundleLayout.MANIFEST, MAX_MANIFEST_BYTES, bytes));
    BundleManifest manifest;
    try {
      manifest = BundleManifest.parse(Files.readAllBytes(file));
    } catch (ConfigException e) {
      throw failure(String.valueOf(e.getMessage()));
    }
    require(
        manifest.isKnownFormat(),
        "%s: format 1 to %s expected, got %s"
            .formatted(BundleLayout.MANIFEST, BundleManifest.FORMAT, manifest.format()));
    require(manifest.isIntact(), BundleLayout.MANIFEST + ": its own SHA-256 does not fit");
    require(
        manifest.name().equals(name),
        "%s: name %s expected, got %s".formatted(BundleLayout.MANIFEST, name, manifest.name()));
    return manifest;
  }

  private void checkNames(BundleManifest manifest) {
    List<String> paths = manifest.files().stream().map(BundleFile::path).toList();
    boolean exact = manifest.index().equals(BundleLayout.EXACT);
    List<String> trained =
        BundleLayout.TRAINED.stream()
            .filter(file -> paths.contains(BundleLayout.MODEL + "/" + file))
            .toList();
    List<String> expected = BundleLayout.files(exact, trained);
    require(
        paths.size() == expected.size() && new HashSet<>(paths).equals(new HashSet<>(expected)),
        "%s: files %s expected, got %s".formatted(BundleLayout.MANIFEST, expected, paths));
  }

  private void checkNothingElse(BundleManifest manifest) throws IOException {
    Set<Path> known = new HashSet<>();
    known.add(directory);
    known.add(directory.resolve(BundleLayout.MANIFEST));
    for (BundleFile file : manifest.files()) {
      for (Path path = directory.resolve(file.path());
          !path.equals(directory);
          path = Objects.requireNonNull(path.getParent())) {
        known.add(path);
      }
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) paths::iterator) {
        require(known.contains(path), "file not in the manifest: " + directory.relativize(path));
        require(
            !Files.isSymbolicLink(path),
            "a file expected, got a link: " + directory.relativize(path));
      }
    }
  }

  private void check(BundleFile expected) throws IOException {
    Path file = directory.resolve(expected.path());
    require(isFile(file), expected.path() + ": a file expected, none found");
    long bytes = Files.size(file);
    require(
        bytes == expected.bytes(),
        "%s: %s bytes expected, got %s".formatted(expected.path(), expected.bytes(), bytes));
    String sum = Sha256.of(file);
    require(
        sum.equals(expected.sha256()),
        "%s: SHA-256 %s expected, got %s".formatted(expected.path(), expected.sha256(), sum));
  }

  /**
   * Returns why reading failed, without the path that the exception's message may hold. Remote
   * callers may see the text.
   */
  static String reason(IOException failure) {
    if (failure instanceof NoSuchFileException) {
      return "a file or folder is missing";
    }
    if (failure instanceof AccessDeniedException) {
      return "no permission";
    }
    return failure instanceof NotDirectoryException
        ? "a folder expected, got a file"
        : failure.getClass().getSimpleName();
  }

  private static boolean isFile(Path file) {
    return Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw failure(message);
    }
  }

  private BundleException failure(String message) {
    return new BundleException("bundle " + name + ": " + message);
  }
}
