package io.unipin.cli.server;

import io.unipin.proto.v1.EraseUserResponse;
import java.io.PrintWriter;
import java.util.List;

/** Describes for a person what became of an erasure. */
public final class EraseText {
  private EraseText() {}

  public static void print(EraseUserResponse response, PrintWriter out) {
    out.println(response.getExisted() ? "erased" : "erased; nothing was stored of the user");
    names(out, "replicas that have confirmed", response.getConfirmedList());
    names(
        out,
        "replicas that have not confirmed, and erase once they can",
        response.getUnconfirmedList());
    names(out, "replicas unseen for seven days, not awaited", response.getUnseenList());
    switch (response.getLogRewrite()) {
      case STARTED -> out.println("Redis rewrites its append-only file");
      case QUEUED -> out.println("Redis rewrites its append-only file within seconds");
      case NONE, UNRECOGNIZED -> {}
    }
  }

  private static void names(PrintWriter out, String what, List<String> names) {
    if (!names.isEmpty()) {
      out.println(what + ": " + String.join(", ", names));
    }
  }
}
