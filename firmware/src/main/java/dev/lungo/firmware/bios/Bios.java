package dev.lungo.firmware.bios;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.Board.Medium;
import dev.lungo.firmware.Firmware;
import dev.lungo.firmware.PciResources;
import dev.lungo.firmware.Report;
import dev.lungo.firmware.bios.Stubs.Stub;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.VirtualCpu;
import java.util.List;

/**
 * The BIOS of a PC AT and its heirs: interrupt vectors that lead to stubs, and a class for the
 * functions of each. After RESET# the first processor begins with INT 19h.
 *
 * <p>IBM Personal System/2 and Personal Computer BIOS Interface Technical Reference. Not there:
 * option ROMs, BASIC, cassettes, and what a caller in virtual-8086 mode with another page at the
 * address of its pointers would mean.
 */
public final class Bios implements Firmware {
    /**
     * What is wanted of it.
     *
     * @param bootOrder the media to boot, best first
     * @param serialConsole whether screen and keyboard are on the first serial port, too
     */
    public record Settings(List<Medium> bootOrder, boolean serialConsole, Report report) {
        public Settings {
            bootOrder = List.copyOf(bootOrder);
        }
    }

    private static final int CS = 1;

    /** A wait for less is not one for the timer's next tick, which comes every 55 ms. */
    private static final long TICK_NANOS = 55_000_000;

    private static final int MASTER_MASK = 0x21;
    private static final int TIMER_LINE = 1;

    private static final int LAST_VECTOR_USED = 0x77;
    private static final int FIRST_VECTOR_FOR_PROGRAMS = 0x60;
    private static final int LAST_VECTOR_FOR_PROGRAMS = 0x66;

    // spotless:off
    private static final int[] TIMER_HANDLER =    // the tick, INT 1Ch, end of interrupt
        {0x50, 0xE6, 0xB4, 0xCD, 0x1C, 0xB0, 0x20, 0xE6, 0x20, 0x58, 0xCF};
    private static final int[] KEYBOARD_HANDLER = // INT 15h with AH = 4Fh first, which may eat the key
        {0x50, 0xE4, 0x60, 0xB4, 0x4F, 0xF9, 0xCD, 0x15, 0xB4, 0x00, 0x73, 0x02, 0xE6, 0xB4,
         0xB0, 0x20, 0xE6, 0x20,
         0x80, 0xFC, KeyPresses.BREAK, 0x75, 0x02, 0xCD, KeyPresses.BREAK,
         0x80, 0xFC, KeyPresses.PRINT_SCREEN, 0x75, 0x02, 0xCD, KeyPresses.PRINT_SCREEN,
         0x80, 0xFC, KeyPresses.PAUSE, 0x75, 0x0E,        // HLT until the flag is gone
         0xFB, 0x1E, 0x6A, 0x40, 0x1F, 0xF4, 0xF6, 0x06, Bda.SHIFT_FLAGS_2, 0x00, 0x08, 0x75, 0xF8, 0x1F,
         0x80, 0xFC, KeyPresses.SYSTEM_REQUEST, 0x72, 0x08, // INT 15h, AX = 8500h or 8501h
         0x88, 0xE0, 0x2C, 0x85, 0xB4, 0x85, 0xCD, 0x15, 0x58, 0xCF};
    private static final int[] CLOCK_HANDLER =    // INT 4Ah when the alarm rings
        {0x50, 0xE6, 0xB4, 0x84, 0xC0, 0x74, 0x02, 0xCD, 0x4A,
         0xB0, 0x20, 0xE6, 0xA0, 0xE6, 0x20, 0x58, 0xCF};
    private static final int[] REDIRECT_HANDLER = // line 9 was line 2 once
        {0x50, 0xB0, 0x20, 0xE6, 0xA0, 0x58, 0xCD, 0x0A, 0xCF};
    private static final int[] POINTING_HANDLER = // a far call when a packet is complete
        {0x60, 0x1E, 0x06, 0xE4, 0x60, 0xE6, 0xB4, 0x73, 0x0E, 0x53, 0x51, 0x52, 0x6A, 0x00,
         0xFB, 0xFF, 0x1E, 0x22, 0x00, 0xFA, 0x83, 0xC4, 0x08,
         0xB0, 0x20, 0xE6, 0xA0, 0xE6, 0x20, 0x07, 0x1F, 0x61, 0xCF};
    private static final int[] COPROCESSOR_HANDLER =
        {0x50, 0x30, 0xC0, 0xE6, 0xF0, 0xB0, 0x20, 0xE6, 0xA0, 0xE6, 0x20, 0x58, 0xCD, 0x02, 0xCF};
    private static final int[] MASTER_HANDLER =
        {0x50, 0xB0, 0x20, 0xE6, 0x20, 0x58, 0xCF};
    private static final int[] SLAVE_HANDLER =
        {0x50, 0xB0, 0x20, 0xE6, 0xA0, 0xE6, 0x20, 0x58, 0xCF};
    // spotless:on

    private final Board board;
    private final Report report;
    private final SafeMemory memory;
    private final Ports ports;
    private final Bda bda;
    private final Drives drives;
    private final Stubs stubs;
    private final CdromBoot cdromBoot;
    private final SerialConsole serialConsole;
    private final VideoServices video;
    private final DiskServices disks;
    private final SerialServices serial;
    private final PowerManagement power;
    private final PointingDevice pointing;
    private final SystemServices system;
    private final Keyboard keyboard;
    private final TimeServices time;
    private final Bootstrap bootstrap;

