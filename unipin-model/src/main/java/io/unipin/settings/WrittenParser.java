package io.unipin.settings;

import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.node.TreeTraversingParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Parses a tree. If a record takes a text where the tree has a number or a truth value, the text
 * consists of the characters that were written. Not thread-safe.
 */
final class WrittenParser extends TreeTraversingParser {
  private final SettingsTree tree;

  WrittenParser(SettingsTree tree) {
    super(tree.values(), StrictMapper.JSON);
    this.tree = tree;
  }

  /** Returns where the current value was written. */
  Place place() {
    return tree.place(SettingsTree.key(path()));
  }

  @Override
  public String getText() {
    JsonToken token = currentToken();
    boolean converted = token != null && (token.isNumeric() || token.isBoolean());
    String written = converted ? tree.written(path()) : null;
    return written == null ? super.getText() : written;
  }

  @Override
  public double getDoubleValue() throws IOException {
    return finite(super.getDoubleValue(), double.class);
  }

  @Override
  public float getFloatValue() throws IOException {
    return (float) finite((float) super.getDoubleValue(), float.class);
  }

  private double finite(double value, Class<?> type) throws IOException {
    if (!Double.isFinite(value)) {
      throw new InputCoercionException(this, "not finite", currentToken(), type);
    }
    return value;
  }

  /** Returns the names of the branches above the current value, and then the value's own name. */
  List<String> path() {
    List<String> path = new ArrayList<>();
    for (JsonStreamContext at = getParsingContext(); !at.inRoot(); at = at.getParent()) {
      path.add(0, name(at));
    }
    return path;
  }

  private static String name(JsonStreamContext at) {
    @Nullable String name = at.getCurrentName();
    return at.inArray() ? Origin.item(at.getCurrentIndex()) : Objects.requireNonNull(name);
  }
}
