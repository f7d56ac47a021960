package dev.lungo.cpu.translate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.cpu.Rig;
import java.util.Arrays;
import java.util.Timer;
import java.util.TimerTask;
import org.junit.jupiter.api.Test;

/**
 * Random programs leave the same behind when they are translated as when they are interpreted.
 *
 * <p>By default ten million guest instructions; {@code -Dlungo.instructions=1000000000} makes it a
 * thousand million, {@code -Dlungo.seed} is the first program's, and {@code -Dlungo.programs} how
 * many there are at most.
 */
class FuzzedTiersAgreeTest {
    private static final long INSTRUCTIONS = Long.getLong("lungo.instructions", 10_000_000);
    private static final long PROGRAMS = Long.getLong("lungo.programs", Long.MAX_VALUE);
    private static final long SEED = Long.getLong("lungo.seed", 1);
    private static final int MOST_DIFFERENCES = 40;
    private static final int KICK_MILLIS = 100;

    /** After which a program is endless; most take a thousandth of one. */
    private static final int SECONDS = 2;

    /** What is left to chance: see {@link #agreeButForFlagsOfExceptions}. */
    private static final int PROGRAMS_PER_UNDEFINED = 30_000;

    /** After which one that is not has hung. */
    private static final int MANY_SECONDS = 30;

    @Test
    void onRandomPrograms() {
        try (Rig interpreter = Rig.inBlocks();
                Rig translator = Rig.inBlocks(Rig.Tier.NATIVE)) {
            var interpreted = new FuzzedMachine(interpreter);
            var translated = new FuzzedMachine(translator);
            Timer timer = new Timer(true);
            timer.schedule(kick(interpreted, translated), KICK_MILLIS, KICK_MILLIS);
            long before = interpreted.instructions();
            long programs = 0;
            long endless = 0;
            long undefined = 0;
            while (interpreted.instructions() - before < INSTRUCTIONS && programs < PROGRAMS) {
                FuzzedProgram program = new FuzzedProgram(SEED + programs++);
                if (!interpreted.run(program, SECONDS)) {
                    endless++;
                    interpreted.forget();
                    translated.forget();
                    continue;
                }
                translated.run(program, MANY_SECONDS);
                if (!Arrays.equals(interpreted.state(), translated.state())) {
                    assertThat(agreeButForFlagsOfExceptions(program, interpreted, translated))
                            .withFailMessage(() -> report(program, interpreted, translated))
                            .isTrue();
                    undefined++;
                }
            }
            assertThat(undefined).isLessThanOrEqualTo(1 + programs / PROGRAMS_PER_UNDEFINED);
            timer.cancel();
            assertThat(translator.translator().statistics.guarded()).isZero();
            System.out.printf(
                    "%d programs, %d of them endless, %d with undefined flags, %d instructions%n",
                    programs, endless, undefined, interpreted.instructions() - before);
        }
    }

    /**
     * A program may overwrite the instruction that stands behind each one that leaves flags
     * undefined, and have an exception show them: that is seldom.
     */
    private static boolean agreeButForFlagsOfExceptions(
            FuzzedProgram program, FuzzedMachine interpreted, FuzzedMachine translated) {
        interpreted.noteFlags(false);
        translated.noteFlags(false);
        boolean agree = !differs(program, interpreted, translated);
        interpreted.noteFlags(true);
        translated.noteFlags(true);
        return agree;
    }

    private static TimerTask kick(FuzzedMachine... machines) {
        return new TimerTask() {
            @Override
            public void run() {
                for (FuzzedMachine each : machines) {
                    each.kick();
                }
            }
        };
    }

    private static String report(
            FuzzedProgram program, FuzzedMachine interpreted, FuzzedMachine translated) {
        StringBuilder text = new StringBuilder("the tiers differ%n".formatted());
        differences(text, interpreted, translated);
        FuzzedProgram smallest = smallest(program, interpreted, translated);
        text.append(differs(smallest, interpreted, translated) ? "when smallest" : "and not again");
        text.append(System.lineSeparator());
        differences(text, interpreted, translated);
        return text.append("program ").append(smallest.listing()).toString();
    }

    private static void differences(
            StringBuilder to, FuzzedMachine interpreted, FuzzedMachine translated) {
        long[] expected = interpreted.state();
        long[] actual = translated.state();
        int shown = 0;
        for (int i = 0; i < expected.length; i++) {
            if (expected[i] != actual[i] && shown++ < MOST_DIFFERENCES) {
                to.append(
                        "%-8s interpreted %16x  translated %16x%n"
                                .formatted(FuzzedMachine.name(i), expected[i], actual[i]));
            }
        }
    }

    /** What is left of a program when nothing more can be left out. */
    private static FuzzedProgram smallest(
            FuzzedProgram program, FuzzedMachine interpreted, FuzzedMachine translated) {
        FuzzedProgram smallest = program;
        for (int loops = 1; loops < program.loops(); loops *= 2) {
            FuzzedProgram shorter = program.looping(loops);
            if (differs(shorter, interpreted, translated)) {
                smallest = shorter;
                break;
            }
        }
        for (int i = smallest.items().size() - 1; i >= 0; i--) {
            FuzzedProgram smaller = smallest.without(i);
            if (differs(smaller, interpreted, translated)) {
                smallest = smaller;
            }
        }
        return smallest;
    }

    private static boolean differs(
            FuzzedProgram program, FuzzedMachine interpreted, FuzzedMachine translated) {
        if (!interpreted.run(program, SECONDS)) {
            return false;
        }
        translated.run(program, MANY_SECONDS);
        return !Arrays.equals(interpreted.state(), translated.state());
    }
}
