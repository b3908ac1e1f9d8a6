package io.unipin.cli.server;

import io.unipin.proto.v1.ItemPlace;

/** Describes for a person where an item is served. */
public final class PlaceText {
  private PlaceText() {}

  /** Returns a line such as {@code bundle main serves it}. */
  public static String line(ItemPlace place) {
    String arms =
        place.getArmsCount() == 0 ? "" : " (" + String.join(", ", place.getArmsList()) + ")";
    String service =
        switch (place.getService()) {
          case SERVED -> "serves it";
          case OWN_ITEM -> "serves its own item of this id";
          default -> "does not serve it: " + place.getReason();
        };
    return "bundle " + place.getBundle() + arms + " " + service;
  }
}
