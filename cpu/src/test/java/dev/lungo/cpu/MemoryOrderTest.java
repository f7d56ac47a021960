package dev.lungo.cpu;

import static dev.lungo.isa.Mnemonic.MFENCE;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.XCHG;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.RBP;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.mem;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Assembler;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Litmus tests: what processors may see of each other's stores. SDM 3A, "Examples Illustrating the
 * Memory-Ordering Principles" (section 9.2.3).
 */
@ParameterizedClass
@EnumSource
@Timeout(120)
class MemoryOrderTest {
    private static final int ROUNDS = Integer.getInteger("lungo.litmusRounds", 400);

    // Each round has its own line of each, beside its barrier: see Together.rounds.
    private static final int X = -0x80_0000;
    private static final int Y = -0x60_0000;

    /** Where a processor puts what it saw: behind one another in a line of the round. */
    private static final int SEEN = -0x40_0000;

    private static final long SEEN_AT = 0xC0_0000L + SEEN;

    private final Rig.Tier tier;

    MemoryOrderTest(Rig.Tier tier) {
        this.tier = tier;
    }

    @Test
    void storesAreSeenInTheirOrder() throws Exception {
        forbid(
                seen -> seen[0] == 1 && seen[1] == 0,
                a -> store(store(a, X), Y),
                a -> load(load(a, Y, 0), X, 1));
    }

    @Test
    void noStoreIsDoneBeforeAnEarlierLoad() throws Exception {
        forbid(
                seen -> seen[0] == 1 && seen[1] == 1,
                a -> store(load(a, X, 0), Y),
                a -> store(load(a, Y, 1), X));
    }

    @Test
    void aFenceKeepsALoadBehindAnEarlierStore() throws Exception {
        forbid(
                seen -> seen[0] == 0 && seen[1] == 0,
                a -> load(store(a, X).op(MFENCE), Y, 0),
                a -> load(store(a, Y).op(MFENCE), X, 1));
    }

    @Test
    void anExchangeKeepsALoadBehindIt() throws Exception {
        forbid(
                seen -> seen[0] == 0 && seen[1] == 0,
                a -> load(exchange(a, X), Y, 0),
                a -> load(exchange(a, Y), X, 1));
    }

    @Test
    void allSeeTwoStoresOfOthersInOneOrder() throws Exception {
        forbid(
                seen -> seen[0] == 1 && seen[1] == 0 && seen[2] == 1 && seen[3] == 0,
                a -> store(a, X),
                a -> store(a, Y),
                a -> load(load(a, X, 0), Y, 1),
                a -> load(load(a, Y, 2), X, 3));
    }

    @Test
    void whatIsSeenThroughAThirdProcessorIsNotForgotten() throws Exception {
        forbid(
                seen -> seen[0] == 1 && seen[1] == 1 && seen[2] == 0,
                a -> store(a, X),
                a -> store(load(a, X, 0), Y),
                a -> load(load(a, Y, 1), X, 2));
    }

    /** A processor's own load may pass its store: but it sees its own. */
    @Test
    void aProcessorSeesItsOwnStoreAtOnce() throws Exception {
        forbid(
                seen -> seen[0] != 1 || seen[2] != 1,
                a -> load(load(store(a, X), X, 0), Y, 1),
                a -> load(load(store(a, Y), Y, 2), X, 3));
    }

    /** What each of the loads of a round saw. */
    private interface Outcome {
        boolean is(long[] seen);
    }

    @SafeVarargs
    private void forbid(Outcome forbidden, Consumer<Assembler>... programs) throws Exception {
        try (Together processors = new Together(programs.length, tier)) {
            for (int i = 0; i < programs.length; i++) {
                processors.rounds(i, ROUNDS, programs[i]);
            }

            processors.run();

            for (int round = 0; round < ROUNDS; round++) {
                long[] seen = new long[4];
                for (int i = 0; i < seen.length; i++) {
                    seen[i] = processors.first().get32(SEEN_AT + 64L * round + 4L * i);
                }
                assertThat(forbidden.is(seen)).as("round %d: %s", round, seen).isFalse();
            }
        }
    }

    private static Assembler store(Assembler a, int where) {
        return a.op(MOV, mem(4, RBP, where), imm(1));
    }

    private static Assembler exchange(Assembler a, int where) {
        return a.op(MOV, ECX, imm(1)).op(XCHG, mem(4, RBP, where), ECX);
    }

    private static Assembler load(Assembler a, int where, int slot) {
        // The result is not stored before the next load: that would order nothing, but take time.
        return slot % 2 == 0
                ? a.op(MOV, EAX, mem(4, RBP, where)).op(MOV, mem(4, RBP, SEEN + 4 * slot), EAX)
                : a.op(MOV, EBX, mem(4, RBP, where)).op(MOV, mem(4, RBP, SEEN + 4 * slot), EBX);
    }
}
