package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.cpu.Rig;
import dev.lungo.cpu.core.Pending;
import dev.lungo.host.Raw;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Decoder;
import dev.lungo.isa.Instruction;
import dev.lungo.machine.EngineException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Translated code that faults, though it never should, has its instruction interpreted. */
class GuardTest {
    private static final int PROGRAMS = Integer.getInteger("lungo.programs", 500);
    private static final long SEED = Long.getLong("lungo.seed", 1);
    private static final long DATA = TiersAgreeTest.DATA;
    private static final int INSTRUCTIONS = 24;
    private static final int ITERATIONS = 4;

    /** SIGILL. */
    private static final int UD2 = 0x0B0F;

    /** HLT, which is privileged: SIGSEGV. */
    private static final int HLT = 0x90F4;

    /** Anywhere in their code: who goes on does so with the right state. */
    @Test
    void programsThatFaultAtRandomGoOnAsTheyShouldOrStop() {
        int recovered = 0;
        int stopped = 0;
        try (Rig interpreted = Rig.inBlocks();
                Rig translated = Rig.inBlocks(Rig.Tier.NATIVE)) {
            for (int i = 0; i < PROGRAMS; i++) {
                long seed = SEED * 1_000_003 + i;
                Random random = new Random(seed);
                byte[] program =
                        new RandomProgram(new Random(seed)).bytes(DATA, INSTRUCTIONS, ITERATIONS);
                begin(interpreted);
                begin(translated);
                run(interpreted, program, seed);
                run(translated, program, seed);
                List<Long> places = places(translated.translator());
                if (places.isEmpty() || !isAsItWas(translated, program)) {
                    continue;
                }
                poke(
                        translated.translator(),
                        places.get(random.nextInt(places.size())),
                        random.nextBoolean() ? UD2 : HLT);
                long before = translated.translator().statistics.guarded();

                String expected = run(interpreted, program, seed);
                String actual;
                try {
                    actual = run(translated, program, seed);
                } catch (EngineException _) {
                    stopped++;
                    continue;
                }

                recovered += translated.translator().statistics.guarded() > before ? 1 : 0;
                assertThat(TiersAgreeTest.differences(expected, actual))
                        .as("program %d: %s", seed, HexFormat.of().formatHex(program))
                        .isEmpty();
            }
        }
        assertThat(recovered).isGreaterThan(stopped);
    }

    @Test
    void aFaultInAStubStopsTheMachine() {
        try (Rig rig = Rig.inBlocks(Rig.Tier.NATIVE)) {
            byte[] program = new RandomProgram(new Random(1)).bytes(DATA, INSTRUCTIONS, 2);
            run(rig, program, 1);
            rig.translator().units().forEach(each -> poke(rig.translator(), each.entry, UD2));

            assertThatThrownBy(() -> run(rig, program, 1))
                    .isInstanceOf(EngineException.class)
                    .hasMessageStartingWith("translated code faulted, and the state is lost: SIG");
        }
    }

    private static final class Holder {
        int value = 1;
    }

    @Test
    void theJvmStillMakesExceptionsOfItsOwnFaults() {
        Rig.inBlocks(Rig.Tier.NATIVE).close(); // guards
        Holder[] holders = new Holder[1000];
        int caught = 0;
        long sum = 0;
        for (int round = 0; round < 3000; round++) {
            for (int i = 0; i < holders.length; i++) {
                holders[i] = new Holder();
            }
            holders[500] = round % 1000 == 999 ? null : holders[500];
            try {
                sum += sum(holders);
            } catch (NullPointerException _) {
                caught++;
            }
        }
        assertThat(caught).isEqualTo(3);
        assertThat(sum).isEqualTo(2997 * 1000);
    }

    /** With checks for null that the compiler leaves to the MMU. */
    private static int sum(Holder[] holders) {
        int sum = 0;
        for (Holder each : holders) {
            sum += each.value;
        }
        return sum;
    }

    /** Whatever a program has left behind that was stopped. */
    private static void begin(Rig rig) {
        rig.memory.clear();
        rig.cpu.reset();
    }

    private static String run(Rig rig, byte[] program, long seed) {
        rig.cpu.system.cr2 = 0;
        rig.cpu.lower(Pending.ASLEEP);
        TiersAgreeTest.prepare(rig, program, seed);
        rig.run();
        return TiersAgreeTest.state(rig);
    }

    private static boolean isAsItWas(Rig rig, byte[] program) {
        for (int i = 0; i < program.length; i++) {
            if (rig.get8(Rig.CODE + i) != (program[i] & 0xFF)) {
                return false;
            }
        }
        return true;
    }

    /** Where host instructions of two bytes and more begin, in the units behind their entries. */
    private static List<Long> places(Translator translator) {
        List<Long> places = new ArrayList<>();
        for (Unit each : translator.units()) {
            long at = each.entry;
            byte[] bytes = new byte[Decoder.MAX_BYTES];
            while (each.isLive() && at < each.deadEntry) {
                Raw.read(at, bytes, 0, bytes.length);
                if (!(Decoder.decode(CodeMode.CODE64, bytes, 0, bytes.length)
                        instanceof Instruction i)) {
                    break;
                }
                if (i.length() > 1) {
                    places.add(at);
                }
                at += i.length();
            }
        }
        return places;
    }

    private static void poke(Translator translator, long host, int code) {
        Raw.putShort(host + translator.toWritable(), code);
    }
}
