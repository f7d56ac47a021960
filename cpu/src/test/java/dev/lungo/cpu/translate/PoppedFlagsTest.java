package dev.lungo.cpu.translate;

import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.POPF;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.PUSHF;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.ESI;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Operand;
import dev.lungo.isa.Rflags;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** POPF with anything on the stack does what the interpreter does. */
class PoppedFlagsTest {
    private static final int IMAGES = 500;
    private static final int FROM = 0x3000;
    private static final int TO = 0x4000;

    @Test
    void areAsInterpreted() {
        compare(CodeMode.CODE64, rig -> rig.longMode(0));
        compare(CodeMode.CODE64, rig -> rig.longMode(3));
        compare(CodeMode.CODE32, rig -> rig.protectedMode(0));
        compare(CodeMode.CODE32, rig -> rig.protectedMode(3));
        compare(CodeMode.CODE16, Rig::realMode);
    }

    private static void compare(CodeMode code, Consumer<Rig> mode) {
        try (Rig interpreter = Rig.inBlocks();
                Rig rig = Rig.inBlocks(Rig.Tier.NATIVE)) {
            assertThat(images(rig, code, mode)).isEqualTo(images(interpreter, code, mode));
            assertThat(rig.translator().units()).isNotEmpty();
        }
    }

    /** What PUSHF finds behind each POPF. */
    private static long[] images(Rig rig, CodeMode code, Consumer<Rig> mode) {
        mode.accept(rig);
        rig.handlers().bytes(Rig.handler(13), 0xF4); // where HLT is not allowed
        byte[] program = Assembler.assemble(code, Rig.CODE, a -> write(a, code));
        for (int i = 0; i < program.length; i++) {
            rig.bytes(Rig.CODE + i, program[i]);
        }
        Random random = new Random(1);
        for (int i = 0; i < IMAGES; i++) {
            long all = random.nextLong() & ~Rflags.TF;
            rig.put64(FROM + 8 * i, i % 4 == 0 ? all : Rflags.FIXED | all & Rflags.STATUS);
        }
        rig.register(Rig.RCX, IMAGES);
        rig.register(Rig.RSI, FROM);
        rig.cpu.setRip(Rig.CODE);
        rig.run();
        assertThat(rig.register(Rig.RCX)).isZero();
        return LongStream.range(0, IMAGES).map(i -> rig.get64(TO + 8 * i)).toArray();
    }

    private static void write(Assembler a, CodeMode code) {
        Operand.Register at = code == CodeMode.CODE64 ? RSI : ESI;
        Operand.Register image = code == CodeMode.CODE64 ? RAX : code == CodeMode.CODE32 ? EAX : AX;
        int bytes = image.bytes();
        a.label("next").op(MOV, image, mem(bytes, at, 0)).op(PUSH, image).op(POPF);
        a.op(PUSHF).op(POP, image).op(MOV, mem(bytes, at, TO - FROM), image);
        a.op(ADD, at, imm(8)).op(DEC, ECX).jump(JNZ, "next").op(HLT);
    }
}
