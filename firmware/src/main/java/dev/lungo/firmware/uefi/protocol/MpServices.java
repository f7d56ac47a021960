package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.Stubs;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * EFI_MP_SERVICES_PROTOCOL. PI 1.8, volume 2, "MP Services Protocol" (13.4). The bootstrap
 * processor stays the first one.
 */
public final class MpServices {
    private static final Guid GUID = Guid.parse("3fdda605-a76e-4f46-ad29-12f4531b3d08");

    private static final String NAME = "EFI_MP_SERVICES_PROTOCOL";

    // StatusFlag
    private static final int AS_BSP = 1;
    private static final int ENABLED = 2;
    private static final int HEALTHY = 4;
    private static final long END_OF_CPU_LIST = 0xFFFF_FFFFL;
    private static final long POLL_NANOS = 200_000;

    /** How often work that nobody waits for is looked after: 1 ms, in units of 100 ns. */
    private static final long TICK_UNITS = 10_000;

    /** GetProcessorInfo(): CPU_V2_EXTENDED_TOPOLOGY, which asks for a second location. */
    private static final long EXTENDED = 1L << 24;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        GetNumberOfProcessors, GetProcessorInfo, StartupAllAPs, StartupThisAP, SwitchBSP,
        EnableDisableAP, WhoAmI
        // spotless:on
    }

    /** Starts the other processors. */
    public interface Processors {
        int count();

        /** Has one that does nothing call a function with an argument, on its own stack. */
        void begin(int cpu, long function, long argument);

        /** Whether it has not returned from that. */
        boolean isBusy(int cpu);

        /** Takes it out of whatever it does. */
        void stop(int cpu);

        long nanos();
    }

    private final Protocols protocols;
    private final Processors processors;
    private final boolean[] disabled;
    private final boolean[] unhealthy;

    /** What is done while nobody waits for it, and the event by which it is looked after. */
    private final List<Work> under = new ArrayList<>();

    private final long ticker;

    private MpServices(Protocols protocols, Processors processors) {
        this.protocols = protocols;
        this.processors = processors;
        disabled = new boolean[processors.count()];
        unhealthy = new boolean[processors.count()];
        ticker = protocols.events().createTimer(this::tick);
    }

    public static void install(Protocols protocols, long handle, Processors processors) {
        MpServices self = new MpServices(protocols, processors);
        long[] members = protocols.members(NAME, Member.values(), self::call);
        ByteWriter out = Protocols.pointers(new ByteWriter(), members);
        protocols.install(handle, GUID, protocols.place(out));
    }

    /** Whether a function may be called by other processors than the first. */
    public static boolean isMember(Stubs.Function function) {
        return function.table().equals(NAME);
    }

    private long call(Member member, Call call) {
        if (call.cpu() != 0 && member != Member.WhoAmI) {
            return EfiStatus.DEVICE_ERROR;
        }
        return switch (member) {
            case GetNumberOfProcessors -> getNumberOfProcessors(call);
            case GetProcessorInfo -> getProcessorInfo(call);
            case StartupAllAPs -> startupAll(call);
            case StartupThisAP -> startupThis(call);
            case SwitchBSP -> switchBsp(call);
            case EnableDisableAP -> enableDisable(call);
            case WhoAmI -> {
                call.memory().putLong(call.argument(1), call.cpu());
                yield EfiStatus.SUCCESS;
            }
        };
    }

    private long getNumberOfProcessors(Call call) {
        if (call.argument(1) == 0 || call.argument(2) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        int enabled = 0;
        for (boolean each : disabled) {
            enabled += each ? 0 : 1;
        }
        call.memory().putLong(call.argument(1), processors.count());
        call.memory().putLong(call.argument(2), enabled);
        return EfiStatus.SUCCESS;
    }

    /** EFI_PROCESSOR_INFORMATION: one package, a core for each. */
    private long getProcessorInfo(Call call) {
        long number = call.argument(1) & 0xFF_FFFF;
        if (call.argument(2) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (number >= processors.count()) {
            return EfiStatus.NOT_FOUND;
        }
        int flags = number == 0 ? AS_BSP : 0;
        flags |= disabled[(int) number] ? 0 : ENABLED;
        flags |= unhealthy[(int) number] ? 0 : HEALTHY;
        ByteWriter out = new ByteWriter().u64(number).u32(flags);
        out.u32(0).u32(number).u32(0); // Package, Core, Thread
        if ((call.argument(1) & EXTENDED) != 0) {
            out.u32(0).u32(0).u32(0).u32(0).u32(number).u32(0); // Module, Tile, Die, too
        }
        call.memory().write(call.argument(2), out.toBytes());
        return EfiStatus.SUCCESS;
    }

    // ---- Starting

    /**
     * What some processors are to do.
     *
     * @param one whether it was StartupThisAP(), which reports by a BOOLEAN and not by a list
     */
    private record Work(
            boolean one,
            long function,
            long argument,
            boolean single,
            long end,
            long event,
            long resultAt,
            ArrayDeque<Integer> waiting,
            List<Integer> running) {}

    private long startupAll(Call call) {
        ArrayDeque<Integer> wanted = new ArrayDeque<>();
        boolean busy = false;
        for (int cpu = 1; cpu < processors.count(); cpu++) {
            if (!disabled[cpu]) {
                wanted.add(cpu);
                busy |= isBusy(cpu);
            }
        }
        if (call.argument(1) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (wanted.isEmpty()) {
            return EfiStatus.NOT_STARTED;
        }
        return busy ? EfiStatus.NOT_READY : begin(call, false, call.bool(2), wanted);
    }

    private long startupThis(Call call) {
        long number = call.argument(2);
        if (call.argument(1) == 0 || number == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (number < 0 || number >= processors.count()) {
            return EfiStatus.NOT_FOUND;
        }
        int cpu = (int) number;
        if (disabled[cpu]) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (isBusy(cpu)) {
            return EfiStatus.NOT_READY;
        }
        return begin(call, true, false, new ArrayDeque<>(List.of(cpu)));
    }

    private boolean isBusy(int cpu) {
        for (Work each : under) {
            if (each.waiting.contains(cpu)) {
                return true;
            }
        }
        return processors.isBusy(cpu);
    }

    /** Who gives an event does not wait; it is signalled when all have returned. */
    private long begin(Call call, boolean one, boolean single, ArrayDeque<Integer> wanted) {
        long event = call.argument(3);
        if (event != 0 && !protocols.events().exists(event)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Work work =
                new Work(
                        one,
                        call.argument(1),
                        call.argument(5),
                        single,
                        deadline(call.argument(4)),
                        event,
                        call.argument(6),
                        wanted,
                        new ArrayList<>());
        if (event == 0) {
            while (!goOn(work)) {
                protocols.events().stall(POLL_NANOS);
            }
            return finish(work);
        }
        if (!goOn(work)) {
            under.add(work);
            protocols.events().setPeriod(ticker, TICK_UNITS);
        } else {
            finish(work);
            protocols.events().dispatch();
        }
        return EfiStatus.SUCCESS;
    }

    /** Whether nothing is left to be done, because all is, or because its time is over. */
    private boolean goOn(Work work) {
        work.running.removeIf(cpu -> !processors.isBusy(cpu));
        while (!work.waiting.isEmpty() && (!work.single || work.running.isEmpty())) {
            int cpu = work.waiting.remove();
            processors.begin(cpu, work.function, work.argument);
            work.running.add(cpu);
        }
        return work.running.isEmpty() || processors.nanos() >= work.end;
    }

    private long finish(Work work) {
        work.running.forEach(processors::stop);
        List<Integer> failed = new ArrayList<>(work.running);
        failed.addAll(work.waiting);
        LinearMemory memory = protocols.memory();
        boolean reports = work.resultAt != 0 && memory.contains(work.resultAt, work.one ? 1 : 8);
        if (reports && work.one) {
            memory.putByte(work.resultAt, failed.isEmpty() ? 1 : 0);
        } else if (reports) {
            ByteWriter list = new ByteWriter();
            failed.forEach(list::u64);
            memory.putLong(
                    work.resultAt,
                    failed.isEmpty() ? 0 : protocols.give(list.u64(END_OF_CPU_LIST).toBytes()));
        }
        if (work.event != 0) {
            protocols.events().signal(work.event);
        }
        return failed.isEmpty() ? EfiStatus.SUCCESS : EfiStatus.TIMEOUT;
    }

    /** Looks after the work that nobody waits for. */
    private void tick() {
        for (Work each : new ArrayList<>(under)) {
            if (goOn(each)) {
                under.remove(each);
                finish(each);
            }
        }
        if (under.isEmpty()) {
            protocols.events().setPeriod(ticker, 0);
        }
    }

    private long deadline(long micros) {
        boolean never = micros <= 0 || micros > Long.MAX_VALUE / 4000;
        return never ? Long.MAX_VALUE : processors.nanos() + micros * 1000;
    }

    // ---- Which processors there are

    private long enableDisable(Call call) {
        long number = call.argument(1);
        if (number < 0 || number >= processors.count()) {
            return EfiStatus.NOT_FOUND;
        }
        if (number == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (call.argument(3) != 0) {
            unhealthy[(int) number] = (call.memory().getInt(call.argument(3)) & HEALTHY) == 0;
        }
        disabled[(int) number] = !call.bool(2);
        return EfiStatus.SUCCESS;
    }

    /** "SwitchBSP()": a platform need not be able to, and this one is not. */
    private long switchBsp(Call call) {
        long number = call.argument(1);
        if (number < 0 || number >= processors.count()) {
            return EfiStatus.NOT_FOUND;
        }
        boolean fits = number != 0 && !disabled[(int) number];
        return fits ? EfiStatus.UNSUPPORTED : EfiStatus.INVALID_PARAMETER;
    }
}
