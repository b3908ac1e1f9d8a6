package io.unipin.tests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The memory of a JVM, as the JDK's jcmd reports it. The JVM needs
 * {@code -XX:NativeMemoryTracking=summary}.
 *
 * @param liveHeap bytes of the objects in the heap after a garbage collection
 * @param direct off-heap bytes of buffers, including the transport's buffers
 */
record JvmMemory(long liveHeap, long direct) {
  private static final Pattern USED =
      Pattern.compile("(?:def new|tenured)\\s+generation\\s+total \\d+K, used (\\d+)K");
  private static final Pattern OTHER =
      Pattern.compile("Other \\(reserved=\\d+KB, committed=(\\d+)KB");

  static JvmMemory of(long pid) throws IOException, InterruptedException {
    jcmd(pid, "GC.run");
    long heap = 0;
    for (long used : all(USED, jcmd(pid, "GC.heap_info"))) {
      heap += used;
    }
    List<Long> other = all(OTHER, jcmd(pid, "VM.native_memory", "summary"));
    return new JvmMemory(heap << 10, other.isEmpty() ? 0 : other.get(0) << 10);
  }

  long total() {
    return liveHeap + direct;
  }

  private static List<Long> all(Pattern pattern, String text) {
    List<Long> found = new ArrayList<>();
    Matcher matcher = pattern.matcher(text);
    while (matcher.find()) {
      found.add(Long.parseLong(matcher.group(1)));
    }
    return found;
  }

  private static String jcmd(long pid, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "jcmd").toString());
    command.add(Long.toString(pid));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalStateException(output);
    }
    return output;
  }
}
