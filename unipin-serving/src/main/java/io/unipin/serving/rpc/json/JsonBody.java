package io.unipin.serving.rpc.json;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.rpc.intake.Intake;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The body of a request, whose JSON fits the type of its message. Protocol buffers define the
 * mapping between JSON and messages: 64-bit numbers are texts in answers, and numbers or texts in
 * requests.
 *
 * @param cost estimated memory in bytes while the body is read
 */
record JsonBody(String text, long cost) {
  private static final JsonFormat.Parser PARSER = JsonFormat.parser();

  /** Writes empty fields too, so that callers find every field in every answer. */
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace().alwaysPrintFieldsWithNoPresence();

  /**
   * Memory for a body while it is read, as a multiple of its bytes: the bytes themselves, and a
   * text with two bytes for each character.
   */
  private static final int COPIES = 3;

  /**
   * Checks a body before anything is built from it.
   *
   * @throws ServingException INVALID when the body is not JSON of this type in UTF-8, or takes more
   *     memory than a gRPC message of the same size may take
   */
  static JsonBody checked(byte[] body, Message type) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    } catch (CharacterCodingException e) {
      throw ServingException.invalid("body", "JSON in UTF-8 expected, got other bytes");
    }
    long copies = (long) COPIES * body.length;
    long most = Intake.mostBytes(body.length) - copies;
    return new JsonBody(text, copies + JsonCheck.cost(text, type.getDescriptorForType(), most));
  }

  /** Returns the message in the binary format. */
  byte[] message(Message type) {
    Message.Builder message = type.newBuilderForType();
    try {
      PARSER.merge(text, message);
    } catch (InvalidProtocolBufferException e) {
      throw ServingException.invalid("body", Shortened.text(String.valueOf(e.getMessage())));
    }
    return message.build().toByteArray();
  }

  /** Returns the JSON of a message that comes in the binary format. */
  static byte[] of(InputStream message, Message type) {
    try (message) {
      return PRINTER
          .print(type.getParserForType().parseFrom(message))
          .getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) { // the server itself wrote the message, so it is valid
      throw new IllegalStateException(e);
    }
  }
}
