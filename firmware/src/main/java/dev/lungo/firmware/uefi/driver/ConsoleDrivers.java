package dev.lungo.firmware.uefi.driver;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.boottime.DriverServices;
import dev.lungo.firmware.uefi.console.Consoles;
import dev.lungo.firmware.uefi.driver.Made.Child;
import dev.lungo.firmware.uefi.protocol.Product;
import dev.lungo.firmware.uefi.protocol.Protocols;
import dev.lungo.firmware.uefi.protocol.SerialIo;
import dev.lungo.firmware.uefi.protocol.SerialTerminal;
import dev.lungo.firmware.uefi.protocol.SimpleTextInput;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The drivers of the first serial port and of the terminal behind it. */
public final class ConsoleDrivers {
    /** ACPI's name for a serial port: "ACPI Device Path" (10.3.3), PNP0501. */
    public static final DevicePath SERIAL_PORT =
            DevicePath.pciRoot()
                    .with(DevicePath.ACPI, 1, new ByteWriter().u32(0x0501_41D0).u32(0).toBytes());

    /** "UART Device Path" (10.3.4.15): 115 200 baud, 8 bits, no parity, one stop bit. */
    private static final DevicePath UART =
            SERIAL_PORT.with(
                    DevicePath.MESSAGING,
                    14,
                    new ByteWriter().u32(0).u64(115_200).u8(8).u8(1).u8(1).toBytes());

    /** "Vendor-Defined Messaging Device Path" (10.3.4.16): EFI_VT_UTF8_GUID. */
    public static final DevicePath TERMINAL =
            UART.vendor(
                    DevicePath.MESSAGING, 10, Guid.parse("ad15a0d6-8bec-4acf-a073-d01de77e2d88"));

    private final Protocols protocols;
    private final DriverServices services;
    private final SerialIo serial;
    private final SimpleTextInput input;
    private final SerialTerminal terminal;
    private final Consoles consoles;

    public ConsoleDrivers(
            Protocols protocols,
            DriverServices services,
            SerialIo serial,
            SimpleTextInput input,
            SerialTerminal terminal,
            Consoles consoles) {
        this.protocols = protocols;
        this.services = services;
        this.serial = serial;
        this.input = input;
        this.terminal = terminal;
        this.consoles = consoles;
    }

    Maker.@Nullable Start serial(long controller) {
        if (!SERIAL_PORT.equals(services.devicePath(controller))) {
            return null;
        }
        return () ->
                Made.children(
                        "Serial Port",
                        List.of(
                                new Child(
                                        "Serial Port",
                                        List.of(protocols.product(UART), serial.product()))));
    }

    Maker.@Nullable Start terminal(long controller) {
        if (!UART.equals(services.devicePath(controller))) {
            return null;
        }
        return () -> {
            List<Product> products = new ArrayList<>();
            products.add(protocols.product(TERMINAL));
            products.addAll(input.products());
            products.addAll(consoles.add(TERMINAL, terminal));
            return Made.children("Serial Port", List.of(new Child("Serial Console", products)));
        };
    }
}
