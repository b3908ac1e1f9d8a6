package io.unipin.cli.check;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Marks an option or parameter that names what a verb makes. {@link Checks} looks at the place before the verb begins. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.FIELD)
public @interface Output {
  Kind value();

  /** What will be made there. */
  public enum Kind {
    /** A file; one that is there is replaced. */
    FILE,
    /** A folder to write into; it may be there. */
    FOLDER,
    /** A bundle: its name is one of a bundle, and nothing is there. */
    BUNDLE,
    /** A folder to hold bundles; it may be there. */
    BUNDLES,
    /** A feed log: nothing is there, or an empty folder, or a feed log, which is replaced. */
    FEED_LOG,
    /** A file or a bundle, by the verb's other options; the verb checks which. */
    FILE_OR_BUNDLE
  }
}
