package dev.lungo.firmware.uefi;

import dev.lungo.boot.Guid;
import dev.lungo.boot.pe.PeImage;
import dev.lungo.firmware.Board;
import dev.lungo.firmware.PciResources;
import dev.lungo.firmware.Report;
import dev.lungo.firmware.uefi.Stubs.Function;
import dev.lungo.firmware.uefi.boottime.BootService;
import dev.lungo.firmware.uefi.boottime.BootServices;
import dev.lungo.firmware.uefi.boottime.DriverServices;
import dev.lungo.firmware.uefi.boottime.Event;
import dev.lungo.firmware.uefi.boottime.EventServices;
import dev.lungo.firmware.uefi.boottime.FileReader;
import dev.lungo.firmware.uefi.boottime.HandleDatabase;
import dev.lungo.firmware.uefi.boottime.Image;
import dev.lungo.firmware.uefi.boottime.ImageServices;
import dev.lungo.firmware.uefi.boottime.MemoryServices;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.MiscellaneousServices;
import dev.lungo.firmware.uefi.boottime.OpenServices;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.firmware.uefi.boottime.Pool;
import dev.lungo.firmware.uefi.boottime.ProtocolServices;
import dev.lungo.firmware.uefi.console.Consoles;
import dev.lungo.firmware.uefi.driver.ConsoleDrivers;
import dev.lungo.firmware.uefi.driver.DiskDrivers;
import dev.lungo.firmware.uefi.driver.DisplayDriver;
import dev.lungo.firmware.uefi.driver.Drivers;
import dev.lungo.firmware.uefi.driver.NetworkDriver;
import dev.lungo.firmware.uefi.driver.PciDriver;
import dev.lungo.firmware.uefi.hii.HiiDatabase;
import dev.lungo.firmware.uefi.manager.BootManager;
import dev.lungo.firmware.uefi.manager.BootMenu;
import dev.lungo.firmware.uefi.protocol.DevicePathTexts;
import dev.lungo.firmware.uefi.protocol.DevicePathUtilities;
import dev.lungo.firmware.uefi.protocol.MpServices;
import dev.lungo.firmware.uefi.protocol.Protocols;
import dev.lungo.firmware.uefi.protocol.ResetNotification;
import dev.lungo.firmware.uefi.protocol.Rng;
import dev.lungo.firmware.uefi.protocol.SerialIo;
import dev.lungo.firmware.uefi.protocol.SerialTerminal;
import dev.lungo.firmware.uefi.protocol.SimpleTextInput;
import dev.lungo.firmware.uefi.protocol.Timestamp;
import dev.lungo.firmware.uefi.protocol.UnicodeCollation;
import dev.lungo.firmware.uefi.runtime.RealTimeClock;
import dev.lungo.firmware.uefi.runtime.RuntimeService;
import dev.lungo.firmware.uefi.runtime.RuntimeServices;
import dev.lungo.firmware.uefi.runtime.SystemServices;
import dev.lungo.firmware.uefi.runtime.TimeServices;
import dev.lungo.firmware.uefi.runtime.VariableServices;
import dev.lungo.firmware.uefi.runtime.VirtualMemoryServices;
import dev.lungo.firmware.uefi.variables.VariableStore;
import dev.lungo.isa.Cr0;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.VirtualCpu;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;

/** Everything between one RESET# and the next: tables, services, handles, and who answers. */
final class Session {
    private static final int RAX = 0;
    private static final int RSP = 4;
    private static final long BOOT_STUB_PAGES = 4;
    private static final long RUNTIME_STUB_PAGES = 1;

    /** UEFI 2.10, "x64 Platforms" (2.3.4): 128 KiB or more. */
    private static final long STACK_BYTES = 256 << 10;

    private final Board board;
    private final Report report;
    private final PageMap pages;
    private final LinearMemory own;
    private final Stubs bootStubs;
    private final Stubs runtimeStubs;
    private final PageMap.Piece runtimeCode;
    private final ProcessorState state;
    private final GuestCalls calls;
    private final EventServices events;
    private final ImageServices images;
    private final SystemTable table;
    private final ConfigurationTables configuration;
    private final VirtualMemoryServices virtualMemory;
    private final VariableServices variables;
    private final MiscellaneousServices miscellaneous;
    private final BootManager manager;
    private final ResetNotification resetNotification;
    private final OtherProcessors others;
    private final NetworkDriver networks;

