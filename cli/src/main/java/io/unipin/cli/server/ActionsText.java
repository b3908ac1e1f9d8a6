package io.unipin.cli.server;

import io.unipin.proto.v1.RecordActionsResponse;
import io.unipin.proto.v1.RetractActionsResponse;
import java.io.PrintWriter;

/** Describes for a person what became of recorded and retracted actions. */
public final class ActionsText {
  private ActionsText() {}

  /** Returns what became of the only action of a request. */
  public static String recorded(RecordActionsResponse response) {
    if (response.getRecorded() > 0) {
      return "recorded";
    }
    if (response.getCorrected() > 0) {
      return "corrected: it replaces what was recorded";
    }
    if (response.getRetracted() > 0) {
      return "not counted: the event is taken back at this revision or a higher one";
    }
    if (response.getUnlinked() > 0) {
      return "not corrected: record the event once more as it was, then correct it";
    }
    return "nothing changed: the event is recorded at this revision or a higher one";
  }

  /** Prints how many actions a request retracted, and why it did not retract the others. */
  public static void retracted(RetractActionsResponse response, PrintWriter out) {
    out.println("taken back: " + response.getRetracted());
    line(out, "not recorded yet, and will not count", response.getWaiting());
    line(out, "taken back before", response.getDuplicates());
    line(out, "still count, recorded with a higher revision", response.getSuperseded());
    line(out, "still count, recorded before corrections were known", response.getUnlinked());
    line(out, "earlier retractions forgotten to make room", response.getForgotten());
  }

  private static void line(PrintWriter out, String what, int count) {
    if (count > 0) {
      out.println(what + ": " + count);
    }
  }
}
