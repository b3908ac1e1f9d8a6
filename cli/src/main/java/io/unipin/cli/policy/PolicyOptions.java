package io.unipin.cli.policy;

import io.unipin.cli.check.OptionTimes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** The options of commands that estimate the rewards of other policies from a served log. */
public final class PolicyOptions {
  @Option(
      names = "--policy",
      paramLabel = "P",
      description =
          "Also estimate what other settings of exploration would have been worth: drawn=0 (none),"
              + " drawn=0.4, or drawn=0.4,temperature=0.1,bonus=0.2. drawn is the probability that"
              + " a draw shows an item with few impressions. May be given several times.")
  private List<String> policies = new ArrayList<>();

  @Option(
      names = "--attribution",
      defaultValue = "PT30M",
      paramLabel = "DURATION",
      description =
          "For estimates of policies: an action counts for a page that showed its item at most this"
              + " long before. Default: ${DEFAULT-VALUE}.")
  private Duration attribution = Duration.ofMinutes(30);

  /** Returns the policies that were asked for. Refuses a policy that can't be read. */
  public List<Policy> policies() {
    List<Policy> read = new ArrayList<>();
    policies.forEach(text -> read.add(DrawPolicy.parse(text)));
    return read;
  }

  /** Returns the attribution time. Refuses a time that can't be used. */
  public Duration attribution() {
    OptionTimes.requireDuration("--attribution", attribution);
    return attribution;
  }
}
