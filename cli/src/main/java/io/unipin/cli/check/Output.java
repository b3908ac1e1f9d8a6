package io.unipin.cli.check;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an option or parameter that names an output of a command. {@link Checks} checks the path
 * before the command begins.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Output {
  Kind value();

  /** The kind of output. */
  public enum Kind {
    /** A file. The command replaces an existing file. */
    FILE,
    /** A folder to write into. The folder may exist. */
    FOLDER,
    /** A bundle. Its name must be valid for a bundle, and nothing may exist there. */
    BUNDLE,
    /** A folder that holds bundles. The folder may exist. */
    BUNDLES,
    /**
     * A feed log. Nothing may exist at the path except an empty folder, or a feed log, which the
     * command replaces.
     */
    FEED_LOG,
    /**
     * A file or a bundle. The command's other options decide which, and the command checks the path
     * itself.
     */
    FILE_OR_BUNDLE
  }
}
