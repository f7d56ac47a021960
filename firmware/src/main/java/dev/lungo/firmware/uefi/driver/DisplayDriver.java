package dev.lungo.firmware.uefi.driver;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.Edid;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.boottime.DriverServices;
import dev.lungo.firmware.uefi.console.Consoles;
import dev.lungo.firmware.uefi.console.Display;
import dev.lungo.firmware.uefi.console.GraphicsOutput;
import dev.lungo.firmware.uefi.console.ScreenText;
import dev.lungo.firmware.uefi.driver.Made.Child;
import dev.lungo.firmware.uefi.protocol.Product;
import dev.lungo.firmware.uefi.protocol.Protocols;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The driver of the display: its child is the screen, with graphics and text. */
public final class DisplayDriver {
    /** "ACPI _ADR Device Path" (10.3.3.1): the first of the adapter's displays, a VGA one. */
    private static final int ADR = 3;

    private static final long FIRST_DISPLAY = 0x8001_0100L;

    // "EDID Discovered Protocol" (12.9.2.4), "EDID Active Protocol" (12.9.2.5): nobody overrides it
    private static final Guid EDID_DISCOVERED = Guid.parse("1c0c34f6-d380-41fa-a049-8ad06c1a66aa");
    private static final Guid EDID_ACTIVE = Guid.parse("bd8c1056-9f36-44ec-92a8-a6337f817986");

    private final Protocols protocols;
    private final DriverServices services;
    private final Board board;
    private final Consoles consoles;

    /** What is on it, made when the driver is first started. */
    private record Screen(Display display, GraphicsOutput graphics, ScreenText text) {}

    private @Nullable Screen screen;

    public DisplayDriver(
            Protocols protocols, DriverServices services, Board board, Consoles consoles) {
        this.protocols = protocols;
        this.services = services;
        this.board = board;
        this.consoles = consoles;
    }

    Maker.@Nullable Start look(long controller) {
        Board.Display has = board.display().orElse(null);
        if (has == null) {
            return null;
        }
        DevicePath path = DevicePath.pciRoot().pci(has.pciDevice(), 0);
        if (!path.equals(services.devicePath(controller))) {
            return null;
        }
        ByteWriter adr = new ByteWriter().u32(FIRST_DISPLAY);
        return () -> make(screen(has), path.with(DevicePath.ACPI, ADR, adr.toBytes()));
    }

    private Screen screen(Board.Display has) {
        if (screen == null) {
            Display display = new Display(has, board.ports());
            GraphicsOutput graphics = new GraphicsOutput(protocols, display);
            screen = new Screen(display, graphics, new ScreenText(display, graphics::tell));
        }
        return screen;
    }

    private Made make(Screen on, DevicePath path) {
        List<Product> products = new ArrayList<>();
        products.add(protocols.product(path));
        products.add(on.graphics.product());
        products.add(edid(EDID_DISCOVERED));
        products.add(edid(EDID_ACTIVE));
        products.addAll(consoles.add(path, on.text));
        return Made.children("Display", List.of(new Child("Screen", products)));
    }

    /** The size of the block, where it is, and behind that the block itself. */
    private Product edid(Guid guid) {
        byte[] block = Edid.block();
        ByteWriter out = new ByteWriter().u32(block.length).u32(0).u64(0).bytes(block);
        Product made = protocols.product(guid, out);
        protocols.memory().putLong(made.address() + 8, made.address() + 16);
        return made;
    }
}
