package io.unipin.serving.log;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opens the spools of logs that also go elsewhere. */
public interface SpoolOpener {
  /** Opens no spool, because all logs go to segments alone. */
  SpoolOpener NONE =
      new SpoolOpener() {
        @Override
        public <E> @Nullable Spool<E> open(String name, Function<E, String> user) {
          return null;
        }
      };

  /**
   * Opens the spool of a log; null if the log goes to segments alone.
   *
   * @param name name of the log: served or exposures
   * @param user returns the user id of an entry
   */
  <E> @Nullable Spool<E> open(String name, Function<E, String> user);
}
