package io.unipin.tests;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Tests the native methods in {@code gpu/torch_jni.cc}, which only a machine with a card compiles.
 */
class TorchNativesTest {
  private static final Path SOURCE =
      Path.of(System.getProperty("unipin.root")).resolve("gpu/torch_jni.cc");

  /** A use of a macro that declares a native method. An overload's name ends with its types. */
  private static final Pattern NATIVE =
      Pattern.compile(
          "(?m)^(?:(?:NATIVE|VALUE)\\(\\w+, |(?:ACTION|FACTORY)\\()(\\w+?)(?:__\\w+)?\\b");

  private static Set<String> natives() throws Exception {
    Class<?> library =
        Class.forName(
            "ai.djl.pytorch.jni.PyTorchLibrary", false, TorchNativesTest.class.getClassLoader());
    return Arrays.stream(library.getDeclaredMethods())
        .filter(method -> Modifier.isNative(method.getModifiers()))
        .map(Method::getName)
        .collect(Collectors.toSet());
  }

  @Test
  void source_everyNative_isOneOfTheEngine() throws Exception {
    Set<String> found = new TreeSet<>();
    Matcher matcher = NATIVE.matcher(Files.readString(SOURCE));
    while (matcher.find()) {
      found.add(matcher.group(1));
    }

    assertThat(found).hasSizeGreaterThan(50).contains("moduleLoad", "torchDeleteIndex");
    assertThat(natives()).containsAll(found);
  }
}