    /** Behind the OUT by which the boot manager's next step is asked for. */
    private final long managerOut;

    /** Behind that which images' entry points return to. */
    private final long imageReturnOut;

    private final long managerEntry;

    /** What was called and is not there. */
    private final Set<String> missing = new HashSet<>();

    private boolean exited;
    private boolean exitAnnounced;

    Session(Board board, Uefi.Settings settings, int resets) {
        this.board = board;
        report = settings.report();
        VariableStore store = settings.variables();
        pages = new PageMap(board.map());
        own = new LinearMemory(board.memory(), LongUnaryOperator.identity());
        Pool pool = new Pool(pages);
        runtimeCode = code(MemoryType.RUNTIME_SERVICES_CODE, RUNTIME_STUB_PAGES);
        PageMap.Piece bootCode = code(MemoryType.BOOT_SERVICES_CODE, BOOT_STUB_PAGES);
        runtimeStubs = stubs(runtimeCode);
        bootStubs = stubs(bootCode);
        state = new ProcessorState(board.memory(), board.map(), pages, bootStubs, STACK_BYTES);
        calls = new GuestCalls(board, state, runtimeStubs);
        events = new EventServices(board.timers(), calls, pool);
        HandleDatabase handles = new HandleDatabase(pool, events, this::noteMissing);
        Protocols protocols = new Protocols(own, bootStubs, pool, handles, events);
        DriverServices services = new DriverServices(handles, calls, pool, own);
        long firmware = protocols.handle(DevicePath.EMPTY);

        RealTimeClock clock = new RealTimeClock(board.ports());
        virtualMemory = new VirtualMemoryServices(this::convert);
        variables = new VariableServices(store);
        SystemServices system = new SystemServices(this::reset, resets);
        RuntimeServices runtime =
                new RuntimeServices(new TimeServices(clock), virtualMemory, variables, system);
        BootServices[] boot = new BootServices[1];
        long[] bootFunctions =
                bootStubs.add(
                        "EFI_BOOT_SERVICES",
                        BootService.values(),
                        (slot, call) -> boot[0].call(slot, call));
        long[] runtimeFunctions =
                runtimeStubs.add("EFI_RUNTIME_SERVICES", RuntimeService.values(), runtime);
        table = new SystemTable(own, pool, bootFunctions, runtimeFunctions);
        configuration = new ConfigurationTables(protocols, table);

        byte[] loop = {0x0F, 0x1F, 0x00, (byte) 0xE6, (byte) 0xB4, (byte) 0xEB, (byte) 0xFC};
        loop[0] = (byte) 0x90;
        loop[1] = (byte) 0xDB; // fninit
        loop[2] = (byte) 0xE3;
        managerEntry = bootStubs.place(loop, 1);
        managerOut = managerEntry + 5;
        byte[] back = {(byte) 0xE6, (byte) 0xB4, (byte) 0xEB, (byte) 0xFC};
        long imageReturn = bootStubs.place(back, 1);
        imageReturnOut = imageReturn + 2;

        FileReader files = new FileReader(own, pool, handles, services, calls);
        images =
                new ImageServices(
                        board.memory(),
                        own,
                        pages,
                        pool,
                        handles,
                        services,
                        events,
                        calls,
                        files,
                        (image, why) -> verify(image, store, why),
                        board.tellUser(),
                        table.address(),
                        imageReturn);
        images.installFirmware(firmware);
        miscellaneous =
                new MiscellaneousServices(
                        events, table, system::nextMonotonicCount, board.timers(), this::watchdog);
        ProtocolServices installing = new ProtocolServices(handles, services, events, pool);
        OpenServices opens = new OpenServices(handles, services, pool, firmware);
        boot[0] =
                new BootServices(
                        events,
                        new MemoryServices(pages, pool),
                        installing,
                        opens,
                        images,
                        services,
                        miscellaneous,
                        this::exitBootServices);

        new LegacyInterrupts(board.ports()).mask();
        new PciResources(board).assign();
        SerialTerminal terminal = new SerialTerminal(board.ports(), board.timers().clock());
        terminal.reset();
        SimpleTextInput input = new SimpleTextInput(protocols, terminal, calls);
        Consoles consoles = new Consoles(protocols, store, input);
        setConsoles(consoles, input);
        DevicePathUtilities.install(protocols, firmware);
        DevicePathTexts.install(protocols, firmware);
        UnicodeCollation.install(protocols, firmware);
        HiiDatabase.install(protocols, firmware);
        Rng.install(protocols, firmware, settings.entropy());
        Timestamp.install(protocols, firmware, board.timers().clock());
        resetNotification = new ResetNotification(protocols, firmware, calls);
        others = new OtherProcessors(board, calls, state, pages, bootStubs);
        MpServices.install(protocols, firmware, others);
        PciDriver pci = new PciDriver(protocols, board, pages, List.of(ConsoleDrivers.SERIAL_PORT));
        DiskDrivers disks =
                new DiskDrivers(
                        protocols, services, calls, board, pci, () -> clock.time().toFileTime());
        ConsoleDrivers serial =
                new ConsoleDrivers(
                        protocols,
                        services,
                        new SerialIo(protocols, board.ports()),
                        input,
                        terminal,
                        consoles);
        Drivers drivers = new Drivers(protocols, services, installing, opens, firmware);
        networks = new NetworkDriver(protocols, board, pages, pci);
        drivers.addAll(
                pci,
                disks,
                networks,
                serial,
                new DisplayDriver(protocols, services, board, consoles));
        services.connectAll(pci.root());
        consoles.tell(ConsoleDrivers.TERMINAL);
        settings.kernel().ifPresent(each -> each.install(protocols));
        manager =
                new BootManager(
                        store,
                        images,
                        files,
                        events,
                        () -> disks.volumes(settings.bootOrder()),
                        settings.kernel(),
                        miscellaneous::setWatchdog,
                        new BootMenu(input, consoles.output(), events),
                        firmware,
                        board.tellUser());
    }

