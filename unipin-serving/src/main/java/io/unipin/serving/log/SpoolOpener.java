package io.unipin.serving.log;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opens the spools of logs whose entries are also sent elsewhere, such as to Kafka. */
public interface SpoolOpener {
  /** Opens no spool, because the entries of all logs only go to segments. */
  SpoolOpener NONE =
      new SpoolOpener() {
        @Override
        public <E> @Nullable Spool<E> open(String name, Function<E, String> user) {
          return null;
        }
      };

  /**
   * Opens the spool of a log. Returns null if the log's entries only go to segments.
   *
   * @param name name of the log: served or exposures
   * @param user returns the user id of an entry
   */
  <E> @Nullable Spool<E> open(String name, Function<E, String> user);
}
