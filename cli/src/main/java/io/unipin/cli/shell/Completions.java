package io.unipin.cli.shell;

import io.unipin.cli.items.ItemForm;
import io.unipin.proto.v1.ScoredItem;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

/**
 * Proposes words: commands, names of actions, items of the last page, and users and events of this
 * session. Asks no server. Not thread-safe.
 */
final class Completions {
  /**
   * A word that may come next.
   *
   * @param meaning what the word stands for; may be empty
   */
  record Proposal(String word, String meaning) {}

  private final Session session;
  private final Supplier<Collection<ShellVerb>> verbs;

  Completions(Session session, Supplier<Collection<ShellVerb>> verbs) {
    this.session = session;
    this.verbs = verbs;
  }

  /** Returns the words that may follow these whole words of a line. */
  List<Proposal> after(List<String> words) {
    if (words.isEmpty()) {
      return commands();
    }
    boolean first = words.size() == 1;
    return switch (words.get(0)) {
      case "user", "erase" -> first ? plain(session.users()) : List.of();
      case "act" -> act(words.size());
      case "why" -> why(words);
      case "delete", "hide", "restore" -> first ? items() : List.of();
      case "retract" -> first ? plain(session.events()) : List.of();
      case "put" -> plain(ItemForm.names().stream().map(name -> name + "=").toList());
      case "help" -> first ? commands() : List.of();
      default -> List.of();
    };
  }

  private List<Proposal> act(int words) {
    return words == 1 ? plain(session.actions()) : words == 2 ? items() : List.of();
  }

  private List<Proposal> why(List<String> words) {
    if (words.size() > 2 || (words.size() == 2 && !words.get(1).equals("not"))) {
      return List.of();
    }
    List<Proposal> proposals = new ArrayList<>(items());
    if (words.size() == 1) {
      proposals.add(new Proposal("not", ""));
    }
    return List.copyOf(proposals);
  }

  private List<Proposal> commands() {
    return verbs.get().stream().map(verb -> new Proposal(verb.name(), verb.meaning())).toList();
  }

  private List<Proposal> items() {
    List<Proposal> proposals = new ArrayList<>();
    List<ScoredItem> items = session.feed().items();
    for (int i = 0; i < items.size(); i++) {
      ScoredItem item = items.get(i);
      proposals.add(new Proposal("#" + (i + 1), item.getTitle()));
      String name = item.getKey().isEmpty() ? Long.toString(item.getItemId()) : item.getKey();
      proposals.add(new Proposal(name, item.getTitle()));
    }
    return proposals;
  }

  private static List<Proposal> plain(Collection<String> words) {
    return words.stream().map(word -> new Proposal(word, "")).toList();
  }
}
