package io.unipin.cli.check;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an option or parameter that names an output of a verb. {@link Checks} checks the place
 * before the verb begins.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Output {
  Kind value();

  /** The kind of output. */
  public enum Kind {
    /** A file. An existing one is replaced. */
    FILE,
    /** A folder to write into. It may exist. */
    FOLDER,
    /** A bundle. Its name must be valid for a bundle, and nothing may exist there. */
    BUNDLE,
    /** A folder that holds bundles. It may exist. */
    BUNDLES,
    /** A feed log. The place is free, an empty folder, or a feed log that is replaced. */
    FEED_LOG,
    /** A file or a bundle. The verb's other options decide, and the verb checks it. */
    FILE_OR_BUNDLE
  }
}
