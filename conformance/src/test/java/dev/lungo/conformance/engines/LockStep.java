package dev.lungo.conformance.engines;

import dev.lungo.host.HostMemory;
import dev.lungo.isa.Width;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.BusWatcher;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.MmioDevice;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.WidePortDevice;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An engine that runs a guest on two others side by side, instruction by instruction, and stops at
 * the first difference with both states: see {@link LockStepCpu}.
 *
 * <p>The first engine's machine is the one that tests see. The second has memory and interrupt
 * controllers of its own, and no devices: what it reads of them is what the first has read, and
 * what it writes to them must be what the first has written.
 */
final class LockStep implements Engine {
    private final Engine first;
    private final Engine second;

    /** Of the machine made last. */
    private @Nullable Twin twin;

    LockStep(Engine first, Engine second) {
        this.first = first;
        this.second = second;
    }

    @Override
    public String name() {
        return "lock-step";
    }

    @Override
    public VirtualCpu createCpu(CpuSetup setup) {
        if (setup.index() == 0 || twin == null) {
            twin = new Twin(setup);
        }
        return new LockStepCpu(
                twin,
                each -> first.createCpu(each.of(setup, first)),
                each -> second.createCpu(each.ofTwin(setup, second)));
    }

    /** Makes one of two processors. */
    interface Maker {
        VirtualCpu make(Stops stops);
    }

    /** Stops a processor after each instruction: a tracer that kicks it. */
    static final class Stops {
        private final Twin twin;
        private @Nullable VirtualCpu cpu;
        private long count;

        Stops(Twin twin) {
            this.twin = twin;
        }

        void stop(VirtualCpu each) {
            cpu = each;
        }

        /** How many instructions there were. */
        long count() {
            return count;
        }

        private CpuSetup of(CpuSetup setup, Engine engine) {
            return with(setup, engine, setup.memory(), setup.ports(), setup.mmio(), setup.apic());
        }

        private CpuSetup ofTwin(CpuSetup setup, Engine engine) {
            LocalApic apic = twin.addApic();
            return with(setup, engine, twin.memory, twin.ports, twin.mmio, apic);
        }

        private CpuSetup with(
                CpuSetup setup,
                Engine engine,
                dev.lungo.machine.GuestMemory memory,
                PortBus ports,
                MmioBus mmio,
                LocalApic apic) {
            return new CpuSetup(
                    setup.index(),
                    setup.count(),
                    engine.cpuModels().getLast(),
                    memory,
                    ports,
                    mmio,
                    apic,
                    setup.clock(),
                    (_, _, _, _) -> {
                        count++;
                        if (cpu != null) {
                            cpu.kick();
                        }
                    });
        }
    }

    /** An access of the first machine to a device. */
    private record Access(
            boolean port,
            boolean write,
            long address,
            Width width,
            long value,
            List<Runnable> consequences) {
        @Override
        public String toString() {
            return "%s of %s %x, %s: %x"
                    .formatted(
                            write ? "write" : "read",
                            port ? "port" : "memory",
                            address,
                            width,
                            value);
        }
    }

    /** The second machine. */
    static final class Twin {
        /** Above all RAM that a bench has, up to where no guest-physical address is. */
        private static final long DEVICES = 1 << 30;

        private static final long ADDRESSES = 1L << 39;

        private static final int MOST_STEPS_BEHIND = 100;

        final HostMemory memory;
        final PortBus ports = new PortBus();
        final MmioBus mmio = new MmioBus();
        final List<LocalApic> apics = new ArrayList<>();
        private final HostMemory original;
        final ApicBus apicBus = new ApicBus();
        private final Timers timers;
        private final Deque<Access> accesses = new ArrayDeque<>();
        private List<Runnable> consequences = new ArrayList<>();

        /** Has the first machine go on when the second is ahead of it. */
        private Runnable catchUp = () -> {};

        private boolean firstRuns;

        private Twin(CpuSetup setup) {
            original = (HostMemory) setup.memory();
            memory = new HostMemory(original.bytes());
            timers = new Timers(setup.clock());
            setup.ports().watch(recorder(true));
            setup.mmio().watch(recorder(false));
            ports.map(0, 1 << 16, replayedPorts());
            mmio.map(DEVICES, ADDRESSES, replayedMemory());
        }

        private LocalApic addApic() {
            LocalApic apic = new LocalApic(apics.size(), apicBus, timers);
            apics.add(apic);
            return apic;
        }

        /** The second memory is made what the first is. */
        void copyMemory() {
            dev.lungo.host.Raw.copy(
                    original.hostAddress(0), memory.hostAddress(0), original.bytes());
        }

        /** The first guest-physical address at which the memories differ, or -1. */
        long difference() {
            for (long at = 0; at < original.bytes(); at += 8) {
                if (original.getLong(at) != memory.getLong(at)) {
                    return at;
                }
            }
            return -1;
        }

        /** What happens to the first machine now is to happen to the second at the same point. */
        void mirror(Runnable action) {
            if (firstRuns) {
                consequences.add(action);
            } else {
                action.run();
            }
        }

        void firstRuns(boolean runs) {
            firstRuns = runs;
        }

        void catchUpBy(Runnable action) {
            catchUp = action;
        }

        void forget() {
            accesses.clear();
            consequences = new ArrayList<>();
        }

        private BusWatcher recorder(boolean port) {
            return new BusWatcher() {
                @Override
                public void read(long address, Width width, long value) {
                    record(false, address, width, value);
                }

                @Override
                public void write(long address, Width width, long value) {
                    record(true, address, width, value);
                }

                private void record(boolean write, long address, Width width, long value) {
                    accesses.add(new Access(port, write, address, width, value, consequences));
                    consequences = new ArrayList<>();
                }
            };
        }

        private long replay(boolean port, boolean write, long address, Width width, long value) {
            for (int i = 0; accesses.isEmpty() && i < MOST_STEPS_BEHIND; i++) {
                catchUp.run();
            }
            Access access = accesses.poll();
            Access made =
                    new Access(
                            port,
                            write,
                            address,
                            width,
                            write || access == null ? value : access.value,
                            List.of());
            if (access == null || !access.toString().equals(made.toString())) {
                throw new AssertionError("first " + access + ", second " + made);
            }
            access.consequences.forEach(Runnable::run);
            return access.value;
        }

        private PortDevice replayedPorts() {
            return new WidePortDevice() {
                @Override
                public int read(int offset, Width width) {
                    return (int) replay(true, false, offset, width, 0);
                }

                @Override
                public void write(int offset, Width width, int value) {
                    replay(true, true, offset, width, value & width.mask());
                }
            };
        }

        private MmioDevice replayedMemory() {
            return new MmioDevice() {
                @Override
                public long read(long offset, Width width) {
                    return replay(false, false, DEVICES + offset, width, 0);
                }

                @Override
                public void write(long offset, Width width, long value) {
                    replay(false, true, DEVICES + offset, width, value);
                }
            };
        }
    }
}
