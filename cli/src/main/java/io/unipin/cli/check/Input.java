package io.unipin.cli.check;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an option or parameter that names what a verb reads. {@link Checks} looks at it before the verb begins. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Input {
  Kind value();

  /** What has to be there. */
  public enum Kind {
    /** A file that can be read. */
    FILE,
    /** A folder that can be listed. */
    FOLDER,
    /** Either of them. */
    ANY,
    /** A folder with a bundle's manifest. */
    BUNDLE,
    /** A folder with a feed log's schema, which is one that holds together. */
    FEED_LOG
  }
}
