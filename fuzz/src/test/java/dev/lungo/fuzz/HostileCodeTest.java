package dev.lungo.fuzz;

import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.NOP;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.Operands.CR3;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.SoftEngine;
import dev.lungo.fuzz.GuestMode.Paging;
import dev.lungo.host.HostMemory;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.CpuRegisters;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.LocalApic;
import dev.lungo.machine.MmioBus;
import dev.lungo.machine.PortBus;
import dev.lungo.machine.Timers;
import dev.lungo.machine.VirtualCpu;
import dev.lungo.machine.VmExit;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Code that would have the engine keep ever more, if it let it. */
class HostileCodeTest {
    private static final int TIMES = 100_000;

    /** What a processor may keep in good faith, in bytes. */
    private static final long MOST_KEPT = 12 << 20;

    /** As much code as a processor may keep, in bytes of the heap. */
    private static final long MOST_CACHED = 128 << 20;

    private final HostMemory memory = new HostMemory(64 << 20);
    private final VirtualCpu cpu = processor();

    private VirtualCpu processor() {
        LocalApic apic = new LocalApic(0, new ApicBus(), new Timers(() -> 0));
        VirtualCpu made =
                new SoftEngine()
                        .createCpu(
                                new CpuSetup(
                                        0,
                                        1,
                                        "x86-64-v2",
                                        memory,
                                        new PortBus(),
                                        new MmioBus(),
                                        apic,
                                        () -> 0));
        apic.connect(made.signals());
        return made;
    }

    @Test
    void anInstructionAcrossTwoPagesThatIsWrittenAgainAndAgainIsKeptOnce() {
        long grown =
                growth(
                        Paging.NONE,
                        a -> {
                            a.op(MOV, ECX, imm(TIMES)).label("again");
                            a.op(MOV, abs(1, 0x1FFE, 4), imm(0x05)).jump(JMP, "across");
                            a.at(0x1FFE).label("across").op(ADD, EAX, imm(0x1234567));
                            a.op(DEC, ECX).jump(JNZ, "again").op(HLT);
                        });

        assertThat(grown).isLessThan(MOST_KEPT);
    }

    @Test
    void anInstructionAcrossTwoPagesOfWhichOneIsMappedAgainAndAgainIsKeptOnce() {
        long entry = GuestTables.LEGACY_TABLE + 4 * 2;
        long grown =
                growth(
                        Paging.LEGACY,
                        a -> {
                            a.op(MOV, ECX, imm(TIMES)).label("again");
                            a.op(XOR, abs(4, entry, 4), imm(0x1000)); // page 2 or 3
                            a.op(MOV, EDX, CR3).op(MOV, CR3, EDX).jump(JMP, "across");
                            a.at(0x1FFE).label("across").op(ADD, EAX, imm(0x1234567));
                            repeat(a);
                            a.at(0x3000).db(0x45, 0x23, 0x01);
                            repeat(a);
                        });

        assertThat(grown).isLessThan(MOST_KEPT);
    }

    /** Wherever it is mapped to. */
    private static void repeat(Assembler a) {
        a.op(MOV, EDX, imm(a.address("again"))).op(DEC, ECX).db(0x74, 2).op(JMP, EDX).op(HLT);
    }

    @Test
    void codeThatIsDeadDoesNotKeepTheCodeThatCameAfterIt() {
        long grown =
                growth(
                        Paging.NONE,
                        a -> {
                            a.op(MOV, ECX, imm(TIMES)).jump(JMP, "one");
                            a.at(0x2000).label("one");
                            a.op(MOV, abs(1, a.address("other"), 4), imm(0x90));
                            a.jump(JMP, "other");
                            a.at(0x3000).label("other").op(NOP);
                            a.op(MOV, abs(1, a.address("one"), 4), imm(0xC6));
                            a.op(DEC, ECX).jump(JNZ, "one").op(HLT);
                        });

        assertThat(grown).isLessThan(MOST_KEPT);
    }

    /** Much code with many constants, entered at every instruction. */
    @Test
    void everNewCodeTakesNoMoreThanTheCacheMay() {
        byte[] code = new byte[40 << 20];
        Random random = new Random(1);
        for (int at = 0; at < code.length; at += 8) {
            code[at] = 0x05; // ADD EAX, imm32
            code[at + 1] = (byte) random.nextInt();
            code[at + 2] = (byte) random.nextInt();
            code[at + 5] = (byte) 0xF7; // NOT EAX
            code[at + 6] = (byte) 0xD0;
            code[at + 7] = (byte) (at % 192 == 184 ? 0xC3 : 0x40); // RET, or INC EAX
        }
        memory.write(8 << 20, code);
        long grown =
                growth(
                        Paging.NONE,
                        a -> {
                            a.op(MOV, ECX, imm(70_000)).op(MOV, EBX, imm(8 << 20)).label("again");
                            a.op(CALL, EBX).op(ADD, EBX, imm(8));
                            a.op(DEC, ECX).jump(JNZ, "again").op(HLT);
                        });

        assertThat(grown).isLessThan(MOST_CACHED);
    }

    /** By how many bytes of the heap the processor is larger after this program. */
    private long growth(Paging paging, Consumer<Assembler> program) {
        new GuestTables(memory).write(GuestMode.PROTECTED_32, new Random(1));
        memory.write(0x1F00, Assembler.assemble(CodeMode.CODE32, 0x1F00, program));
        CpuRegisters registers = GuestMode.PROTECTED_32.registers(paging, false);
        registers.rip = 0x1F00;
        cpu.load(registers);
        long before = usedHeap();

        assertThat(cpu.run()).isInstanceOf(VmExit.Halt.class);

        cpu.save(registers);
        assertThat(registers.gpr[1]).isZero(); // ECX: not stopped by a fault
        return usedHeap() - before;
    }

    private static long usedHeap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
