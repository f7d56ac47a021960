package dev.lungo.bench;

import dev.lungo.host.HostMemory;
import dev.lungo.isa.Cr0;
import dev.lungo.kvm.KvmEngine;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuRegisters.SegmentState;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.PortDevice;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What an exit of KVM's costs in Java, all the way to a device behind the port bus and back,
 * against a C program that does nothing in between: processor time, by turns, in one run.
 */
public final class PortExit {
    private static final int EXITS = 20_000;
    private static final int WARM_ROUNDS = 3;
    private static final int ROUNDS = 15;
    private static final long CODE = 0x1000;
    private static final byte[] LOOP = {(byte) 0xEE, (byte) 0xEB, (byte) 0xFD}; // out dx,al; jmp
    private static final int PORT = 0x3F8;
    private static final int RDX = 2;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private final VirtualCpu cpu;
    private int left;

    private PortExit() {
        HostMemory memory = new HostMemory(64 << 10);
        memory.write(CODE, LOOP);
        PortBus ports = new PortBus();
        ports.map(PORT, 1, new Counter());
        Timers timers = new Timers(System::nanoTime);
        KvmEngine engine = new KvmEngine();
        cpu =
                engine.createCpu(
                        new CpuSetup(
                                0,
                                1,
                                engine.cpuModels().getFirst(),
                                memory,
                                ports,
                                new MmioBus(),
                                new LocalApic(0, new ApicBus(), timers),
                                timers.clock()));
        CpuRegisters registers = new CpuRegisters();
        Arrays.fill(registers.segments, SegmentState.flatData(0x10));
        registers.segments[1] = SegmentState.flatCode32(0x08);
        registers.tr = new SegmentState(0, 0, 0x67, 0x8B);
        registers.cr0 = Cr0.PE | Cr0.ET | Cr0.NE;
        registers.rip = CODE;
        registers.gpr[RDX] = PORT;
        cpu.load(registers);
    }

    /** Stops the processor after so many bytes. */
    private final class Counter implements PortDevice {
        @Override
        public int read(int offset) {
            return 0;
        }

        @Override
        public void write(int offset, int value) {
            if (--left == 0) {
                cpu.kick();
            }
        }
    }

    private double round() {
        left = EXITS;
        long begun = THREADS.getCurrentThreadCpuTime();
        cpu.run();
        return (double) (THREADS.getCurrentThreadCpuTime() - begun) / EXITS;
    }

    /** {@code PortExit PROGRAM}: the C program, compiled. */
    public static void main(String[] arguments) throws IOException {
        PortExit java = new PortExit();
        List<Double> ofJava = new ArrayList<>();
        List<Double> ofC = new ArrayList<>();
        for (int round = -WARM_ROUNDS; round < ROUNDS; round++) {
            double c = inC(arguments[0]);
            double nanos = java.round();
            if (round >= 0) {
                ofC.add(c);
                ofJava.add(nanos);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "port exit on KVM: C %.0f ns, Java %.0f ns, ratio %.3f%n",
                median(ofC),
                median(ofJava),
                median(ofJava) / median(ofC));
        java.cpu.close();
    }

    private static double inC(String program) throws IOException {
        Process process = new ProcessBuilder(program, "2", String.valueOf(EXITS)).start();
        try (var reader = process.inputReader()) {
            return reader.lines().mapToDouble(Double::parseDouble).min().orElseThrow();
        }
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
