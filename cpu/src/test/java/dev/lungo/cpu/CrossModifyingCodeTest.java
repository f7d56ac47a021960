package dev.lungo.cpu;

import static dev.lungo.cpu.Together.awaitNotBelow;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.AND;
import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.JZ;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.R15D;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RDI;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Code that one processor writes and another runs. SDM 3A, section 9.1.3. */
@ParameterizedClass
@EnumSource
@Timeout(120)
class CrossModifyingCodeTest {
    private static final int TIMES = Integer.getInteger("lungo.crossModifyingTimes", 300);

    /** What is said last where a page has two. */
    private static final int LAST = 2 * TIMES;

    // Words that the two share, in lines of their own.
    private static final long SAID = 0x1F_0000;
    private static final int DONE = 0x40;
    private static final int WRONG = 0x80;

    private static final long FUNCTIONS = Together.FREE;

    /** mov eax,1; ret. Where the immediate is can be written in one piece. */
    private static final long RETURN_ONE = 0xC3_0000_0001_B8L;

    private final Rig.Tier tier;

    CrossModifyingCodeTest(Rig.Tier tier) {
        this.tier = tier;
    }

    @Test
    void aProcessorRunsWhatAnotherHasWrittenBeforeItSaidSo() throws Exception {
        try (Together processors = new Together(2, tier)) {
            processors.first().put64(FUNCTIONS + 3, RETURN_ONE);
            processors.program(
                    0,
                    a -> {
                        a.op(MOV, RDI, imm(FUNCTIONS + 3)).op(MOV, RSI, imm(SAID));
                        a.op(MOV, R15D, imm(0));
                        a.label("time").op(INC, R15D);
                        a.op(MOV, mem(4, RDI, 1), R15D).op(MOV, mem(4, RSI), R15D);
                        awaitNotBelow(a, "done", mem(4, RSI, DONE), R15D);
                        a.op(CMP, R15D, imm(TIMES)).jump(JNZ, "time");
                    });
            processors.program(
                    1,
                    a -> {
                        a.op(MOV, RDI, imm(FUNCTIONS + 3)).op(MOV, RSI, imm(SAID));
                        a.op(MOV, R15D, imm(0));
                        a.label("time").op(INC, R15D);
                        awaitNotBelow(a, "said", mem(4, RSI), R15D);
                        a.op(CALL, RDI).op(CMP, EAX, R15D).jump(JZ, "right");
                        a.op(INC, mem(4, RSI, WRONG));
                        a.label("right").op(MOV, mem(4, RSI, DONE), R15D);
                        a.op(CMP, R15D, imm(TIMES)).jump(JNZ, "time");
                    });

            processors.run();

            assertThat(processors.first().get32(SAID + DONE)).isEqualTo(TIMES);
            assertThat(processors.first().get32(SAID + WRONG)).isZero();
        }
    }

    /** Each time on another page, to which the writer still can write without a word. */
    @Test
    void aWriteIsNotMissedThatComesWhileTheCodeIsReadForTheFirstTime() throws Exception {
        try (Together processors = new Together(2, tier)) {
            processors.program(
                    0,
                    a -> {
                        a.op(MOV, RDI, imm(FUNCTIONS)).op(MOV, RSI, imm(SAID));
                        a.op(MOV, R15D, imm(0)).op(MOV, RAX, imm(RETURN_ONE));
                        a.label("page");
                        a.op(MOV, mem(8, RDI, 3), RAX);
                        a.op(ADD, R15D, imm(1)).op(MOV, mem(4, RSI), R15D);
                        a.op(MOV, ECX, R15D).op(AND, ECX, imm(0x3FE)).op(INC, ECX);
                        a.label("later").op(DEC, ECX).jump(JNZ, "later");
                        a.op(MOV, mem(4, RDI, 4), imm(2));
                        a.op(ADD, R15D, imm(1)).op(MOV, mem(4, RSI), R15D);
                        awaitNotBelow(a, "done", mem(4, RSI, DONE), R15D);
                        a.op(ADD, RDI, imm(0x1000));
                        a.op(CMP, R15D, imm(LAST)).jump(JNZ, "page");
                    });
            processors.program(
                    1,
                    a -> {
                        a.op(MOV, RDI, imm(FUNCTIONS + 3)).op(MOV, RSI, imm(SAID));
                        a.op(MOV, R15D, imm(0));
                        a.label("page").op(ADD, R15D, imm(1));
                        awaitNotBelow(a, "said", mem(4, RSI), R15D);
                        a.op(ADD, R15D, imm(1));
                        a.label("again").op(MOV, EBX, mem(4, RSI));
                        a.op(CALL, RDI).op(CMP, EBX, R15D).jump(JNZ, "again");
                        a.op(CMP, EAX, imm(2)).jump(JZ, "right");
                        a.op(INC, mem(4, RSI, WRONG));
                        a.label("right").op(MOV, mem(4, RSI, DONE), R15D);
                        a.op(ADD, RDI, imm(0x1000));
                        a.op(CMP, R15D, imm(LAST)).jump(JNZ, "page");
                    });

            processors.run();

            assertThat(processors.first().get32(SAID + DONE)).isEqualTo(LAST);
            assertThat(processors.first().get32(SAID + WRONG)).isZero();
        }
    }
}
