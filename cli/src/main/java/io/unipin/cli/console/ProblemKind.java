package io.unipin.cli.console;

import io.unipin.cli.check.CheckException;
import io.unipin.client.RequestException;
import io.unipin.counts.CountsException;
import io.unipin.feedlog.FeedLogException;
import io.unipin.serving.bundle.BundleException;
import io.unipin.settings.ConfigException;
import io.unipin.settings.SettingException;
import java.io.IOException;
import java.util.Locale;

/** The kinds of failures of commands. A program can decide by the kind what to do next. */
public enum ProblemKind {
  USAGE("the command line is wrong"),
  REFUSED("a place, a size or a value was refused before the command began"),
  SETTINGS("a setting can't be used"),
  DATA("data can't be read, or a row breaks a rule"),
  BUNDLE("a bundle can't be used"),
  FILE("a file or folder can't be read or written"),
  DENIED("the server refused the token, or the token's role"),
  INVALID("the server refused the request as wrong"),
  TOO_LARGE("the request is larger than the server accepts"),
  OVERLOADED("the server has no room now: try again later"),
  DEADLINE("the deadline has passed"),
  CANCELLED("the call was cancelled"),
  UNAVAILABLE("no server answers, or the server can't serve now"),
  INTERNAL("the server is at fault"),
  FAILED("another failure");

  /** The exceptions of this package and of its subpackages are about data. */
  private static final String DATA_PACKAGE = FeedLogException.class.getPackageName();

  private final String meaning;

  ProblemKind(String meaning) {
    this.meaning = meaning;
  }

  public String meaning() {
    return meaning;
  }

  /** Returns the name in JSON, such as {@code too-large}. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static ProblemKind of(Throwable failure) {
    if (failure instanceof RequestException request) {
      return request.isDenied() ? DENIED : of(request.kind());
    }
    if (failure instanceof ConfigException || failure instanceof SettingException) {
      return SETTINGS;
    }
    if (failure.getClass().getPackageName().startsWith(DATA_PACKAGE)
        || failure instanceof CountsException) {
      return DATA;
    }
    if (failure instanceof BundleException) {
      return BUNDLE;
    }
    if (failure instanceof IOException || failure.getCause() instanceof IOException) {
      return FILE;
    }
    return failure instanceof CheckException ? REFUSED : FAILED;
  }

  private static ProblemKind of(RequestException.Kind kind) {
    return switch (kind) {
      case INVALID -> INVALID;
      case TOO_LARGE -> TOO_LARGE;
      case OVERLOADED -> OVERLOADED;
      case DEADLINE -> DEADLINE;
      case CANCELLED -> CANCELLED;
      case UNAVAILABLE -> UNAVAILABLE;
      case INTERNAL -> INTERNAL;
    };
  }
}
