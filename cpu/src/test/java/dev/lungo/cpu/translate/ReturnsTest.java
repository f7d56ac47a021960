package dev.lungo.cpu.translate;

import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.AND;
import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.HLT;
import static dev.lungo.isa.Mnemonic.INVLPG;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.RET;
import static dev.lungo.isa.Mnemonic.ROL;
import static dev.lungo.isa.Mnemonic.XCHG;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.R11;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RDX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.RSP;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Returns go where the stack says, whatever was there when its caller left. */
class ReturnsTest {
    private static final int ROUNDS = 50;
    private static final long CODE = 0x20_0000;
    private static final long STACK = 0x38_0000;

    /** With the same low half. */
    private static final long OTHER_STACK = STACK + 0x1_0000;

    // Where Rig has them.
    private static final long DIRECTORY = 0x20000 + 0x2000;
    private static final long TABLE = 0x18_0000;

    /** Two pages of 4 KiB that take turns at the first one's place. */
    private static final long PAGE = 0x4000;

    private static final long OTHER_PAGE = 0x6000;

    private static void assertLikeTheInterpreter(Consumer<Assembler> round) {
        try (Rig interpreter = Rig.inBlocks();
                Rig rig = Rig.inBlocks(Rig.Tier.NATIVE)) {
            assertThat(run(rig, round)).isEqualTo(run(interpreter, round));
            assertThat(rig.translator().units()).isNotEmpty();
            assertThat(rig.translator().statistics.guarded()).isZero();
        }
    }

    /** Returns what it makes of RAX round by round. */
    private static long run(Rig rig, Consumer<Assembler> round) {
        rig.longMode(0).handlers();
        for (int i = 0; i < 512; i++) {
            rig.put64(TABLE + 8L * i, 0x1000L * i | 0x63);
        }
        rig.put64(DIRECTORY, TABLE | 0x63);
        put(
                rig,
                CODE,
                a -> {
                    a.op(MOV, EBX, imm(ROUNDS)).label("round");
                    round.accept(a);
                });
        put(rig, PAGE, a -> a.op(CALL, R11).op(ADD, RAX, imm(0x1234)).op(RET));
        put(rig, OTHER_PAGE, a -> a.op(CALL, R11).op(ADD, RAX, imm(0x56789)).op(RET));
        rig.register(Rig.RAX, 1);
        rig.register(Rig.RSP, STACK);
        rig.cpu.setRip(CODE);
        rig.run();
        assertThat(rig.register(Rig.RBX)).isZero();
        return rig.register(Rig.RAX);
    }

    private static void put(Rig rig, long at, Consumer<Assembler> written) {
        byte[] code = Assembler.assemble(CodeMode.CODE64, at, written);
        for (int i = 0; i < code.length; i++) {
            rig.bytes(at + i, code[i]);
        }
    }

    private static void again(Assembler a) {
        a.op(ROL, RAX, imm(1)).op(DEC, EBX).jump(JNZ, "round").op(HLT);
    }

    @Test
    void fromDeeperThanIsRemembered() {
        assertLikeTheInterpreter(a -> {
            a.op(MOV, ECX, imm(5000)).jump(CALL, "deeper");
            again(a);
            a.label("deeper").op(ROL, RAX, imm(3)).op(DEC, ECX).jump(JNZ, "further").op(RET);
            a.label("further").jump(CALL, "deeper").op(ADD, RAX, imm(7)).op(RET);
        });
    }

    @Test
    void toAnAddressThatWasChanged() {
        assertLikeTheInterpreter(a -> {
            a.jump(CALL, "changes").db(0x48, 0x05, 0, 16, 0, 0); // add rax, 1000h
            again(a);
            a.label("changes").op(XOR, RDX, imm(6)); // every other time behind the addition
            a.op(ADD, mem(8, RSP, 0), RDX).op(RET);
        });
    }

    @Test
    void toTheOtherOfTwoStacks() {
        assertLikeTheInterpreter(a -> {
            a.op(MOV, RSI, imm(OTHER_STACK)).jump(CALL, "one").op(ADD, RAX, imm(3));
            again(a);
            a.label("one").op(XCHG, RSP, RSI).jump(CALL, "two").op(XCHG, RSP, RSI).op(RET);
            a.label("two").op(ROL, RAX, imm(5)).op(RET);
        });
    }

    @Test
    void toCodeThatWasWrittenMeanwhile() {
        assertLikeTheInterpreter(a -> {
            a.jump(CALL, "writes").label("back").db(0x48, 0x05, 1, 0, 0, 0); // add rax, imm32
            again(a);
            a.label("writes").op(MOV, RSI, imm(a.address("back")));
            a.op(MOV, mem(1, RSI, 2), AL).op(RET);
        });
    }

    @Test
    void toAPageThatIsAnotherMeanwhile() {
        assertLikeTheInterpreter(a -> {
            a.op(MOV, R11, imm(a.address("changes"))).op(MOV, RSI, imm(PAGE)).op(CALL, RSI);
            again(a);
            a.label("changes").op(MOV, RDX, RAX).op(AND, RDX, imm(PAGE ^ OTHER_PAGE)); // perhaps
            a.op(XOR, abs(8, TABLE + 8 * (PAGE >> 12), 8), RDX);
            a.op(INVLPG, mem(0, RSI, 0)).op(RET);
        });
    }
}
