package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.Unimplemented;
import java.util.ArrayList;
import java.util.List;

/**
 * EFI_MP_SERVICES_PROTOCOL. PI 1.8, volume 2, "MP Services Protocol" (13.4). The bootstrap
 * processor stays the first one.
 */
public final class MpServices {
    private static final Guid GUID = Guid.parse("3fdda605-a76e-4f46-ad29-12f4531b3d08");

    // StatusFlag
    private static final int AS_BSP = 1;
    private static final int ENABLED = 2;
    private static final int HEALTHY = 4;
    private static final long END_OF_CPU_LIST = 0xFFFF_FFFFL;
    private static final long POLL_NANOS = 200_000;

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

    private MpServices(Protocols protocols, Processors processors) {
        this.protocols = protocols;
        this.processors = processors;
        disabled = new boolean[processors.count()];
    }

    public static void install(Protocols protocols, long handle, Processors processors) {
        MpServices self = new MpServices(protocols, processors);
        long[] members = protocols.members("EFI_MP_SERVICES_PROTOCOL", Member.values(), self::call);
        ByteWriter out = Protocols.pointers(new ByteWriter(), members);
        protocols.install(handle, GUID, protocols.place(out));
    }

    private long call(Member member, Call call) {
        return switch (member) {
            case GetNumberOfProcessors -> getNumberOfProcessors(call);
            case GetProcessorInfo -> getProcessorInfo(call);
            case StartupAllAPs -> startupAll(call);
            case StartupThisAP -> startupThis(call);
            case SwitchBSP -> throw Unimplemented.INSTANCE;
            case EnableDisableAP -> enableDisable(call);
            case WhoAmI -> {
                call.memory().putLong(call.argument(1), 0);
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
        int flags = HEALTHY | (number == 0 ? AS_BSP : 0) | (disabled[(int) number] ? 0 : ENABLED);
        ByteWriter out = new ByteWriter().u64(number).u32(flags);
        out.u32(0).u32(number).u32(0); // Package, Core, Thread
        call.memory().write(call.argument(2), out.toBytes());
        return EfiStatus.SUCCESS;
    }

    private long startupAll(Call call) {
        long function = call.argument(1);
        boolean single = call.bool(2);
        if (function == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        List<Integer> wanted = new ArrayList<>();
        for (int cpu = 1; cpu < processors.count(); cpu++) {
            if (!disabled[cpu]) {
                wanted.add(cpu);
            }
        }
        if (wanted.isEmpty()) {
            return EfiStatus.NOT_STARTED;
        }
        for (int cpu : wanted) {
            if (processors.isBusy(cpu)) {
                return EfiStatus.NOT_READY;
            }
        }
        long end = deadline(call.argument(4));
        List<Integer> failed = new ArrayList<>();
        if (!single) {
            wanted.forEach(cpu -> processors.begin(cpu, function, call.argument(5)));
        }
        for (int cpu : wanted) {
            if (single && failed.isEmpty()) {
                processors.begin(cpu, function, call.argument(5));
            }
            if (single && !failed.isEmpty() || !isDone(cpu, end)) {
                failed.add(cpu);
            }
        }
        signal(call.argument(3));
        return failed.isEmpty() ? EfiStatus.SUCCESS : tellFailed(call, failed);
    }

    private long tellFailed(Call call, List<Integer> failed) {
        failed.forEach(processors::stop);
        if (call.argument(6) != 0) {
            ByteWriter out = new ByteWriter();
            failed.forEach(out::u64);
            byte[] list = out.u64(END_OF_CPU_LIST).toBytes();
            call.memory().putLong(call.argument(6), protocols.give(list));
        }
        return EfiStatus.TIMEOUT;
    }

    private long startupThis(Call call) {
        long function = call.argument(1);
        long number = call.argument(2);
        if (function == 0 || number == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (number < 0 || number >= processors.count()) {
            return EfiStatus.NOT_FOUND;
        }
        int cpu = (int) number;
        if (disabled[cpu]) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (processors.isBusy(cpu)) {
            return EfiStatus.NOT_READY;
        }
        long end = deadline(call.argument(4));
        processors.begin(cpu, function, call.argument(5));
        boolean done = isDone(cpu, end);
        if (!done) {
            processors.stop(cpu);
        }
        if (call.argument(6) != 0) {
            call.memory().putByte(call.argument(6), done ? 1 : 0);
        }
        signal(call.argument(3));
        return done ? EfiStatus.SUCCESS : EfiStatus.TIMEOUT;
    }

    /** Who gives an event is answered when all have returned, and finds it signalled. */
    private void signal(long event) {
        if (event != 0) {
            protocols.events().signal(event);
            protocols.events().dispatch();
        }
    }

    private long deadline(long micros) {
        boolean never = micros <= 0 || micros > Long.MAX_VALUE / 4000;
        return never ? Long.MAX_VALUE : processors.nanos() + micros * 1000;
    }

    private boolean isDone(int cpu, long end) {
        while (processors.isBusy(cpu)) {
            if (processors.nanos() >= end) {
                return false;
            }
            protocols.events().stall(POLL_NANOS);
        }
        return true;
    }

    private long enableDisable(Call call) {
        long number = call.argument(1);
        if (number < 0 || number >= processors.count()) {
            return EfiStatus.NOT_FOUND;
        }
        if (number == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        disabled[(int) number] = !call.bool(2);
        return EfiStatus.SUCCESS;
    }
}
