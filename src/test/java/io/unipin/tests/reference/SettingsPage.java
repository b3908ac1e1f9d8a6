package io.unipin.tests.reference;

import java.util.ArrayList;
import java.util.List;

/**
 * The page with the settings of servers and recipes. The files of defaults explain the settings.
 */
final class SettingsPage {
  private static final String SERVER =
      "unipin-serving/src/main/resources/io/unipin/serving/settings/server-defaults.yaml";
  private static final String RECIPE =
      "unipin-model/src/main/resources/io/unipin/train/recipe/defaults.yaml";

  private SettingsPage() {}

  /** Returns the settings of a server, in the order of the file. */
  static List<Setting> server() {
    return Setting.read(Sources.read(SERVER));
  }

  /** Returns the settings of a recipe, in the order of the file. */
  static List<Setting> recipe() {
    return Setting.read(Sources.read(RECIPE));
  }

  static String text() {
    Markdown page =
        new Markdown()
            .heading(1, "Settings")
            .paragraph(
                "A server has the settings of the first part, and a recipe those of the second"
                    + " part. Sizes have a unit: `64MiB`. Times have one, too: `250ms`, `10s`,"
                    + " `1h`, `7d`.")
            .heading(2, "Settings of a server")
            .paragraph(
                "`./unipin serve --config FILE` reads a YAML file with settings that differ from"
                    + " the defaults. Environment variables override the file:"
                    + " `UNIPIN_SERVER_MAX_MESSAGE` sets `server.maxMessage`. Options override the"
                    + " variables: `--set server.port=9000`. An unknown name is refused.");
    sections(page, server());
    page.heading(2, "Settings of a recipe")
        .paragraph(
            "`./unipin train --config FILE` reads a recipe, a YAML file with settings that differ"
                + " from the defaults. `--set training.epochs=5` overrides the file."
                + " [Training](../training.md) says which setting helps when.");
    sections(page, recipe());
    return page.text();
  }

  private static void sections(Markdown page, List<Setting> settings) {
    List<List<String>> rows = new ArrayList<>();
    for (Setting setting : settings) {
      if (setting.isTop()) {
        table(page, rows);
        page.heading(3, setting.key()).paragraph(Markdown.linked(setting.meaning()));
      } else if (!setting.isSection() || !setting.meaning().isEmpty()) {
        rows.add(
            List.of(
                Markdown.quoted(setting.key()),
                Markdown.quoted(setting.value()),
                Markdown.linked(setting.meaning())));
      }
    }
    table(page, rows);
  }

  private static void table(Markdown page, List<List<String>> rows) {
    if (!rows.isEmpty()) {
      rows.add(0, List.of("setting", "default", "meaning"));
      page.table(rows);
      rows.clear();
    }
  }
}
