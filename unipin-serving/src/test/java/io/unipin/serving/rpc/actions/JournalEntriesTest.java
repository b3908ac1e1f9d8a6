package io.unipin.serving.rpc.actions;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.util.JsonFormat;
import io.unipin.proto.v1.ActionRecord;
import io.unipin.proto.v1.RetractActionsRequest;
import io.unipin.serving.history.ActionEvent;
import io.unipin.serving.history.RecordedAction;
import io.unipin.serving.user.ActionJournal;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Tests the records of the actions topic, whose format 1 every later version must read. */
final class JournalEntriesTest {
  /** Bytes of format 1, made by hand from the definition of the protocol. */
  private static final String ACTIONS =
      "121e" // field 2, length
          + "121c" // field 2 of UserActions: one action, length
          + "082a" // item 42
          + "1205636c69636b" // click
          + "1a04686f6d65" // home
          + "2080d095ffbc31" // 1,700,000,000,000 ms
          + "2a026531" // e1
          + "3003"; // revision 3

  private static final String RETRACTION =
      "1a0a" // field 3, length
          + "1202653112026532" // e1, e2
          + "1804"; // revision 4

  private static final UserEvents EVENTS =
      new UserEvents(
          "jane",
          List.of(
              new ActionEvent(
                  "e1", 3, new RecordedAction(42, List.of("click"), "home", 1_700_000_000_000L))));

  private static final UserRetractions RETRACTED =
      new UserRetractions("jane", List.of("e1", "e2"), 4);

  @Test
  void entries_areOfFormatOne() {
    assertThat(hex(JournalEntries.of(EVENTS))).containsExactly(ACTIONS);
    assertThat(hex(JournalEntries.of(RETRACTED))).containsExactly(RETRACTION);
  }

  private static List<String> hex(List<ActionJournal.Entry> entries) {
    return entries.stream().map(entry -> HexFormat.of().formatHex(entry.record())).toList();
  }

  /** Kafka takes records of at most 1 MB by default. */
  @Test
  void entries_ofTheLargestCalls_areSmallAndHoldAllInOrder() throws Exception {
    List<ActionEvent> events = new ArrayList<>();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 16_384; i++) {
      ids.add(String.format(Locale.ROOT, "%0128d", i));
      events.add(
          new ActionEvent(
              ids.get(i), 1, new RecordedAction(i, List.of("click"), "home", 1_700_000_000_000L)));
    }
    List<String> written = new ArrayList<>();
    for (ActionJournal.Entry entry : JournalEntries.of(new UserEvents("jane", events))) {
      assertThat(entry.user()).isEqualTo("jane");
      assertThat(entry.record()).hasSizeLessThan(300_000);
      ActionRecord.parseFrom(entry.record())
          .getActions()
          .getActionsList()
          .forEach(action -> written.add(action.getEventId()));
    }
    assertThat(written).isEqualTo(ids);
    List<String> retracted = new ArrayList<>();
    for (ActionJournal.Entry entry : JournalEntries.of(new UserRetractions("jane", ids, 4))) {
      assertThat(entry.record()).hasSizeLessThan(300_000);
      RetractActionsRequest retraction = ActionRecord.parseFrom(entry.record()).getRetraction();
      assertThat(retraction.getRevision()).isEqualTo(4);
      retracted.addAll(retraction.getEventIdsList());
    }
    assertThat(retracted).isEqualTo(ids);
  }

  @Test
  void bytesAndJson_ofFormatOne_areTheSameRecord() throws Exception {
    ActionRecord.Builder json = ActionRecord.newBuilder();
    JsonFormat.parser()
        .merge(
            "{\"actions\": {\"actions\": [{\"eventId\": \"e1\", \"itemId\": 42,"
                + " \"actions\": [\"click\"], \"surface\": \"home\","
                + " \"timeMs\": 1700000000000, \"revision\": 3}]}}",
            json);
    assertThat(ActionRecord.parseFrom(HexFormat.of().parseHex(ACTIONS))).isEqualTo(json.build());
    ActionRecord.Builder retraction = ActionRecord.newBuilder();
    JsonFormat.parser()
        .merge("{\"retraction\": {\"eventIds\": [\"e1\", \"e2\"], \"revision\": 4}}", retraction);
    assertThat(ActionRecord.parseFrom(HexFormat.of().parseHex(RETRACTION)))
        .isEqualTo(retraction.build());
  }
}
