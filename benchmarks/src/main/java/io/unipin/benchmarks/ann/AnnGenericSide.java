package io.unipin.benchmarks.ann;

import io.unipin.cli.console.Home;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A side that searches the same index file with FAISS as the Linux distribution compiled it.
 *
 * <p>The build provides a second native library for the same native methods. All native methods of
 * a class come from one library. So this class loader loads the classes a second time, for the
 * second library.
 */
final class AnnGenericSide extends URLClassLoader {
  private static final String LIBRARY = "ann-index/target/native/libunipin_ann_generic.so";

  private final URL library;

  private AnnGenericSide(URL[] classPath, URL library) {
    super(classPath, AnnGenericSide.class.getClassLoader());
    this.library = library;
  }

  /**
   * Returns a class loader that loads sides with the second library. This library stays loaded as
   * long as the class loader exists.
   */
  static AnnGenericSide find() {
    Path library = Home.find().root().resolve(LIBRARY);
    if (!Files.isRegularFile(library)) {
      throw new IllegalStateException("no " + LIBRARY + ": ./unipin builds it from the sources");
    }
    URL[] classPath =
        Arrays.stream(System.getProperty("java.class.path").split(":", -1))
            .map(entry -> url(Path.of(entry)))
            .toArray(URL[]::new);
    return new AnnGenericSide(classPath, url(library));
  }

  AnnSide load(Path file) {
    try {
      return (AnnSide)
          loadClass(AnnFaissSide.class.getName()).getConstructor(Path.class).newInstance(file);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("the generic build cannot load the index", e);
    }
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith("io.unipin.ann.") && !name.equals(AnnFaissSide.class.getName())) {
      return super.loadClass(name, resolve);
    }
    synchronized (getClassLoadingLock(name)) {
      Class<?> own = findLoadedClass(name);
      return own == null ? findClass(name) : own;
    }
  }

  @Override
  public @Nullable URL getResource(String name) {
    return name.endsWith("/libunipin_ann.so") ? library : super.getResource(name);
  }

  @Override
  public void close() {
    try {
      super.close();
    } catch (IOException e) {
      throw new IllegalStateException("the class path cannot be closed", e);
    }
  }

  private static URL url(Path path) {
    try {
      return path.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalStateException("no URL for " + path.getFileName(), e);
    }
  }
}
