package io.unipin.serving.rpc.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Message;
import io.unipin.proto.v1.Action;
import io.unipin.proto.v1.ChangeItemsRequest;
import io.unipin.proto.v1.History;
import io.unipin.proto.v1.IndexStatus;
import io.unipin.proto.v1.ItemVerdict;
import io.unipin.proto.v1.Preferences;
import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetrieveAndRankRequest;
import io.unipin.proto.v1.UserContext;
import io.unipin.serving.failure.ServingException;
import io.unipin.serving.rpc.intake.Intake;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonBodyTest {
  private static final Message PAGE = RetrieveAndRankRequest.getDefaultInstance();

  @Test
  void message_bothFormsOfNamesAndNumbers_areRead() throws Exception {
    String json =
        """
        {"user": {"userId": "u é 😀", "history": {"actions": [
           {"itemId": "9007199254740993", "actions": ["click"], "timeMs": 1700000000000},
           {"item_id": 7, "time_ms": "1.7e12", "itemKey": null}]}},
         "page_size": 1e1, "candidates": "50",
         "preferences": {"outcomes": {"click": 0.5, "save": "-1.25"}, "allowSeen": true,
           "excludedItemIds": ["1", 2]}}
        """;
    assertThat(RetrieveAndRankRequest.parseFrom(read(json, PAGE)))
        .isEqualTo(
            RetrieveAndRankRequest.newBuilder()
                .setUser(
                    UserContext.newBuilder()
                        .setUserId("u é 😀")
                        .setHistory(
                            History.newBuilder()
                                .addActions(
                                    Action.newBuilder()
                                        .setItemId(9007199254740993L)
                                        .addActions("click")
                                        .setTimeMs(1_700_000_000_000L))
                                .addActions(
                                    Action.newBuilder()
                                        .setItemId(7)
                                        .setTimeMs(1_700_000_000_000L))))
                .setPageSize(10)
                .setCandidates(50)
                .setPreferences(
                    Preferences.newBuilder()
                        .putOutcomes("click", 0.5f)
                        .putOutcomes("save", -1.25f)
                        .setAllowSeen(true)
                        .addExcludedItemIds(1)
                        .addExcludedItemIds(2))
                .build());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          `` | body: a JSON object expected, got nothing
          [] | body: a JSON object expected, got a list
          null | body: a JSON object expected, got null
          {"pageSize": 1} {} | body: one JSON object expected, got more after it
          {"pageSize": 1 | body: JSON expected; line 1, column
          {pageSize: 1} | body: JSON expected; line 1, column
          {"pageSize": 1, "pageSize": 2} | Duplicate
          {"usr": {}} | body: one of [user, pageSize, pageCursor, candidates, preferences, requestId] expected, got 'usr'; did you mean 'user'?
          {"user": {"userid": "u"}} | user: one of [userId, history, recentActions, surface, timeMs] expected, got 'userid'; did you mean 'userId'?
          {"user": "u"} | user: a JSON object expected, got 'u'
          {"user": {"userId": 5}} | user.user_id: a text expected, got 5
          {"user": {"userId": "\\ud800"}} | user.user_id: valid Unicode expected, got half of a surrogate pair
          {"pageSize": 1.5} | page_size: a whole number of 32 bits, or its text, expected, got 1.5
          {"pageSize": 2147483648} | page_size: a whole number of 32 bits
          {"pageSize": 1e999999999} | page_size: a whole number of 32 bits
          {"user": {"timeMs": "2024-01-01"}} | user.time_ms: a whole number of 64 bits, or its text, expected, got '2024-01-01'
          {"user": {"timeMs": true}} | user.time_ms: a whole number of 64 bits, or its text, expected, got true
          {"user": {"history": {"actions": {}}}} | user.history.actions: a list expected, got an object
          {"user": {"history": {"actions": [{}, 5]}}} | user.history.actions[1]: a JSON object expected, got 5
          {"user": {"history": {"actions": [{"actions": ["click", null]}]}}} | user.history.actions[0].actions[1]: a text expected, got null
          {"preferences": {"outcomes": {"click": "much"}}} | preferences.outcomes['click']: a number of 32 bits expected, got 'much'
          {"preferences": {"outcomes": {"click": 1e39}}} | preferences.outcomes['click']: a number of 32 bits expected
          {"preferences": {"outcomes": {"click": NaN}}} | JSON expected
          {"preferences": {"allowSeen": "yes"}} | preferences.allow_seen: true or false expected, got 'yes'
          """)
  void checked_mistake_namesPlaceExpectedAndGot(String json, String message) {
    assertThatThrownBy(() -> read(json == null ? "" : json, PAGE))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining(message);
  }

  @Test
  void checked_enumeration_takesKnownNamesOnly() throws Exception {
    Message verdict = ItemVerdict.getDefaultInstance();
    assertThat(ItemVerdict.parseFrom(read("{\"outcome\": \"ADDED\"}", verdict)).getOutcome())
        .isEqualTo(ItemVerdict.Outcome.ADDED);
    assertThatThrownBy(() -> read("{\"outcome\": \"ADDD\"}", verdict))
        .hasMessageContaining("did you mean 'ADDED'?");
    assertThatThrownBy(() -> read("{\"outcome\": 99}", verdict)).hasMessageContaining("got 99");
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"user\":", "{\"user\":{\"history\":{\"actions\":[["})
  void checked_deepNesting_isRefusedAtOnce(String part) {
    assertThatThrownBy(() -> read(part.repeat(100_000), PAGE)).isInstanceOf(ServingException.class);
  }

  @Test
  void checked_bytesThatAreNoText_areRefused() {
    byte[] latin = "{\"requestId\": \"é\"}".getBytes(StandardCharsets.ISO_8859_1);
    byte[] overlong = {'{', '"', (byte) 0xc0, (byte) 0xaf, '"', ':', '1', '}'};
    byte[] wide = "{\"pageSize\": 1}".getBytes(StandardCharsets.UTF_16LE);
    for (byte[] body : new byte[][] {latin, overlong, wide}) {
      assertThatThrownBy(() -> JsonBody.checked(body, PAGE)).isInstanceOf(ServingException.class);
    }
  }

  /** Each of these values is short as JSON and takes about a hundred bytes as an object. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"preferences\": {\"excludedItemIds\": [1%s]}}; ,1",
        "{\"preferences\": {\"categories\": [\"\"%s]}}; ,\"\"",
        "{\"user\": {\"history\": {\"actions\": [{}%s]}}}; ,{}"
      })
  void checked_manySmallValues_areRefusedBeforeTheyAreBuilt(String json) {
    String[] parts = json.split("; ", 2);
    byte[] body = parts[0].formatted(parts[1].repeat(250_000)).getBytes(StandardCharsets.UTF_8);
    assertThatThrownBy(() -> JsonBody.checked(body, PAGE))
        .isInstanceOf(ServingException.class)
        .hasMessageContaining("bytes once read expected");
  }

  @Test
  void cost_ofWhatIsTaken_staysWithinTheBoundOfAMessage() {
    StringBuilder puts = new StringBuilder("{\"puts\": [");
    for (int put = 0; put < 700; put++) {
      puts.append(put == 0 ? "" : ",").append("{\"id\": ").append(put).append(", \"content\": [0");
      puts.append(",-0.12345678".repeat(100)).append("]}");
    }
    byte[] body = puts.append("]}").toString().getBytes(StandardCharsets.UTF_8);
    JsonBody json = JsonBody.checked(body, ChangeItemsRequest.getDefaultInstance());
    assertThat(json.cost()).isBetween(700 * 100 * 100L, Intake.mostBytes(body.length));
  }

  @Test
  void of_answer_hasEveryFieldAndTextsForWideNumbers() {
    assertThat(json(RecordActionsResponse.newBuilder().setRecorded(2).build()))
        .isEqualTo(
            "{\"recorded\":2,\"duplicates\":0,\"corrected\":0,\"retracted\":0,\"unlinked\":0}");
    assertThat(json(IndexStatus.newBuilder().setItems(1L << 60).build()))
        .contains("\"items\":\"1152921504606846976\"")
        .contains("\"verdicts\":[]")
        .doesNotContain("recall");
  }

  private static String json(Message message) {
    byte[] bytes = JsonBody.of(new ByteArrayInputStream(message.toByteArray()), message);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static byte[] read(String json, Message type) {
    return JsonBody.checked(json.getBytes(StandardCharsets.UTF_8), type).message(type);
  }
}
