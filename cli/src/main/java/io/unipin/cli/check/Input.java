package io.unipin.cli.check;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks an option or parameter that names an input of a command. {@link Checks} checks the input
 * before the command begins.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Input {
  Kind value();

  /** The kind of input that must exist. */
  public enum Kind {
    /** A readable file. */
    FILE,
    /** A readable folder. */
    FOLDER,
    /** A readable file or folder. */
    ANY,
    /** A readable file or folder, or a pattern of files that contains an asterisk. */
    PATTERN,
    /** A folder with a bundle's manifest. */
    BUNDLE,
    /** A folder with a feed log's schema. The schema must be valid. */
    FEED_LOG
  }
}
