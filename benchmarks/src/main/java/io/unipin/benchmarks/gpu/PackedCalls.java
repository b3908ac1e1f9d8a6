package io.unipin.benchmarks.gpu;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.unipin.model.archive.Argument;
import io.unipin.model.archive.ArrayValue;
import io.unipin.model.archive.RunnableArchive;
import io.unipin.model.files.Program;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs calls of one archive on the CPU in float32, and adds their arguments and answers to the
 * pack. Not thread-safe.
 */
final class PackedCalls implements AutoCloseable {
  private final Program.Use use;
  private final RunnableArchive archive;
  private final Map<String, ArrayValue> arrays;
  private final ArrayNode calls;
  private final IdentityHashMap<ArrayValue, String> names = new IdentityHashMap<>();

  /**
   * Creates a runner for the calls of an archive.
   *
   * @param arrays receives arguments and answers by name
   * @param calls receives the description of each call
   */
  PackedCalls(
      Program.Use use, RunnableArchive archive, Map<String, ArrayValue> arrays, ArrayNode calls) {
    this.use = use;
    this.archive = archive;
    this.arrays = arrays;
    this.calls = calls;
  }

  /**
   * The arguments of a call, by parameter name, in the order of the method's parameters. Arrays are
   * copied at the time of the call.
   */
  static final class Arguments {
    private final Map<String, Argument> values = new LinkedHashMap<>();

    Arguments with(String parameter, ArrayValue value) {
      values.put(parameter, new Argument.Tensor(value));
      return this;
    }

    Arguments with(String parameter, long value) {
      values.put(parameter, new Argument.Whole(value));
      return this;
    }

    Arguments withNone(String parameter) {
      values.put(parameter, new Argument.Tensors(List.of()));
      return this;
    }
  }

  /**
   * Gives an array a name in the pack. Later calls that take this array refer to it by this name.
   */
  void name(String name, ArrayValue array) {
    names.put(array, name);
    arrays.put(name, array);
  }

  /** Runs a method, but adds no call to the pack. */
  void prepare(String method, Arguments arguments) {
    archive.run(method, List.copyOf(arguments.values.values()));
  }

  /**
   * Runs a method, and adds the call to the pack under a name.
   *
   * @param onCards whether the method also runs on a card
   */
  RunnableArchive.Outcome call(String name, String method, boolean onCards, Arguments arguments) {
    List<String> parameters = List.copyOf(arguments.values.keySet());
    Program.requireParameters(use, method, parameters);
    List<Argument> values = List.copyOf(arguments.values.values());
    RunnableArchive.Outcome outcome = archive.run(method, values);
    ObjectNode call = calls.addObject().put("name", name).put("method", method);
    call.put("cards", onCards);
    ArrayNode described = call.putArray("arguments");
    ObjectNode changed = call.objectNode();
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      describe(described.addObject().put("name", parameter), name, values.get(i));
      if (values.get(i) instanceof Argument.Tensor tensor) {
        ArrayValue after = outcome.arguments().get(i).get(0);
        if (!isSame(tensor.value(), after)) {
          changed.put(parameter, added(name + ".after." + parameter, after));
        }
      }
    }
    ArrayNode results = call.putArray("results");
    for (int i = 0; i < outcome.results().size(); i++) {
      results.add(added(name + ".result." + i, outcome.results().get(i)));
    }
    call.set("changed", changed);
    return outcome;
  }

  private void describe(ObjectNode described, String call, Argument argument) {
    String parameter = described.path("name").asText();
    if (argument instanceof Argument.Whole whole) {
      described.put("whole", whole.value());
    } else if (argument instanceof Argument.Tensor tensor) {
      described.put("tensor", named(call + "." + parameter, tensor.value()));
    } else {
      List<String> each = new ArrayList<>();
      for (ArrayValue value : ((Argument.Tensors) argument).values()) {
        each.add(named(call + "." + parameter + "." + each.size(), value));
      }
      each.forEach(described.putArray("tensors")::add);
    }
  }

  /** Returns the name of an array. An array without a name gets the name {@code fresh}. */
  private String named(String fresh, ArrayValue array) {
    String known = names.get(array);
    if (known != null) {
      return known;
    }
    names.put(array, fresh);
    return added(fresh, array);
  }

  private String added(String name, ArrayValue array) {
    if (arrays.put(name, array) != null) {
      throw new IllegalStateException("a new name of an array expected, got " + name);
    }
    return name;
  }

  private static boolean isSame(ArrayValue a, ArrayValue b) {
    return Arrays.equals(a.shape(), b.shape()) && a.bytes().equals(b.bytes());
  }

  @Override
  public void close() {
    archive.close();
  }
}
