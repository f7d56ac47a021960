package dev.lungo.firmware.uefi.console;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.console.Display.Mode;
import dev.lungo.firmware.uefi.protocol.Product;
import dev.lungo.firmware.uefi.protocol.Protocols;
import org.jspecify.annotations.Nullable;

/** EFI_GRAPHICS_OUTPUT_PROTOCOL. UEFI 2.10, "Graphics Output Protocol" (12.9). */
public final class GraphicsOutput {
    public static final Guid GUID = Guid.parse("9042a9de-23dc-4a38-96fb-7aded080516a");

    private static final int BLUE_GREEN_RED_RESERVED = 1;
    private static final int INFORMATION_BYTES = 36;

    // EFI_GRAPHICS_OUTPUT_BLT_OPERATION
    private static final int VIDEO_FILL = 0;
    private static final int VIDEO_TO_BUFFER = 1;
    private static final int BUFFER_TO_VIDEO = 2;
    private static final int VIDEO_TO_VIDEO = 3;

    private static final int PIXEL_BYTES = Display.PIXEL_BYTES;

    /** In the order of the interface. */
    private enum Member {
        QueryMode,
        SetMode,
        Blt
    }

    /** A rectangle, all of it on the screen. */
    private record Rectangle(int x, int y, int width, int height) {}

    private final Display display;
    private final Protocols protocols;
    private final LinearMemory memory;
    private final long informationAt;
    private final long modeAt;
    private final long address;

    public GraphicsOutput(Protocols protocols, Display display) {
        this.display = display;
        this.protocols = protocols;
        memory = protocols.memory();
        informationAt = protocols.place(information(display.mode()));
        modeAt = protocols.place(new byte[40]);
        long[] members =
                protocols.members("EFI_GRAPHICS_OUTPUT_PROTOCOL", Member.values(), this::call);
        address = protocols.place(Protocols.pointers(new ByteWriter(), members).u64(modeAt));
        tell();
    }

    /** The protocol, for its handle. */
    public Product product() {
        return new Product(GUID, address, () -> {});
    }

    /** EFI_GRAPHICS_OUTPUT_MODE_INFORMATION. */
    private static byte[] information(Mode mode) {
        ByteWriter out = new ByteWriter().u32(0).u32(mode.width()).u32(mode.height());
        return out.u32(BLUE_GREEN_RED_RESERVED).zeros(16).u32(mode.width()).toBytes();
    }

    /** EFI_GRAPHICS_OUTPUT_PROTOCOL_MODE, which is the display's: others may have changed it. */
    public void tell() {
        Mode mode = display.mode();
        memory.write(informationAt, information(mode));
        ByteWriter out = new ByteWriter().u32(Display.MODES.size()).u32(display.modeNumber());
        out.u64(informationAt).u64(INFORMATION_BYTES).u64(display.base());
        memory.write(modeAt, out.u64((long) mode.width() * mode.height() * PIXEL_BYTES).toBytes());
    }

    private long call(Member member, Call call) {
        return switch (member) {
            case QueryMode -> queryMode(call);
            case SetMode -> setMode(call.int32(1));
            case Blt -> blt(call);
        };
    }

    private long queryMode(Call call) {
        int number = call.int32(1);
        if (number < 0
                || number >= Display.MODES.size()
                || call.argument(2) == 0
                || call.argument(3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(call.argument(2), 8);
        call.memory().require(call.argument(3), 8);
        long at = protocols.give(information(Display.MODES.get(number)));
        if (at == 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        call.memory().putLong(call.argument(2), INFORMATION_BYTES);
        call.memory().putLong(call.argument(3), at);
        return EfiStatus.SUCCESS;
    }

    private long setMode(int number) {
        if (number < 0 || number >= Display.MODES.size()) {
            return EfiStatus.UNSUPPORTED;
        }
        display.set(number);
        tell();
        return EfiStatus.SUCCESS;
    }

    // ---- Blt()

    private long blt(Call call) {
        int operation = call.int32(2);
        Rectangle source = rectangle(call, 3);
        Rectangle destination = rectangle(call, 5);
        boolean needsBuffer = operation != VIDEO_TO_VIDEO;
        if (needsBuffer && call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (operation) {
            case VIDEO_FILL -> destination == null ? bad() : fill(call, destination);
            case VIDEO_TO_BUFFER -> source == null ? bad() : copy(call, source, 5, false);
            case BUFFER_TO_VIDEO -> destination == null ? bad() : copy(call, destination, 3, true);
            case VIDEO_TO_VIDEO ->
                    source == null || destination == null ? bad() : move(source, destination);
            default -> EfiStatus.INVALID_PARAMETER;
        };
    }

    private static long bad() {
        return EfiStatus.INVALID_PARAMETER;
    }

    /** What the arguments name from X on, or null if not all of it is on the screen. */
    private @Nullable Rectangle rectangle(Call call, int argument) {
        long x = call.argument(argument);
        long y = call.argument(argument + 1);
        long width = call.argument(7);
        long height = call.argument(8);
        Mode mode = display.mode();
        return width > 0
                        && height > 0
                        && width <= mode.width()
                        && height <= mode.height()
                        && x >= 0
                        && y >= 0
                        && x <= mode.width() - width
                        && y <= mode.height() - height
                ? new Rectangle((int) x, (int) y, (int) width, (int) height)
                : null;
    }

    private long fill(Call call, Rectangle on) {
        byte[] row = new byte[on.width * PIXEL_BYTES];
        int pixel = call.memory().getInt(call.argument(1));
        for (int at = 0; at < row.length; at += PIXEL_BYTES) {
            Little.put32(row, at, pixel);
        }
        for (int y = 0; y < on.height; y++) {
            display.frameBuffer.write(display.at(on.x, on.y + y), row, 0, row.length);
        }
        return EfiStatus.SUCCESS;
    }

    /** Between the screen and the caller's buffer, in which the rectangle is at these arguments. */
    private long copy(Call call, Rectangle on, int argument, boolean toScreen) {
        long x = call.argument(argument);
        long top = call.argument(argument + 1);
        long bytes = (long) on.width * PIXEL_BYTES;
        long delta = call.argument(9) == 0 ? bytes : call.argument(9);
        if (isFar(x) || isFar(top) || isFar(delta)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        byte[] row = new byte[(int) bytes];
        for (int y = 0; y < on.height; y++) {
            long at = call.argument(1) + (top + y) * delta + x * PIXEL_BYTES;
            if (toScreen) {
                call.memory().read(at, row, 0, row.length);
                display.frameBuffer.write(display.at(on.x, on.y + y), row, 0, row.length);
            } else {
                display.frameBuffer.read(display.at(on.x, on.y + y), row, 0, row.length);
                call.memory().write(at, row);
            }
        }
        return EfiStatus.SUCCESS;
    }

    /** Nothing that far away is in any buffer. */
    private static boolean isFar(long distance) {
        return distance < 0 || distance > Integer.MAX_VALUE;
    }

    /** From the end that keeps what is still to be read. */
    private long move(Rectangle from, Rectangle to) {
        byte[] row = new byte[from.width * PIXEL_BYTES];
        for (int i = 0; i < from.height; i++) {
            int y = to.y > from.y ? from.height - 1 - i : i;
            display.frameBuffer.read(display.at(from.x, from.y + y), row, 0, row.length);
            display.frameBuffer.write(display.at(to.x, to.y + y), row, 0, row.length);
        }
        return EfiStatus.SUCCESS;
    }
}