    private PageMap.Piece code(int type, long count) {
        long at = pages.allocate(type, count, Long.MAX_VALUE, PageMap.PAGE);
        if (at < 0) {
            throw new dev.lungo.boot.BootException(
                    "UEFI does not fit into so little memory; give the machine more");
        }
        return new PageMap.Piece(type, at, count);
    }

    private Stubs stubs(PageMap.Piece code) {
        return new Stubs(board.memory(), code.start(), code.pages() * PageMap.PAGE);
    }

    private void setConsoles(Consoles consoles, SimpleTextInput input) {
        var output = new SystemTable.Console(consoles.handle(), consoles.output().address());
        table.setConsoles(
                new SystemTable.Console(consoles.handle(), input.address()), output, output);
    }

    /** Has the first processor begin with the boot manager. */
    void begin() {
        board.cpus().getFirst().load(state.registers(managerEntry));
    }

    /** The next session has begun. */
    void end() {
        events.stop();
        miscellaneous.setWatchdog(0);
    }

    // ---- Calls

    void call(int cpu) {
        VirtualCpu processor = board.cpus().get(cpu);
        CpuRegisters registers = new CpuRegisters();
        processor.save(registers);
        LinearMemory memory = LinearMemory.of(board.memory(), registers);
        boolean real = (registers.cr0 & Cr0.PE) == 0;
        long rip = registers.rip + (real ? registers.segments[1].base() : 0);
        if (!memory.contains(rip - 1, 1)) {
            return;
        }
        long behindOut = memory.physical(rip - 1) + 1;
        if (cpu != 0 && !exited && others.serve(cpu, behindOut, registers)) {
            return;
        }
        Function runtime = runtimeStubs.at(behindOut);
        if (runtime != null) {
            synchronized (this) {
                answer(runtime, new Call(cpu, registers, memory));
            }
            finish(cpu, processor, registers);
            return;
        }
        if ((cpu != 0 || !callInside(behindOut, registers)) && !exited) {
            Function function = bootStubs.at(behindOut);
            if (function != null && (cpu == 0 || MpServices.isMember(function))) {
                answer(function, new Call(cpu, registers, memory));
                finish(cpu, processor, registers);
            }
        }
    }

    private void finish(int cpu, VirtualCpu processor, CpuRegisters registers) {
        if (cpu == 0) {
            calls.leave(registers);
        } else {
            processor.load(registers);
        }
    }

    /** What is called by the firmware's own code; false if this is not such a call. */
    private boolean callInside(long behindOut, CpuRegisters registers) {
        if (calls.takeReturn(behindOut, registers)) {
            return true;
        }
        if (exited) {
            return false;
        }
        if (behindOut == managerOut) {
            manager.step(registers);
            calls.leave(registers);
        } else if (behindOut == imageReturnOut) {
            images.returned(registers);
            calls.leave(registers);
        } else if (calls.isInterrupt(behindOut)) {
            events.dispatch();
            calls.leave(registers);
        } else if (state.isException(behindOut)) {
            exception(registers);
        } else {
            return false;
        }
        return true;
    }

