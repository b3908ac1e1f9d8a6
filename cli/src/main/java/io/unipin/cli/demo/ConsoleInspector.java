package io.unipin.cli.demo;

import io.unipin.cli.server.ConsoleClient;
import java.io.IOException;
import java.util.Map;

/** Asks a server's console why an item is on a user's page, or why it is not. Thread-safe. */
final class ConsoleInspector {
  private final ConsoleClient console;

  /**
   * Creates an inspector.
   *
   * @param console the console's address, without a path
   */
  ConsoleInspector(String console) {
    this.console = new ConsoleClient(console, null);
  }

  ItemFate judge(Visitor visitor, long item, int pageSize)
      throws IOException, InterruptedException {
    return ItemFate.of(
        console.ask(
            "inspect",
            Map.of(
                "user",
                visitor.user().id(),
                "timeMs",
                visitor.timeMs(),
                "item",
                item,
                "pageSize",
                pageSize)));
  }
}
