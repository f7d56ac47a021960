package dev.lungo.firmware.uefi.driver;

import dev.lungo.firmware.uefi.protocol.Product;
import java.util.List;

/**
 * What a driver has made of a controller that it manages.
 *
 * @param name the controller's, for people; empty if it has none
 * @param onController protocols for the controller itself
 * @param children handles for what is on the controller
 */
record Made(String name, List<Product> onController, List<Child> children) {
    /**
     * A handle that a driver makes.
     *
     * @param onHandle its protocols, a device path among them
     */
    record Child(String name, List<Product> onHandle) {}

    static Made on(String name, List<Product> onController) {
        return new Made(name, onController, List.of());
    }

    static Made children(String name, List<Child> children) {
        return new Made(name, List.of(), children);
    }
}
