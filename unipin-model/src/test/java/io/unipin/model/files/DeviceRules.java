package io.unipin.model.files;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Rules for the text of a program that runs on a device. The rules apply to the methods that entry
 * points reach. They do not apply to the body of an {@code if} or {@code elif} whose condition is
 * true on the processor only. {@link #PROCESSOR} lists these conditions.
 */
final class DeviceRules {
  /** Conditions that are false on a device. */
  private static final Set<String> PROCESSOR =
      Set.of(
          "self.kernel == $EACH",
          "self.arithmetic == $BLOCKED",
          "self.arithmetic == $INT8",
          "way == $BLOCKED",
          "way == $INT8",
          "fast.is_mkldnn");

  private static final Pattern METHOD = Pattern.compile("  def (\\w+)\\(.*");
  private static final Pattern CALL = Pattern.compile("self\\.(\\w+)\\(");
  private static final Pattern CONDITION = Pattern.compile("( +)(?:if|elif) (.*):");
  private static final Pattern PROCESSOR_ONLY =
      Pattern.compile("ops\\.mkldnn|ops\\.onednn|\\w+_for_cpu");
  private static final Pattern FACTORY =
      Pattern.compile("torch\\.(?:zeros|ones|full|empty|arange|tensor|eye|rand\\w*|linspace)\\(");
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?<![\\w.])(?:int|float|bool)\\((?!\")|\\.(?:item|tolist|cpu)\\("
              + "|torch\\.(?:nonzero|masked_select)\\(|(?:if|elif|while) .*torch\\.(?!numel).*");

  private final Map<String, String> bodies = new LinkedHashMap<>();

  /** Creates the rules for some texts of a program. */
  DeviceRules(List<String> texts) {
    String method = "";
    for (String text : texts) {
      for (String line : text.lines().map(line -> line.replaceAll(" *#.*", "")).toList()) {
        Matcher begin = METHOD.matcher(line);
        if (begin.matches()) {
          method = begin.group(1);
        }
        bodies.merge(method, line + "\n", String::concat);
      }
    }
    bodies.replaceAll((name, body) -> onDevice(body));
  }

  /** Returns a method's text without the parts that the processor alone reaches. */
  private static String onDevice(String body) {
    StringBuilder kept = new StringBuilder();
    int left = Integer.MAX_VALUE; // indentation of the condition whose body is left out
    for (String line : body.lines().toList()) {
      int indentation = line.length() - line.stripLeading().length();
      if (line.isBlank() || indentation > left) {
        continue;
      }
      left = Integer.MAX_VALUE;
      Matcher condition = CONDITION.matcher(line);
      if (condition.matches() && PROCESSOR.contains(condition.group(2))) {
        left = indentation;
      } else {
        kept.append(line).append('\n');
      }
    }
    return kept.toString();
  }

  /**
   * Returns the entries and the methods that they call, directly or through other methods.
   *
   * @throws IllegalArgumentException if an entry is not the name of a method
   */
  Set<String> reached(Set<String> entries) {
    Set<String> reached = new LinkedHashSet<>();
    Deque<String> left = new ArrayDeque<>(entries);
    while (!left.isEmpty()) {
      String method = left.remove();
      String body = bodies.get(method);
      if (body == null) {
        throw new IllegalArgumentException("a method expected, got " + method);
      }
      if (reached.add(method)) {
        CALL.matcher(body).results().forEach(match -> left.add(match.group(1)));
      }
    }
    return reached;
  }

  /**
   * Returns the texts that break a rule, as {@code method: text}. Checks the methods that the
   * entries reach.
   */
  List<String> broken(Set<String> entries) {
    List<String> broken = new ArrayList<>();
    for (String method : reached(entries)) {
      String body = Objects.requireNonNull(bodies.get(method));
      List<String> found = new ArrayList<>();
      PROCESSOR_ONLY.matcher(body).results().map(MatchResult::group).forEach(found::add);
      FACTORY
          .matcher(body)
          .results()
          .map(match -> call(body, match))
          .filter(call -> !call.contains("device="))
          .forEach(found::add);
      NUMBER.matcher(body).results().map(MatchResult::group).forEach(found::add);
      found.forEach(text -> broken.add(method + ": " + text));
    }
    return broken;
  }

  /** Returns the text of a call, up to the parenthesis that closes it. */
  private static String call(String body, MatchResult begin) {
    int depth = 1;
    int end = begin.end();
    while (depth > 0) {
      depth += body.charAt(end) == '(' ? 1 : body.charAt(end) == ')' ? -1 : 0;
      end++;
    }
    return body.substring(begin.start(), end);
  }
}
