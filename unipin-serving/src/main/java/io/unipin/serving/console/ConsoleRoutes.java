package io.unipin.serving.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.security.Role;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The actions behind each path, and the roles that each path needs. Immutable. */
final class ConsoleRoutes {
  private static final String PREFIX = "/api/";

  /** The roles that certain paths need. All other paths need the role of an administrator. */
  private static final Map<String, Set<Role>> ROLES =
      Map.of(
          PREFIX + "erase", Set.of(Role.ADMIN, Role.ERASE),
          PREFIX + "act", Set.of(Role.ADMIN, Role.RECORD),
          PREFIX + "retract", Set.of(Role.ADMIN, Role.RECORD));

  private final ObjectMapper json =
      new ObjectMapper()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES);
  private final Map<String, Function<String, Object>> reads = new HashMap<>();
  private final Map<String, Function<byte[], Object>> actions = new HashMap<>();

  ConsoleRoutes(ConsoleApi api, FeedChanges changes) {
    read("status", api::status);
    read("cache", api::cache);
    read("tiers", api::tiers);
    read("bundles", api::bundles);
    read("experiments", api::experiments);
    read("items", api::items);
    read("fleet", api::fleet);
    reads.put(PREFIX + "live", query -> api.live(time(query)));
    action("inspect", InspectionForm.class, api::inspect);
    action("lookup", ConsoleApi.UserForm.class, api::lookUp);
    action("erase", ConsoleApi.UserForm.class, api::erase);
    action("recall", RecallCheck.Form.class, api::recall);
    action("load", ConsoleApi.BundleForm.class, api::load);
    action("act", FeedChanges.ActionForm.class, changes::act);
    action("retract", FeedChanges.EventForm.class, changes::retract);
    action("put", FeedChanges.PutForm.class, changes::put);
    action("hide", FeedChanges.ItemForm.class, changes::hide);
    action("restore", FeedChanges.ItemForm.class, changes::restore);
  }

  private void read(String name, Supplier<Object> source) {
    reads.put(PREFIX + name, query -> source.get());
  }

  private <T> void action(String name, Class<T> form, Function<T, Object> action) {
    actions.put(PREFIX + name, body -> action.apply(parse(body, form)));
  }

  /**
   * Returns the function that answers a GET of the path from the URL's query; null for an unknown
   * path.
   */
  @Nullable Function<String, Object> read(String path) {
    return reads.get(path);
  }

  /** Returns the function that handles the body of a POST to the path; null for an unknown path. */
  @Nullable Function<byte[], Object> action(String path) {
    return actions.get(path);
  }

  /** Returns the roles that a caller of the path needs. All of these roles are required. */
  static Set<Role> roles(String path) {
    return ROLES.getOrDefault(path, Set.of(Role.ADMIN));
  }

  private static long time(String query) {
    if (query.isEmpty()) {
      return 0;
    }
    if (!query.matches("after=\\d{1,15}")) {
      throw ServingException.invalid("after", "milliseconds since the epoch expected");
    }
    return Long.parseLong(query.substring("after=".length()));
  }

  private <T> T parse(byte[] body, Class<T> form) {
    try {
      T value = json.readValue(body, form);
      if (value == null) {
        throw ServingException.invalid("body", "a JSON object expected, got null");
      }
      return value;
    } catch (MismatchedInputException e) {
      String field =
          e.getPath().isEmpty() ? "body" : String.valueOf(e.getPath().get(0).getFieldName());
      throw ServingException.invalid(field, "another kind of value expected, or no such field");
    } catch (JsonProcessingException e) {
      if (e.getCause() instanceof ServingException refusal) {
        throw refusal;
      }
      throw ServingException.invalid("body", "JSON expected: " + e.getOriginalMessage());
    } catch (IOException e) { // the bytes are not valid text
      throw ServingException.invalid("body", "JSON in UTF-8 expected");
    }
  }

  byte[] write(Object answer) {
    try {
      return json.writeValueAsBytes(answer);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }
}
