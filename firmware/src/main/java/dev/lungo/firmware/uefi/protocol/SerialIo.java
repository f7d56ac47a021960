package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.isa.Width;
import dev.lungo.machine.PortBus;

/**
 * EFI_SERIAL_IO_PROTOCOL of the first serial port. UEFI 2.10, "Serial I/O Protocol" (12.8). The
 * line is infinitely fast; what attributes say is kept, and changes nothing.
 */
public final class SerialIo {
    public static final Guid GUID = Guid.parse("bb25cf6f-f1d4-11d2-9a0c-0090273fc1fd");

    private static final int REVISION = 0x0001_0000;
    private static final int DATA = 0x3F8;
    private static final int LINE_STATUS = 0x3FD;
    private static final int DATA_READY = 1;
    private static final int MOST_BYTES = 1 << 20;

    // GetControl()
    private static final int CLEAR_TO_SEND = 0x10;
    private static final int DATA_SET_READY = 0x20;
    private static final int CARRIER_DETECT = 0x80;
    private static final int INPUT_BUFFER_EMPTY = 0x100;
    private static final int OUTPUT_BUFFER_EMPTY = 0x200;
    private static final int SETTABLE = 0x7003;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        Reset, SetAttributes, SetControl, GetControl, Write, Read
        // spotless:on
    }

    private final PortBus ports;
    private final Protocols protocols;
    private final long mode;
    private int control = 3;

    private final Product product;

    public SerialIo(Protocols protocols, PortBus ports) {
        this.protocols = protocols;
        this.ports = ports;
        ByteWriter out = new ByteWriter().u32(SETTABLE).u32(1_000_000).u64(115_200);
        mode = protocols.place(out.u32(16).u32(8).u32(1).u32(1));
        long[] members = protocols.members("EFI_SERIAL_IO_PROTOCOL", Member.values(), this::call);
        ByteWriter self = new ByteWriter().u32(REVISION).u32(0);
        long at = protocols.place(Protocols.pointers(self, members).u64(mode));
        product = Product.lasting(GUID, at);
    }

    /** The protocol, for its handle. */
    public Product product() {
        return product;
    }

    private long call(Member member, Call call) {
        return switch (member) {
            case Reset -> EfiStatus.SUCCESS;
            case SetAttributes -> setAttributes(call);
            case SetControl -> {
                boolean known = (call.int32(1) & ~SETTABLE) == 0;
                control = known ? call.int32(1) : control;
                yield known ? EfiStatus.SUCCESS : EfiStatus.UNSUPPORTED;
            }
            case GetControl -> getControl(call);
            case Write -> write(call);
            case Read -> read(call);
        };
    }

    /** BaudRate, ReceiveFifoDepth, Timeout, Parity, DataBits, StopBits; 0 is what there is. */
    private long setAttributes(Call call) {
        long baud = call.argument(1) == 0 ? 115_200 : call.argument(1);
        int bits = call.int32(5) & 0xFF;
        if (baud < 0 || baud > 115_200 || bits > 8 || (bits > 0 && bits < 5)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        protocols.memory().putLong(mode + 8, baud);
        return EfiStatus.SUCCESS;
    }

    private boolean isReady() {
        return (ports.read(LINE_STATUS, Width.BYTE) & DATA_READY) != 0;
    }

    private long getControl(Call call) {
        int state = control | CLEAR_TO_SEND | DATA_SET_READY | CARRIER_DETECT;
        state |= OUTPUT_BUFFER_EMPTY | (isReady() ? 0 : INPUT_BUFFER_EMPTY);
        call.memory().putInt(call.argument(1), state);
        return EfiStatus.SUCCESS;
    }

    private long write(Call call) {
        long size = call.memory().getLong(call.argument(1));
        if (size < 0 || size > MOST_BYTES) {
            return EfiStatus.INVALID_PARAMETER;
        }
        for (byte each : call.memory().read(call.argument(2), size)) {
            ports.write(DATA, Width.BYTE, each & 0xFF);
        }
        return EfiStatus.SUCCESS;
    }

    private long read(Call call) {
        long size = call.memory().getLong(call.argument(1));
        long done = 0;
        while (done != size && done < MOST_BYTES && isReady()) {
            call.memory().putByte(call.argument(2) + done, ports.read(DATA, Width.BYTE));
            done++;
        }
        call.memory().putLong(call.argument(1), done);
        return done == size ? EfiStatus.SUCCESS : EfiStatus.TIMEOUT;
    }
}
