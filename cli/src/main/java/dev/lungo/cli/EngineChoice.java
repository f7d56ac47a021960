package dev.lungo.cli;

import dev.lungo.machine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/** What {@code --engine} means: which of the engines there are runs the guest. */
final class EngineChoice {
    private static final String AUTO = "auto";

    /** The engine that runs everywhere, and has all that an engine can have. */
    private static final String EVERYWHERE = "soft";

    /** How fast that one executes the loop that others are measured with, when warm. */
    private static final long MIPS_EVERYWHERE = 1000;

    private final FutureTask<Engine> choosing;

    private @Nullable String why;

    private EngineChoice(String wanted, Optional<String> special) {
        choosing = new FutureTask<>(() -> choose(wanted, special));
    }

    /**
     * Begins to choose the engine of this name, or for {@code auto} the fastest, on a thread of its
     * own, since it takes some milliseconds to measure.
     *
     * @param special an option that was given and that only the engine that runs everywhere knows
     */
    static EngineChoice begin(String wanted, Optional<String> special) {
        EngineChoice choice = new EngineChoice(wanted, special);
        Thread.ofPlatform().daemon().name("lungo-engine").start(choice.choosing);
        return choice;
    }

    /** Which engine it is and why, if there was a choice: to be asked behind {@link #engine}. */
    Optional<String> why() {
        return Optional.ofNullable(why);
    }

    /**
     * The engine, once it is chosen.
     *
     * @throws Refusal if it cannot be had
     */
    Engine engine() {
        try {
            return choosing.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("no engine was chosen", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an engine is chosen", e);
        }
    }

    private Engine choose(String wanted, Optional<String> special) {
        List<Engine> engines =
                ServiceLoader.load(Engine.class).stream().map(ServiceLoader.Provider::get).toList();
        List<String> names = new ArrayList<>();
        for (Engine each : engines) {
            if (wanted.equals(each.name())) {
                return insist(each, special);
            }
            names.add(each.name());
        }
        if (!wanted.equals(AUTO)) {
            throw new Refusal(
                    "--engine takes auto or "
                            + String.join(" or ", names)
                            + ", not \""
                            + wanted
                            + "\"");
        }
        Engine everywhere = named(EVERYWHERE, engines);
        return special.isPresent() ? everywhere : faster(engines, everywhere);
    }

    private static Engine insist(Engine engine, Optional<String> special) {
        if (special.isPresent() && !engine.name().equals(EVERYWHERE)) {
            throw new Refusal(
                    special.get()
                            + " is for --engine "
                            + EVERYWHERE
                            + ": leave one of the two out, for "
                            + engine.name()
                            + " has no such thing");
        }
        engine.obstacle()
                .ifPresent(obstacle -> {
                    throw new Refusal("--engine " + engine.name() + ": " + obstacle);
                });
        return engine;
    }

    private static Engine named(String name, List<Engine> engines) {
        return engines.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new Refusal(
                                "the engine "
                                        + name
                                        + " is missing: build Lungo again, it is a part of it"));
    }

    private Engine faster(List<Engine> engines, Engine everywhere) {
        for (Engine each : engines) {
            if (each.name().equals(everywhere.name())) {
                continue;
            }
            Optional<String> obstacle = each.obstacle();
            if (obstacle.isPresent()) {
                why = "engine %s: %s".formatted(everywhere.name(), obstacle.get());
                continue;
            }
            double mips = EngineSpeed.mips(each);
            Engine faster = mips > MIPS_EVERYWHERE ? each : everywhere;
            why =
                    "engine %s: %s executes %.1f million instructions a second in ring 0"
                            .formatted(faster.name(), each.name(), mips);
            if (mips > MIPS_EVERYWHERE) {
                return each;
            }
        }
        return everywhere;
    }
}
