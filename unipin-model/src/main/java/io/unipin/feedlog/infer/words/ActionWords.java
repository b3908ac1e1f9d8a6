package io.unipin.feedlog.infer.words;

import java.util.Locale;
import java.util.regex.Pattern;

/** Reads the names that data gives to what users did. Pure functions. */
public final class ActionWords {
  private static final Pattern PASSIVE =
      Pattern.compile(
          ".*(impress|exposure|expose|shown|display|served|render|scroll|search|query|filter|login|logout"
              + "|session|viewport|heartbeat|anzeige|angezeigt|einblendung).*|show|seen|none|null|no|0");
  private static final Pattern NEGATIVE =
      Pattern.compile(
          ".*(dislike|hide|remov|refund|return|unlike|unfollow|report|block|skip|not.?interest|hate|cancel"
              + "|storn|retour|bounce|delete|dismiss).*");
  private static final Pattern ENGAGEMENT =
      Pattern.compile(
          ".*(view|click|buy|bought|purchas|order|cart|basket|transaction|like|save|fav|share|play|watch|listen"
              + "|read|rate|review|wish|follow|comment|book|subscrib|kauf|bestell|warenkorb|klick|ansicht"
              + "|compra|achat|vente).*");
  private static final Pattern FLAG_NAME =
      Pattern.compile(
          "(is|has|did|was)_?[a-z_]+|.*(click|like|purchas|bought|share|save|watched|follow|comment|convert"
              + "|conversion|label|long_view|booking|forward|hate|dislike).*");
  private static final Pattern PURCHASE =
      Pattern.compile(".*(order|purchas|bestell|kauf|invoice|quantity|menge|transaction).*");

  private ActionWords() {}

  /** Whether an action, such as an impression, is not engagement. */
  public static boolean isPassive(String action) {
    return matches(PASSIVE, action);
  }

  /** Whether an action says that the user did not want the item. */
  public static boolean isNegative(String action) {
    return matches(NEGATIVE, action);
  }

  /** Whether a text is the name of an action that people often record. */
  public static boolean isKnown(String text) {
    return matches(ENGAGEMENT, text) || isPassive(text) || isNegative(text);
  }

  /** Whether a column of 0 and 1 with this name says whether the user took an action. */
  public static boolean isFlag(String column) {
    return matches(FLAG_NAME, column);
  }

  /** Whether a column of this name occurs in lists of purchases. */
  public static boolean isOfPurchases(String column) {
    return matches(PURCHASE, column);
  }

  private static boolean matches(Pattern pattern, String text) {
    return pattern.matcher(text.toLowerCase(Locale.ROOT)).matches();
  }
}
