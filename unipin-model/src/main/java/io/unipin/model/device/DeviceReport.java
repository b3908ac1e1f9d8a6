package io.unipin.model.device;

import java.util.List;

/**
 * What is known about the engine's libraries and the machine's cards.
 *
 * @param libtorch version of libtorch and the folder of its libraries
 * @param cuda whether the engine sees a card
 * @param driver version of NVIDIA's driver; {@code none} if there is none
 * @param cards the cards that the driver knows, in the order of their numbers
 */
public record DeviceReport(String libtorch, boolean cuda, String driver, List<Card> cards) {
  public DeviceReport {
    cards = List.copyOf(cards);
  }
}