    public Bios(Board board, Settings settings) {
        this.board = board;
        report = settings.report();
        memory = new SafeMemory(board.memory(), board.mmio());
        ports = new Ports(board.ports());
        bda = new Bda(memory);
        drives = new Drives(board.disks());
        stubs = new Stubs(memory);
        cdromBoot = new CdromBoot(drives, memory, bda);
        serialConsole = new SerialConsole(ports, settings.serialConsole());
        video = new VideoServices(memory, bda, ports, serialConsole);
        disks = new DiskServices(drives, memory, bda, cdromBoot);
        serial = new SerialServices(bda, ports, board.timers().clock());
        power = new PowerManagement(board.powerOff());
        pointing = new PointingDevice(memory, ports);
        system =
                new SystemServices(
                        memory,
                        bda,
                        ports,
                        board.timers(),
                        new ExtendedMemory(memory, board.map()),
                        power,
                        pointing);
        keyboard = new Keyboard(bda, this::pollConsole);
        time = new TimeServices(bda, ports, new PciBios(ports.pci, memory));
        bootstrap = new Bootstrap(drives, memory, cdromBoot, settings.bootOrder());
    }

    private void pollConsole() {
        serialConsole.poll(keyboard);
    }

    @Override
    public void start() {
        Post.initializeDevices(ports);
        new PciResources(board).assign();
        installVectors();
        Post.fillSegment(memory, drives);
        MpTable.write(memory, board.cpus().size());
        PciRoutingTable.write(memory);
        Post.fillDataArea(bda, memory, drives);
        serialConsole.reset();
        video.reset();
        keyboard.reset();
        time.reset();
        serial.reset();
        system.reset();
        cdromBoot.reset();
        bootstrap.reset();
        begin();
    }

    @Override
    public boolean resume() {
        VirtualCpu first = board.cpus().getFirst();
        CpuRegisters state = new CpuRegisters();
        first.save(state);
        boolean goesOn = ShutdownStatus.goOn(ShutdownStatus.take(ports), state, memory, ports);
        if (goesOn) {
            first.load(state);
        }
        return goesOn;
    }

    // spotless:off
    private void installVectors() {
        stubs.clear();
        for (int vector = 0; vector <= LAST_VECTOR_USED; vector++) {
            stubs.vector(vector, Layout.RETURN);
        }
        for (int v = FIRST_VECTOR_FOR_PROGRAMS; v <= LAST_VECTOR_FOR_PROGRAMS; v++) {
            stubs.vector(v, 0, 0);
        }
        stubs.handler(0x08, this::tick,              1, TIMER_HANDLER);
        stubs.handler(0x09, keyboard.keyPresses::scanCode, 12, KEYBOARD_HANDLER);
        for (int v = 0x0A; v <= 0x0F; v++) {
            stubs.handler(v, MASTER_HANDLER);
        }
        stubs.service(0x10, video);
        stubs.service(0x11, regs -> regs.ax(bda.u16(Bda.EQUIPMENT)));
        stubs.service(0x12, regs -> regs.ax(bda.u16(Bda.MEMORY_KIB)));
        stubs.service(0x13, disks);
        stubs.service(0x14, serial);
        stubs.service(0x15, system);
        stubs.service(0x16, keyboard);
        stubs.service(0x17, new PrinterServices());
        stubs.service(0x18, bootstrap::failed);
        stubs.service(0x19, bootstrap::boot);
        stubs.service(0x1A, time);
        stubs.vector(0x1D, Layout.VIDEO_PARAMETERS);
        stubs.vector(0x1E, Layout.DISKETTE_PARAMETERS);
        stubs.vector(0x1F, Layout.VIDEO_SEGMENT, Layout.FONT_8 + 0x400);
        stubs.service(0x40, disks); // diskettes, where a hard disk has taken INT 13h
        stubs.vector(0x43, Layout.VIDEO_SEGMENT, Layout.FONT_16);
        stubs.handler(0x70, time::clockInterrupt,    1, CLOCK_HANDLER);
        stubs.handler(0x71, REDIRECT_HANDLER);
        for (int v = 0x72; v <= 0x77; v++) {
            stubs.handler(v, SLAVE_HANDLER);
        }
        stubs.handler(0x74, pointing::arrived,       5, POINTING_HANDLER);
        stubs.handler(0x75, COPROCESSOR_HANDLER);
        stubs.fixed(Layout.POWER_ON, _ -> board.reset().run());
        power.reset(stubs.procedure(system), stubs.procedure(system));
    }
    // spotless:on

    private void tick(Registers regs) {
        time.tick(regs);
        pollConsole();
    }

    /** Has the first processor boot. */
    private void begin() {
        VirtualCpu first = board.cpus().getFirst();
        CpuRegisters state = new CpuRegisters();
        first.save(state);
        SegmentState old = state.segments[CS];
        state.segments[CS] =
                new SegmentState(Layout.SEGMENT, Layout.BASE, old.limit(), old.access());
        state.rip = memory.u16(4 * 0x19);
        new Registers(state, memory, false).stack(0, 0x7C00);
        first.load(state);
    }

    @Override
    public void call(int cpu) {
        VirtualCpu processor = board.cpus().get(cpu);
        CpuRegisters state = new CpuRegisters();
        processor.save(state);
        Stub stub = stubs.at(state.segments[CS].base() + state.rip);
        if (stub == null) {
            return;
        }
        Registers regs = new Registers(state, memory, stub.byInterrupt());
        Calls.Call call = Calls.of(stub, regs, report);
        stub.service().serve(regs);
        if (regs.isWaiting()) {
            regs.enableInterrupts();
            regs.jump(stub.wait(mayHalt(regs)));
        } else {
            call.answered(regs);
        }
        processor.load(state);
    }

    /** Whether the timer's interrupt will wake it in time. */
    private boolean mayHalt(Registers regs) {
        long left = regs.until() - board.timers().clock().nanos();
        return left > TICK_NANOS && (ports.in(MASTER_MASK) & TIMER_LINE) == 0;
    }
}
