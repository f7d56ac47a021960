package dev.lungo.cpu;

import static dev.lungo.isa.Mnemonic.ADC;
import static dev.lungo.isa.Mnemonic.ADD;
import static dev.lungo.isa.Mnemonic.BTC;
import static dev.lungo.isa.Mnemonic.CMPXCHG;
import static dev.lungo.isa.Mnemonic.CMPXCHG16B;
import static dev.lungo.isa.Mnemonic.CMPXCHG8B;
import static dev.lungo.isa.Mnemonic.DEC;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.JZ;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.PAUSE;
import static dev.lungo.isa.Mnemonic.STC;
import static dev.lungo.isa.Mnemonic.SUB;
import static dev.lungo.isa.Mnemonic.TEST;
import static dev.lungo.isa.Mnemonic.XADD;
import static dev.lungo.isa.Mnemonic.XCHG;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.R15D;
import static dev.lungo.isa.Operands.RAX;
import static dev.lungo.isa.Operands.RBX;
import static dev.lungo.isa.Operands.RCX;
import static dev.lungo.isa.Operands.RDX;
import static dev.lungo.isa.Operands.RSI;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Assembler;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Locked instructions of several processors on one operand. SDM 3A, "Bus Locking". */
@ParameterizedClass
@EnumSource
@Timeout(120)
class LockedAccessTest {
    private static final int TIMES = Integer.getInteger("lungo.lockedTimes", 20_000);

    /** What stops all others for each access. */
    private static final int SELDOM = 300;

    private static final int PROCESSORS = 3;
    private static final int LOCK = 0xF0;
    private static final long AT = Together.FREE;

    /** So far into a page that an operand crosses into the next. */
    private static final long ACROSS = AT + 0x1000 - 2;

    private final Rig.Tier tier;

    LockedAccessTest(Rig.Tier tier) {
        this.tier = tier;
    }

    @Test
    void noIncrementIsLost() throws Exception {
        assertThat(after(TIMES, AT, a -> a.db(LOCK).op(INC, mem(8, RSI))))
                .isEqualTo((long) PROCESSORS * TIMES);
    }

    @Test
    void noByteIncrementChangesItsNeighbours() throws Exception {
        long sum = after(TIMES, AT + 3, a -> a.db(LOCK).op(INC, mem(1, RSI)));

        assertThat(sum).isEqualTo(PROCESSORS * TIMES & 0xFF);
    }

    @Test
    void aCarryIsAddedOnceHoweverOftenTheAccessIsTried() throws Exception {
        assertThat(after(TIMES, AT, a -> a.op(STC).db(LOCK).op(ADC, mem(8, RSI), imm(1))))
                .isEqualTo(2L * PROCESSORS * TIMES);
    }

    @Test
    void exchangeAndAddHandsOutEachNumberOnce() throws Exception {
        assertThat(
                        after(
                                TIMES,
                                AT,
                                a ->
                                        a.op(MOV, EAX, imm(1))
                                                .db(LOCK)
                                                .op(XADD, mem(4, RSI), EAX)
                                                // the sum of all numbers handed out
                                                .db(LOCK)
                                                .op(ADD, mem(8, RSI, 0x40), RAX)))
                .isEqualTo((long) PROCESSORS * TIMES);
    }

    @Test
    void compareAndExchangeSucceedsForOneAtATime() throws Exception {
        assertThat(
                        after(
                                TIMES,
                                AT,
                                a -> {
                                    a.op(MOV, RAX, mem(8, RSI));
                                    a.label("again").op(MOV, RBX, RAX).op(ADD, RBX, imm(1));
                                    a.db(LOCK).op(CMPXCHG, mem(8, RSI), RBX).jump(JNZ, "again");
                                }))
                .isEqualTo((long) PROCESSORS * TIMES);
    }

    @Test
    void compareAndExchangeOfEightBytesSucceedsForOneAtATime() throws Exception {
        assertThat(
                        after(
                                TIMES,
                                AT,
                                a -> {
                                    a.op(MOV, EAX, mem(4, RSI)).op(MOV, EDX, mem(4, RSI, 4));
                                    a.label("again").op(MOV, EBX, EAX).op(MOV, ECX, EDX);
                                    a.op(ADD, EBX, imm(1)).op(ADC, ECX, imm(0));
                                    a.db(LOCK).op(CMPXCHG8B, mem(8, RSI)).jump(JNZ, "again");
                                }))
                .isEqualTo((long) PROCESSORS * TIMES);
    }

    @Test
    void compareAndExchangeOfSixteenBytesSucceedsForOneAtATime() throws Exception {
        int times = tier == Rig.Tier.NATIVE ? TIMES : SELDOM;
        assertThat(
                        after(
                                times,
                                AT,
                                a -> {
                                    a.op(MOV, RAX, mem(8, RSI)).op(MOV, RDX, mem(8, RSI, 8));
                                    a.label("again").op(MOV, RBX, RAX).op(MOV, RCX, RDX);
                                    a.op(ADD, RBX, imm(1)).op(ADC, RCX, imm(0));
                                    a.db(LOCK).op(CMPXCHG16B, mem(16, RSI)).jump(JNZ, "again");
                                }))
                .isEqualTo((long) PROCESSORS * times);
    }

    @Test
    void anExchangeIsALockEvenWithoutThePrefix() throws Exception {
        assertThat(
                        after(
                                SELDOM,
                                AT,
                                a -> {
                                    a.label("again")
                                            .op(MOV, EAX, imm(1))
                                            .op(XCHG, mem(4, RSI, 0x40), EAX);
                                    a.op(TEST, EAX, EAX).jump(JZ, "mine");
                                    a.op(PAUSE).jump(JMP, "again");
                                    a.label("mine").op(INC, mem(8, RSI)); // not locked itself
                                    a.op(MOV, mem(4, RSI, 0x40), imm(0));
                                }))
                .isEqualTo((long) PROCESSORS * SELDOM);
    }

    @Test
    void anOddNumberOfComplementsOfABitLeavesItSet() throws Exception {
        assertThat(after(TIMES + 1, AT, a -> a.db(LOCK).op(BTC, mem(4, RSI), imm(5))))
                .isEqualTo(1 << 5);
    }

    @Test
    void anOperandAcrossTwoLinesIsOne() throws Exception {
        assertThat(after(SELDOM, AT + 61, a -> a.db(LOCK).op(SUB, mem(8, RSI), imm(-0x1234567))))
                .isEqualTo((long) PROCESSORS * SELDOM * 0x1234567);
    }

    @Test
    void anOperandAcrossTwoPagesIsOne() throws Exception {
        assertThat(after(SELDOM, ACROSS, a -> a.db(LOCK).op(SUB, mem(8, RSI), imm(-0x1234567))))
                .isEqualTo((long) PROCESSORS * SELDOM * 0x1234567);
    }

    /** The eight bytes at an address, when each processor has done something to them so often. */
    private long after(int times, long at, Consumer<Assembler> body) throws Exception {
        try (Together processors = new Together(PROCESSORS, tier)) {
            for (int i = 0; i < PROCESSORS; i++) {
                processors.program(
                        i,
                        a -> {
                            a.op(MOV, RSI, imm(at)).op(MOV, R15D, imm(times));
                            a.label("time");
                            body.accept(a);
                            a.op(DEC, R15D).jump(JNZ, "time");
                        });
            }

            processors.run();

            return processors.first().get64(at);
        }
    }
}
