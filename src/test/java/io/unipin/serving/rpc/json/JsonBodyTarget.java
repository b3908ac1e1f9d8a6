package io.unipin.serving.rpc.json;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.RecordActionsRequest;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.rpc.intake.Intake;
import io.unipin.tests.fuzz.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Reads arbitrary bodies of HTTP requests. The first byte of an input chooses the type of the
 * message. A body that is taken must stay the same when it is written and read again.
 */
public final class JsonBodyTarget implements FuzzTarget {
  private static final List<Message> TYPES =
      List.of(
          RetrieveAndRankRequest.getDefaultInstance(),
          RecordActionsRequest.getDefaultInstance(),
          ChangeItemsRequest.getDefaultInstance());

  @Override
  public Map<String, byte[]> seeds() {
    return Map.of(
        "page",
            seed(
                0,
                "{\"user\":{\"userId\":\"u\",\"history\":{\"actions\":[{\"itemId\":\"5\"}]}},"
                    + "\"pageSize\":2,\"preferences\":{\"outcomes\":{\"click\":0.5}}}"),
        "actions",
            seed(
                1,
                "{\"users\":[{\"user_id\":\"\\u00e9\",\"actions\":[{\"item_id\":7,\"time_ms\":"
                    + "\"1.7e12\",\"actions\":[\"save\"],\"eventId\":\"e\"}]}]}"),
        "items",
            seed(
                2,
                "{\"puts\":[{\"id\":1,\"content\":[1,-2.5e-3,\"NaN\"],\"attributes\":[\"a\"]}],"
                    + "\"deletes\":[2,\"3\"],\"deleteKeys\":null}"));
  }

  private static byte[] seed(int type, String json) {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    byte[] input = new byte[1 + text.length];
    input[0] = (byte) type;
    System.arraycopy(text, 0, input, 1, text.length);
    return input;
  }

  @Override
  public void run(byte[] input) throws InvalidProtocolBufferException {
    if (input.length == 0) {
      return;
    }
    Message type = TYPES.get(Math.floorMod(input[0], TYPES.size()));
    byte[] body = Arrays.copyOfRange(input, 1, input.length);
    byte[] message;
    try {
      JsonBody json = JsonBody.checked(body, type);
      if (json.cost() > Intake.mostBytes(body.length)) {
        throw new IllegalStateException("a bounded cost expected, got " + json.cost());
      }
      message = json.message(type);
    } catch (ServingException e) {
      return; // the body is refused
    }
    byte[] written = JsonBody.of(new ByteArrayInputStream(message), type);
    Message again =
        type.getParserForType().parseFrom(JsonBody.checked(written, type).message(type));
    if (!again.equals(type.getParserForType().parseFrom(message))) {
      throw new IllegalStateException("the same message expected, got " + again);
    }
  }
}
