package dev.lungo.cpu;

import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JNB;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.PAUSE;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.R15D;
import static dev.lungo.isa.Operands.RBP;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Mnemonic;
import dev.lungo.isa.Operand;
import dev.lungo.machine.VmExit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;

/** Several processors that run programs of their own on one memory, in 64-bit mode. */
final class Together implements AutoCloseable {
    /** Where the memory begins that nothing else uses. */
    static final int FREE = 0x20_0000;

    private static final int CODE = 0x10_0000;
    private static final int CODE_BYTES = 0x1_0000;
    private static final int BARRIERS = 0xC0_0000;

    /** How often a processor looks at a barrier until it lets another thread of the host run. */
    private static final int PATIENCE = 100;

    private static final int LOCK = 0xF0;

    private final List<Rig> rigs;

    Together(int count, Rig.Tier tier) {
        rigs = Rig.several(count, tier);
        rigs.forEach(each -> each.longMode(0));
    }

    Rig first() {
        return rigs.getFirst();
    }

    /** Gives a processor its program, which a HLT follows. */
    void program(int processor, Consumer<Assembler> program) {
        long at = CODE + (long) processor * CODE_BYTES;
        byte[] code =
                Assembler.assemble(
                        CodeMode.CODE64,
                        at,
                        a -> {
                            program.accept(a);
                            a.op(HLT);
                        });
        for (int i = 0; i < code.length; i++) {
            first().bytes(at + i, code[i]);
        }
        rigs.get(processor).cpu.setRip(at);
        rigs.get(processor).register(Rig.RSP, Rig.STACK - 0x100L * processor);
    }

    /** Repeats a body so many times, and has all processors begin each together. Uses RBP, R15. */
    void rounds(int processor, int rounds, Consumer<Assembler> body) {
        program(
                processor,
                a -> {
                    a.op(MOV, RBP, imm(BARRIERS)).op(MOV, R15D, imm(rounds));
                    a.label("round");
                    a.db(LOCK).op(INC, mem(4, RBP));
                    awaitNotBelow(a, "barrier", mem(4, RBP), imm(rigs.size()));
                    body.accept(a);
                    a.op(Mnemonic.ADD, RBP, imm(64));
                    a.op(DEC, R15D).jump(JNZ, "round");
                });
    }

    /** Waits until memory is at least so much. Uses EDX. */
    static void awaitNotBelow(Assembler a, String label, Operand memory, Operand least) {
        a.label(label).op(MOV, EDX, imm(PATIENCE));
        a.label(label + " again").op(CMP, memory, least).jump(JNB, label + " over");
        a.op(DEC, EDX).jump(JNZ, label + " again");
        a.op(PAUSE).jump(JMP, label);
        a.label(label + " over");
    }

    /** Runs all until each has halted. */
    void run() throws InterruptedException, ExecutionException {
        List<FutureTask<VmExit>> tasks = new ArrayList<>();
        for (Rig rig : rigs) {
            FutureTask<VmExit> task = new FutureTask<>(rig::run);
            tasks.add(task);
            Thread.ofPlatform().daemon().start(task);
        }
        for (FutureTask<VmExit> each : tasks) {
            assertThat(each.get()).isInstanceOf(VmExit.Halt.class);
        }
    }

    @Override
    public void close() {
        first().close();
    }
}
