package dev.lungo.conformance.engines;

import static dev.lungo.isa.Mnemonic.ADC;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.CLC;
import static dev.lungo.isa.Mnemonic.CLI;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.CPUID;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.IRET;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.RDTSC;
import static dev.lungo.isa.Mnemonic.STI;
import static dev.lungo.isa.Mnemonic.WRMSR;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.CR8;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RBX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.isa.Assembler;
import dev.lungo.isa.Msr;
import dev.lungo.isa.Rflags;
import dev.lungo.isa.Width;
import dev.lungo.machine.IoApic;
import dev.lungo.machine.Pic8259Pair;
import dev.lungo.machine.VmExit;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Interrupts, NMIs and sleep, on every engine and tier. */
class InterruptsTest {
    private static final int NMI = 2;
    private static final int GP = 13;
    private static final int VECTOR = 0x40;
    private static final int PORT = 0x80;
    private static final long APIC = 0xFEE0_0000L;
    private static final int SVR = 0xF0;
    private static final int ICR = 0x300;

    /** A bit of the ICR: the shorthand. */
    private static final int TO_ITSELF = 1 << 18;

    private static final int EOI = 0xB0;
    private static final int LVT_TIMER = 0x320;
    private static final int INITIAL_COUNT = 0x380;

    /** An instruction of two bytes whose device does something. */
    private static final int OUT_BYTES = 2;

    private static void setBase(Assembler a, long value) {
        a.op(MOV, ECX, imm(Msr.IA32_APIC_BASE)).op(MOV, EAX, imm(value));
        a.op(MOV, EDX, imm(0)).op(WRMSR);
    }

    private static void eoiAndReturn(Assembler a) {
        a.op(MOV, RSI, imm(APIC)).op(MOV, mem(4, RSI, EOI), imm(0)).db(0x48).op(IRET);
    }