    private void answer(Function function, Call call) {
        CpuRegisters registers = call.registers();
        long status;
        boolean isThere = true;
        try {
            status = function.service().applyAsLong(call);
        } catch (BadPointer _) {
            status = EfiStatus.INVALID_PARAMETER;
        } catch (OutOfResources _) {
            status = EfiStatus.OUT_OF_RESOURCES;
        } catch (Unimplemented _) {
            status = EfiStatus.UNSUPPORTED;
            isThere = false;
            tellMissing(function, call);
        }
        registers.gpr[RAX] = status;
        if (report.isWanted()) {
            report.called(function.fullName(), caller(call), EfiStatus.name(status), isThere);
        }
    }

    private String caller(Call call) {
        try {
            return describe(call.returnAddress());
        } catch (BadPointer _) {
            return "nowhere";
        }
    }

    private void noteMissing(Guid protocol) {
        report.called("protocol " + protocol, "LocateProtocol", "EFI_NOT_FOUND", false);
    }

    /** Once for each. */
    private void tellMissing(Function function, Call call) {
        if (missing.add(function.fullName())) {
            board.tellUser()
                    .accept(function.fullName() + " is not there, but called by " + caller(call));
        }
    }

    /** An address in words: the image that it is in, and how far. */
    private String describe(long address) {
        Image image = exited ? null : images.at(address);
        return image == null
                ? Long.toHexString(address) + "h"
                : image.name() + "+" + Long.toHexString(address - image.base()) + "h";
    }

    /** SDM 3A, "IA-32e Mode Stack Usage After Privilege Level Change" (figure 6-9). */
    private void exception(CpuRegisters registers) {
        long rsp = registers.gpr[RSP];
        try {
            long vector = own.getLong(rsp);
            board.tellUser()
                    .accept(
                            "Exception "
                                    + vector
                                    + " at "
                                    + describe(own.getLong(rsp + 16))
                                    + ", error code "
                                    + Long.toHexString(own.getLong(rsp + 8))
                                    + "h"
                                    + (vector == 14
                                            ? ", address " + Long.toHexString(registers.cr2) + "h"
                                            : "")
                                    + ": what was started cannot go on");
        } catch (BadPointer _) {
            board.tellUser().accept("What was started cannot go on: it has lost its stack");
        }
        registers.idtLimit = 0;
        board.cpus().getFirst().load(registers);
    }

    private void watchdog() {
        board.tellUser()
                .accept("The watchdog timer's time is over: what was started did not set it anew");
        board.reset().run();
    }

    // ---- The end of boot services

    /** "ExitBootServices()" (7.4.6). */
    private long exitBootServices(Call call) {
        if (!exitAnnounced) {
            exitAnnounced = true;
            events.signalGroup(Event.GROUP_BEFORE_EXIT_BOOT_SERVICES);
        }
        if (call.argument(1) != pages.key()) {
            return EfiStatus.INVALID_PARAMETER;
        }
        events.signalGroup(Event.GROUP_EXIT_BOOT_SERVICES);
        networks.stop();
        configuration.describeRuntimeMemory(pages, runtimeCode);
        end();
        exited = true;
        variables.exitBootServices();
        virtualMemory.exitBootServices();
        table.exitBootServices();
        return EfiStatus.SUCCESS;
    }

    private static long verify(PeImage image, VariableStore store, Consumer<String> why) {
        Optional<String> refusal = store.refusal(image);
        refusal.ifPresent(why);
        boolean refused = refusal.isPresent() && store.secureBoot().isEnforced();
        return refused ? EfiStatus.ACCESS_DENIED : EfiStatus.SUCCESS;
    }

    private void convert(LongUnaryOperator virtual) {
        events.signalGroup(Event.GROUP_VIRTUAL_ADDRESS_CHANGE);
        images.convert(virtual);
        table.convert(virtual);
    }

    private void reset(Call call, boolean shutdown) {
        if (!exited) {
            resetNotification.tell(call);
            events.signalGroup(Event.GROUP_RESET_SYSTEM);
        }
        (shutdown ? board.powerOff() : board.reset()).run();
    }
}
