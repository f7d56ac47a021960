package dev.lungo.firmware.bios;

/**
 * INT 10h, AH = 1Ch: saving what the VGA is, and putting it back. IBM PS/2 and PC BIOS Interface
 * Technical Reference, "Interrupt 10H", "Save/Restore Video State".
 *
 * <p>What is where in the buffer is our own affair.
 */
final class VideoState {
    /** Bits of what is to be saved. */
    static final int REGISTERS = 1;

    static final int DATA_AREA = 1 << 1;
    static final int COLORS = 1 << 2;

    static final int BLOCK_BYTES = 64;

    private static final int SEQUENCER = 0x3C4;
    private static final int GRAPHICS = 0x3CE;
    private static final int MISC_READ = 0x3CC;
    private static final int MISC_WRITE = 0x3C2;
    private static final int MASK = 0x3C6;
    private static final int VERTICAL_RETRACE_END = 0x11;

    // How many there are
    private static final int SEQUENCER_REGISTERS = 5;
    private static final int CRTC_REGISTERS = 25;
    private static final int GRAPHICS_REGISTERS = 9;
    private static final int ATTRIBUTE_REGISTERS = 21;

    private static final int REGISTER_BYTES = 2 * BLOCK_BYTES;
    private static final int DATA_BYTES = BLOCK_BYTES;
    private static final int COLOR_BYTES = 13 * BLOCK_BYTES;

    private final SafeMemory memory;
    private final Bda bda;
    private final Ports ports;
    private final Palette palette;

    VideoState(SafeMemory memory, Bda bda, Ports ports, Palette palette) {
        this.memory = memory;
        this.bda = bda;
        this.ports = ports;
        this.palette = palette;
    }

    /** In bytes, whole blocks. */
    static int bytes(int parts) {
        return ((parts & REGISTERS) != 0 ? REGISTER_BYTES : 0)
                + ((parts & DATA_AREA) != 0 ? DATA_BYTES : 0)
                + ((parts & COLORS) != 0 ? COLOR_BYTES : 0);
    }

    void serve(Registers regs) {
        int parts = regs.cx() & (REGISTERS | DATA_AREA | COLORS);
        switch (regs.al()) {
            case 0 -> regs.bx(bytes(parts) / BLOCK_BYTES);
            case 1 -> save(parts, regs.esBx());
            case 2 -> restore(parts, regs.esBx());
            default -> {
                regs.unknown();
                return;
            }
        }
        regs.al(0x1C);
    }

    private int crtcPort() {
        return (ports.in(MISC_READ) & 1) != 0 ? 0x3D4 : 0x3B4;
    }

    void save(int parts, long buffer) {
        long at = buffer;
        if ((parts & REGISTERS) != 0) {
            saveRegisters(at);
            at += REGISTER_BYTES;
        }
        if ((parts & DATA_AREA) != 0) {
            for (int i = 0; i < Bda.VIDEO_FIELDS.length; i++) {
                memory.u8(at + i, bda.u8(Bda.VIDEO_FIELDS[i]));
            }
            memory.u32(at + 48, memory.u32(4 * 0x1F));
            memory.u32(at + 52, memory.u32(4 * 0x43));
            at += DATA_BYTES;
        }
        if ((parts & COLORS) != 0) {
            memory.u8(at, ports.in(MASK));
            palette.getBlock(0, 256, at + 1);
        }
    }

    private void saveRegisters(long buffer) {
        long at = buffer;
        memory.u8(at++, ports.in(MISC_READ));
        at = save(SEQUENCER, SEQUENCER_REGISTERS, at);
        at = save(crtcPort(), CRTC_REGISTERS, at);
        at = save(GRAPHICS, GRAPHICS_REGISTERS, at);
        for (int i = 0; i < ATTRIBUTE_REGISTERS; i++) {
            memory.u8(at++, palette.attribute(i));
        }
    }

    private long save(int port, int count, long at) {
        memory.u8(at, ports.in(port)); // the index
        for (int i = 0; i < count; i++) {
            memory.u8(at + 1 + i, ports.indexed(port, i));
        }
        ports.out(port, memory.u8(at));
        return at + 1 + count;
    }

    void restore(int parts, long buffer) {
        long at = buffer;
        if ((parts & REGISTERS) != 0) {
            restoreRegisters(at);
            at += REGISTER_BYTES;
        }
        if ((parts & DATA_AREA) != 0) {
            for (int i = 0; i < Bda.VIDEO_FIELDS.length; i++) {
                bda.u8(Bda.VIDEO_FIELDS[i], memory.u8(at + i));
            }
            memory.u32(4 * 0x1F, memory.u32(at + 48));
            memory.u32(4 * 0x43, memory.u32(at + 52));
            at += DATA_BYTES;
        }
        if ((parts & COLORS) != 0) {
            ports.out(MASK, memory.u8(at));
            palette.setBlock(0, 256, at + 1);
        }
    }

    private void restoreRegisters(long buffer) {
        long at = buffer;
        ports.out(MISC_WRITE, memory.u8(at++));
        at = restore(SEQUENCER, SEQUENCER_REGISTERS, at);
        int crtc = crtcPort();
        ports.indexed(crtc, VERTICAL_RETRACE_END, 0); // opens the first eight
        at = restore(crtc, CRTC_REGISTERS, at);
        at = restore(GRAPHICS, GRAPHICS_REGISTERS, at);
        for (int i = 0; i < ATTRIBUTE_REGISTERS; i++) {
            palette.attribute(i, memory.u8(at++));
        }
    }

    private long restore(int port, int count, long at) {
        for (int i = 0; i < count; i++) {
            ports.indexed(port, i, memory.u8(at + 1 + i));
        }
        ports.out(port, memory.u8(at));
        return at + 1 + count;
    }
}