    private static long pushedRip(Bench bench) {
        return bench.memory.getLong(Bench.STACK - 40);
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptIsTakenAtTheBoundaryBehindTheInstructionThatCausedIt(Way way) {
        int length = 12;
        for (int at = 0; at < length; at++) {
            try (Bench bench = new Bench(way).longMode(0).with(all -> all.rflags = Rflags.IF)) {
                bench.ports.map(PORT, 1, Devices.port((_, _) -> bench.interrupt(VECTOR)));
                writeWithOut(bench, length, at);
                bench.handle(VECTOR, a -> a.op(HLT));

                bench.run();

                assertThat(pushedRip(bench)).isEqualTo(Bench.CODE + 2L * at + OUT_BYTES);
                assertThat(bench.register(Bench.RBX)).isEqualTo(at);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anNmiIsTakenAtTheBoundaryBehindTheInstructionThatCausedIt(Way way) {
        int length = 12;
        for (int at = 0; at < length; at++) {
            try (Bench bench = new Bench(way).longMode(0)) {
                bench.ports.map(PORT, 1, Devices.port((_, _) -> bench.nmi()));
                writeWithOut(bench, length, at);
                bench.handle(NMI, a -> a.op(HLT));

                bench.run();

                assertThat(pushedRip(bench)).isEqualTo(Bench.CODE + 2L * at + OUT_BYTES);
                assertThat(bench.register(Bench.RBX)).isEqualTo(at);
            }
        }
    }

    /** So many instructions of two bytes, of which one writes to the port and the others count. */
    private static void writeWithOut(Bench bench, int length, int at) {
        bench.code(a -> {
            for (int i = 0; i < length; i++) {
                if (i == at) {
                    a.op(OUT, imm(PORT), AL);
                } else {
                    a.op(INC, EBX);
                }
            }
            a.op(HLT);
        });
    }

    @ParameterizedTest
    @EnumSource
    void aRepeatedInstructionIsInterruptedBetweenRepetitions(Way way) {
        way.assumeOneThread();
        try (Bench bench = new Bench(way).longMode(0).with(all -> all.rflags = Rflags.IF)) {
            int[] written = new int[1];
            bench.ports.map(
                    PORT,
                    1,
                    Devices.port((_, _) -> {
                        if (++written[0] == 3) {
                            bench.interrupt(VECTOR);
                        }
                    }));
            bench.code(a -> {
                a.op(MOV, EDX, imm(PORT)).op(MOV, RSI, imm(Bench.DATA)).op(MOV, ECX, imm(5000));
                a.db(0xF3).string(dev.lungo.isa.Mnemonic.OUTS, 1).op(HLT);
            });
            bench.handle(VECTOR, a -> a.op(MOV, RBX, RCX).op(HLT));

            bench.run();

            assertThat(pushedRip(bench)).isEqualTo(Bench.CODE + 5 + 7 + 5);
            assertThat(bench.register(Bench.RBX)).isBetween(1L, 4997L);
            assertThat(written[0]).isEqualTo(5000 - (int) bench.register(Bench.RBX));
        }
    }

    @ParameterizedTest
    @EnumSource
    void anInterruptWaitsForTheInstructionBehindSti(Way way) {
        Quirks.assumeInterruptsAreTakenAtOnce(way);
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(STI).op(CLC).op(CLI).op(HLT));
            bench.handle(VECTOR, a -> a.op(HLT));
            bench.interrupt(VECTOR);

            bench.run();

            assertThat(bench.registers().rip).isEqualTo(Bench.handler(VECTOR) + 1);
            assertThat(pushedRip(bench)).isEqualTo(Bench.CODE + 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void stiAndCliSideBySideLetNothingIn(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(STI).op(CLI).op(HLT));
            bench.handle(VECTOR, a -> a.op(HLT));
            bench.interrupt(VECTOR);

            VmExit exit = bench.run();

            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.registers().rip).isEqualTo(Bench.CODE + 3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hltSleepsUntilAnInterruptComes(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(STI).op(HLT).op(INC, EBX).op(CLI).op(HLT));
            bench.handle(VECTOR, a -> a.db(0x48).op(IRET));

            VmExit first = bench.run();
            VmExit again = bench.run();
            long asleepAt = bench.registers().rip;
            bench.interrupt(VECTOR);
            VmExit second = bench.run();

            assertThat(first).isInstanceOf(VmExit.Halt.class);
            assertThat(again).isInstanceOf(VmExit.Halt.class);
            assertThat(asleepAt).isEqualTo(Bench.CODE + 2);
            assertThat(second).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.register(Bench.RBX)).isEqualTo(1);
            assertThat(pushedRip(bench)).isEqualTo(Bench.CODE + 2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void hltWithInterruptsDisabledSleepsOnButForAnNmi(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(HLT).op(INC, EBX).op(HLT));
            bench.handle(VECTOR, a -> a.op(HLT));
            bench.handle(NMI, a -> a.op(INC, ECX).db(0x48).op(IRET));

            bench.run();
            bench.interrupt(VECTOR);
            VmExit stillAsleep = bench.run();
            long asleepAt = bench.registers().rip;
            bench.nmi();
            bench.run();

            assertThat(stillAsleep).isInstanceOf(VmExit.Halt.class);
            assertThat(asleepAt).isEqualTo(Bench.CODE + 1);
            assertThat(bench.register(Bench.RBX)).isEqualTo(1);
            assertThat(bench.register(Bench.RCX)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ofNmisThatCameTogetherTwoAreTaken(Way way) {
        Quirks.assumeTwoNmisAreTakenAlike(way);
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(NOP).label("end").op(HLT).jump(JMP, "end"));
            bench.handle(NMI, a -> a.op(INC, ECX).db(0x48).op(IRET));
            bench.nmi();
            bench.nmi();
            bench.nmi();

            bench.run();

            assertThat(bench.register(Bench.RCX)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anNmiKeepsOthersOutUntilIret(Way way) {
        Quirks.assumeTwoNmisAreTakenAlike(way);
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.ports.map(PORT, 1, Devices.port((_, _) -> bench.nmi()));
            bench.code(a -> a.op(OUT, imm(PORT), AL).label("end").op(HLT).jump(JMP, "end"));
            bench.handle(
                    NMI,
                    a -> {
                        a.op(INC, ECX)
                                .op(MOV, RBX, abs(8, Bench.DATA, 8))
                                .op(INC, abs(8, Bench.DATA, 8));
                        a.op(CMP, ECX, imm(1)).jump(JNZ, "end");
                        a.op(OUT, imm(PORT), AL)
                                .op(MOV, abs(8, Bench.DATA, 8), imm(7))
                                .label("end");
                        a.db(0x48).op(IRET);
                    });

            bench.run();

            assertThat(bench.register(Bench.RCX)).isEqualTo(2);
            assertThat(bench.register(Bench.RBX)).isEqualTo(7); // the first was over by then
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTaskPriorityHoldsInterruptsBack(Way way) {
        Quirks.assumeInterruptsAreTakenAtOnce(way);
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, EAX, imm(VECTOR >> 4)).op(MOV, CR8, RAX).op(STI).op(NOP).op(INC, EBX);
                a.op(MOV, EAX, imm(0)).op(MOV, CR8, RAX).op(NOP).op(INC, EBX).op(HLT);
            });
            bench.handle(VECTOR, a -> a.op(HLT));
            bench.interrupt(VECTOR);

            bench.run();

            assertThat(bench.register(Bench.RBX)).isEqualTo(1);
            assertThat(bench.registers().rip).isEqualTo(Bench.handler(VECTOR) + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anEndOfInterruptLetsTheNextIn(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> a.op(STI).label("end").op(HLT).jump(JMP, "end"));
            bench.handle(
                    VECTOR,
                    a -> {
                        a.op(INC, EBX);
                        eoiAndReturn(a);
                    });
            bench.handle(
                    VECTOR + 1,
                    a -> {
                        a.op(ADD, EBX, imm(0x100));
                        eoiAndReturn(a);
                    });
            bench.interrupt(VECTOR);
            bench.interrupt(VECTOR + 1);

            bench.run();

            assertThat(bench.register(Bench.RBX)).isEqualTo(0x101);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anX2apicSendsToItself(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> {
                setBase(a, APIC | 0xD00);
                a.op(MOV, ECX, imm(Msr.IA32_X2APIC_SELF_IPI));
                a.op(MOV, EAX, imm(VECTOR)).op(WRMSR).op(STI).op(NOP).op(HLT);
            });
            bench.handle(VECTOR, a -> a.op(HLT));

            bench.run();

            assertThat(bench.registers().rip).isEqualTo(Bench.handler(VECTOR) + 1);
        }
    }

    /** With no exit on the way that would tell of it. */
    @ParameterizedTest
    @EnumSource
    void anX2apicThatWasDisabledIsAnXapicWhenItIsEnabled(Way way) {
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> {
                setBase(a, APIC | 0xD00);
                a.op(OUT, imm(PORT), AL);
                setBase(a, APIC | 0x100);
                setBase(a, APIC | 0x900);
                a.op(MOV, RSI, imm(APIC)).op(MOV, mem(4, RSI, SVR), imm(0x1FF));
                a.op(MOV, mem(4, RSI, ICR), imm(TO_ITSELF | VECTOR)).op(STI).op(NOP).op(HLT);
            });
            bench.handle(VECTOR, a -> a.op(HLT));

            bench.run();

            assertThat(bench.registers().rip).isEqualTo(Bench.handler(VECTOR) + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aLevelThatStaysInterruptsAgainAfterItsEnd(Way way) {
        way.assumeOneBoard();
        int pin = 9;
        try (Bench bench = new Bench(way).longMode(0)) {
            IoApic ioApic = new IoApic(0, bench.bus);
            ioApic.write(0, Width.DWORD, 0x10 + 2 * pin);
            ioApic.write(0x10, Width.DWORD, 1 << 15 | VECTOR);
            bench.ports.map(PORT, 1, Devices.port((_, _) -> ioApic.set(pin, false)));
            // It does not halt: a KVM that interprets ring 0 may do so before it tells of the EOI.
            bench.code(a -> {
                a.op(STI).label("wait").op(CMP, EBX, imm(3)).jump(JNZ, "wait").op(CLI).op(HLT);
            });
            bench.handle(
                    VECTOR,
                    a -> {
                        a.op(INC, EBX).op(CMP, EBX, imm(3)).jump(JNZ, "more");
                        a.op(OUT, imm(PORT), AL).label("more");
                        eoiAndReturn(a);
                    });
            ioApic.set(pin, true);

            bench.run();

            assertThat(bench.register(Bench.RBX)).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the8259InterruptsThroughItsWire(Way way) {
        way.assumeOneBoard();
        try (Bench bench = new Bench(way).longMode(0)) {
            Pic8259Pair pic = new Pic8259Pair(bench.bus::lint0);
            bench.bus.connectInta(pic::acknowledge);
            bench.ports.map(0x20, 2, pic.master());
            bench.code(a -> {
                for (int word : new int[] {0x11, VECTOR, 4, 1}) { // ICW1 to ICW4
                    a.op(MOV, EAX, imm(word)).op(OUT, imm(word == 0x11 ? 0x20 : 0x21), AL);
                }
                a.op(STI).label("end").op(HLT).jump(JMP, "end");
            });
            bench.handle(
                    VECTOR + 3,
                    a -> {
                        a.op(INC, EBX).op(MOV, EAX, imm(0x20)).op(OUT, imm(0x20), AL);
                        a.db(0x48).op(IRET);
                    });
            bench.run();

            for (int i = 0; i < 2; i++) {
                pic.set(3, true);
                pic.set(3, false);
                bench.run();
                pic.set(3, true);
                bench.run();
                pic.set(3, false);
            }

            assertThat(bench.register(Bench.RBX)).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void theTimerOfTheApicWakes(Way way) throws InterruptedException {
        way.assumeOneBoard();
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, RSI, imm(APIC)).op(MOV, mem(4, RSI, LVT_TIMER), imm(VECTOR));
                a.op(MOV, mem(4, RSI, INITIAL_COUNT), imm(10_000_000)); // 20 ms
                a.op(STI).op(HLT).op(CLI).op(INC, ECX).label("end").op(HLT).jump(JMP, "end");
            });
            bench.handle(
                    VECTOR,
                    a -> {
                        a.op(INC, EBX);
                        eoiAndReturn(a);
                    });

            for (int i = 0; i < 1000 && bench.register(Bench.RCX) == 0; i++) {
                bench.run();
                Thread.sleep(1);
                bench.timers.runDue();
            }

            assertThat(bench.register(Bench.RBX)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeadlineOfTheTscWakes(Way way) throws InterruptedException {
        way.assumeOneBoard();
        try (Bench bench = new Bench(way).longMode(0)) {
            bench.code(a -> {
                a.op(MOV, EAX, imm(1)).op(CPUID).op(MOV, abs(4, Bench.DATA, 8), ECX);
                a.op(MOV, RSI, imm(APIC)).op(MOV, mem(4, RSI, LVT_TIMER), imm(1 << 18 | VECTOR));
                a.op(MOV, EBX, imm(0)).op(MOV, ECX, imm(0)).op(RDTSC);
                a.op(ADD, EAX, imm(20_000_000)).op(ADC, EDX, imm(0));
                a.op(MOV, ECX, imm(Msr.IA32_TSC_DEADLINE)).op(WRMSR).op(MOV, ECX, imm(0));
                a.op(STI).op(HLT).op(CLI).op(INC, ECX).label("end").op(HLT).jump(JMP, "end");
            });
            bench.handle(
                    VECTOR,
                    a -> {
                        a.op(INC, EBX);
                        eoiAndReturn(a);
                    });
            bench.handle(GP, a -> a.op(HLT));

            for (int i = 0; i < 1000 && bench.register(Bench.RCX) != 1; i++) {
                bench.run();
                boolean known = (bench.memory.getInt(Bench.DATA) & 1 << 24) != 0;
                assumeTrue(known, "this engine's local APIC has no such timer");
                Thread.sleep(1);
                bench.timers.runDue();
            }

            assertThat(bench.register(Bench.RBX)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void ring3IsInterrupted(Way way) throws InterruptedException {
        way.assumeOneThread();
        try (Bench bench = new Bench(way).longMode(3).with(all -> all.rflags = Rflags.IF)) {
            bench.code(a -> a.label("here").op(INC, EBX).jump(JMP, "here"));
            bench.handle(VECTOR, a -> a.op(HLT));
            Thread device =
                    Thread.ofPlatform()
                            .start(() -> {
                                sleep(20);
                                bench.interrupt(VECTOR);
                            });

            VmExit exit = bench.run();

            device.join();
            assertThat(exit).isInstanceOf(VmExit.Halt.class);
            assertThat(bench.registers().rip).isEqualTo(Bench.handler(VECTOR) + 1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noInterruptOfAnotherThreadIsLost(Way way) throws InterruptedException {
        way.assumeOneThread();
        int wanted = 2000;
        try (Bench bench = new Bench(way).longMode(0).with(all -> all.rflags = Rflags.IF)) {
            bench.code(a -> a.label("here").op(INC, EBX).jump(JMP, "here"));
            bench.handle(
                    VECTOR,
                    a -> {
                        a.op(INC, abs(4, Bench.DATA, 8)).op(MOV, RSI, imm(APIC));
                        a.op(MOV, mem(4, RSI, EOI), imm(0)).op(OUT, imm(PORT), AL);
                        a.db(0x48).op(IRET);
                    });
            Semaphore taken = new Semaphore(1);
            bench.ports.map(
                    PORT,
                    1,
                    Devices.port((_, _) -> {
                        if (bench.memory.getInt(Bench.DATA) == wanted) {
                            bench.cpu().kick();
                        }
                        taken.release();
                    }));
            Thread device =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int sent = 0; sent < wanted; sent++) {
                                    taken.acquireUninterruptibly();
                                    bench.interrupt(VECTOR);
                                }
                            });

            VmExit exit = bench.run();

            device.join();
            assertThat(exit).isInstanceOf(VmExit.Kicked.class);
            assertThat(bench.memory.getInt(Bench.DATA)).isEqualTo(wanted);
        }
    }

    @ParameterizedTest
    @EnumSource
    void noKickIsLost(Way way) throws InterruptedException {
        way.assumeOneThread();
        int wanted = 3000;
        try (Bench bench = new Bench(way).longMode(3)) {
            bench.code(a -> a.label("here").op(INC, EBX).jump(JMP, "here"));
            SynchronousQueue<Integer> stopped = new SynchronousQueue<>();
            Thread other =
                    Thread.ofPlatform()
                            .start(() -> {
                                for (int i = 0; i < wanted; i++) {
                                    for (int wait = 0; wait < i % 50; wait++) {
                                        Thread.onSpinWait();
                                    }
                                    bench.cpu().kick();
                                    take(stopped);
                                }
                            });

            for (int i = 0; i < wanted; i++) {
                assertThat(bench.run()).isInstanceOf(VmExit.Kicked.class);
                stopped.put(i);
            }

            other.join();
        }
    }

    private static void take(SynchronousQueue<Integer> queue) {
        try {
            queue.take();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
