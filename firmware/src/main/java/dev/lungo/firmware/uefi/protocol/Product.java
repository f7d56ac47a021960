package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;

/**
 * A protocol to be installed on a handle.
 *
 * @param address of its interface
 * @param discard gives back what it is made of, once it is on no handle any more
 */
public record Product(Guid guid, long address, Runnable discard) {
    /** One that stays where it is. */
    static Product lasting(Guid guid, long address) {
        return new Product(guid, address, () -> {});
    }

    Product andThen(Runnable more) {
        return new Product(
                guid,
                address,
                () -> {
                    discard.run();
                    more.run();
                });
    }
}
